# over budget: asks_everybody


def hydrate(keys, cache, shards):
    found = {tweet_id: cache.get(tweet_id) for tweet_id, _ in keys}
    missing = [tweet_id for tweet_id, tweet in found.items() if tweet is None]
    if missing:
        for shard in shards:
            for tweet in shard.tweets(missing):
                found[tweet.id] = tweet
                cache.put(tweet.id, tweet)
    return [tweet for tweet in found.values() if tweet is not None]
