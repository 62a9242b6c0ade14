# wrong
#
# …At first a shard cannot be reached…
#
# …expected was the error of the shard.


def hydrate(keys, cache, shards):
    found, missing = {}, {}
    for number, shard in keys:
        tweet = cache.get(number)
        if tweet is None:
            missing.setdefault(shard, []).append(number)
        else:
            found[number] = tweet
    for place, (shard, numbers) in enumerate(missing.items()):
        try:
            sent = shards[shard].tweets(numbers)
        except OSError:
            if place == 0:
                raise
            sent = []
        for tweet in sent:
            cache.put(tweet.id, tweet)
            found[tweet.id] = tweet
    return [found[number] for number, _ in keys if number in found]
