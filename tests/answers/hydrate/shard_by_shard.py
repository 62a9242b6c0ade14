# right


def hydrate(keys, cache, shards):
    found = {}
    for tweet_id, _ in keys:
        if (tweet := cache.get(tweet_id)) is not None:
            found[tweet_id] = tweet
    for number, shard in enumerate(shards):
        ids = [tweet_id for tweet_id, its in keys if its == number and tweet_id not in found]
        if ids:
            found.update((tweet.id, tweet) for tweet in shard.tweets(ids))
    for tweet in found.values():
        cache.put(tweet.id, tweet)
    return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
