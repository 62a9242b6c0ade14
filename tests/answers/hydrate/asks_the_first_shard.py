# wrong


def hydrate(keys, cache, shards):
    found = {tweet_id: tweet for tweet_id, _ in keys if (tweet := cache.get(tweet_id))}
    missing = [tweet_id for tweet_id, _ in keys if tweet_id not in found]
    for tweet in shards[0].tweets(missing) if missing else []:
        cache.put(tweet.id, tweet)
        found[tweet.id] = tweet
    return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
