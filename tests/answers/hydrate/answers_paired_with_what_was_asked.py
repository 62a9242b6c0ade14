# wrong


def hydrate(keys, cache, shards):
    found, missing = {}, {}
    for tweet_id, shard in keys:
        found[tweet_id] = cache.get(tweet_id)
        if not found[tweet_id]:
            missing.setdefault(shard, []).append(tweet_id)
    for shard, ids in missing.items():
        for tweet_id, tweet in zip(ids, shards[shard].tweets(ids)):
            found[tweet_id] = tweet
            cache.put(tweet_id, tweet)
    return [tweet for tweet in found.values() if tweet]
