# wrong


def hydrate(keys, cache, shards):
    found, missing = {}, {}
    for tweet_id, shard in keys:
        found[tweet_id] = cache.get(tweet_id)
        if not found[tweet_id]:
            missing.setdefault(shard, []).append(tweet_id)
    for shard, ids in missing.items():
        sent = {tweet.id: tweet for tweet in shards[shard].tweets(ids)}
        for tweet_id in ids:
            found[tweet_id] = sent.get(tweet_id)
            cache.put(tweet_id, sent.get(tweet_id))
    return [tweet for tweet in found.values() if tweet]
