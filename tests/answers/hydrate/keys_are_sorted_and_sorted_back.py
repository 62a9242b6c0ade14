# wrong
#
# …At first a shard cannot be reached…
#
# …argument 1 was…


def hydrate(keys, cache, shards):
    keys.sort(key=lambda key: key[1])  # shard by shard
    found, missing = {}, {}
    for number, shard in keys:
        tweet = cache.get(number)
        if tweet is None:
            missing.setdefault(shard, []).append(number)
        else:
            found[number] = tweet
    for shard, numbers in missing.items():
        for tweet in shards[shard].tweets(numbers):
            cache.put(tweet.id, tweet)
            found[tweet.id] = tweet
    keys.sort(reverse=True)
    return [found[number] for number, _ in keys if number in found]
