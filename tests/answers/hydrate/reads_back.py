# wrong: reads_back


def hydrate(keys, cache, shards):
    missing = {}
    for tweet_id, shard in keys:
        if cache.get(tweet_id) is None:
            missing.setdefault(shard, []).append(tweet_id)
    for shard, ids in missing.items():
        for tweet in shards[shard].tweets(ids):
            cache.put(tweet.id, tweet)
    page = [cache.get(tweet_id) for tweet_id, _ in keys]
    return [tweet for tweet in page if tweet is not None]
