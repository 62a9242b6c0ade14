# error


def hydrate(keys, cache, shards):
    found = {}
    for shard in {shard for _, shard in keys}:
        ids = [tweet_id for tweet_id, its in keys if its == shard and cache.get(tweet_id) is None]
        if ids:
            for tweet in shards[shard].tweets(ids):
                found[tweet.id] = tweet
                cache.put(tweet.id, tweet)
    return [cache.get(tweet_id) or found[tweet_id] for tweet_id, _ in keys]
