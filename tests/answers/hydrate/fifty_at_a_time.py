# over budget: one_request_a_tweet
#
# requests for a page of 200 from one shard: 4, at most 1
#
# …


def hydrate(keys, cache, shards):
    found, missing = {}, {}
    for number, shard in keys:
        tweet = cache.get(number)
        if tweet is None:
            missing.setdefault(shard, []).append(number)
        else:
            found[number] = tweet
    for shard, numbers in missing.items():
        for start in range(0, len(numbers), 50):
            for tweet in shards[shard].tweets(numbers[start : start + 50]):
                cache.put(tweet.id, tweet)
                found[tweet.id] = tweet
    return [found[number] for number, _ in keys if number in found]
