# over budget: one_request_a_tweet


def hydrate(keys, cache, shards):
    page = []
    for tweet_id, shard in keys:
        tweet = cache.get(tweet_id)
        if tweet is None:
            for tweet in shards[shard].tweets([tweet_id]):
                cache.put(tweet_id, tweet)
        if tweet is not None:
            page.append(tweet)
    return page
