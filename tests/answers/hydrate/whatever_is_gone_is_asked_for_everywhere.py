# over budget: one_request_a_tweet
#
# requests for a page of 200 from one shard: 3, at most 1
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
        for tweet in shards[shard].tweets(numbers):
            cache.put(tweet.id, tweet)
            found[tweet.id] = tweet
    gone = [number for number, _ in keys if number not in found]
    for shard in shards if gone else ():
        for tweet in shard.tweets(gone):  # it may have moved
            cache.put(tweet.id, tweet)
            found[tweet.id] = tweet
    return [found[number] for number, _ in keys if number in found]
