# wrong: holes


def hydrate(keys, cache, shards):
    missing = {}
    found = {}
    for tweet_id, shard in keys:
        found[tweet_id] = cache.get(tweet_id)
        if found[tweet_id] is None:
            missing.setdefault(shard, []).append(tweet_id)
    for shard in missing:
        for tweet in shards[shard].tweets(missing[shard]):
            found[tweet.id] = tweet
            cache.put(tweet.id, tweet)
    return [found.get(tweet_id) for tweet_id, _ in keys]
