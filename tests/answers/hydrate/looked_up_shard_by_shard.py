# right


def hydrate(keys, cache, shards):
    found = {}
    for number in {shard for _, shard in keys}:
        ids = []
        for tweet_id, shard in keys:
            if shard == number:
                tweet = cache.get(tweet_id)
                if tweet is None:
                    ids.append(tweet_id)
                else:
                    found[tweet_id] = tweet
        for tweet in shards[number].tweets(ids) if ids else ():
            found[tweet.id] = tweet
            cache.put(tweet.id, tweet)
    return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
