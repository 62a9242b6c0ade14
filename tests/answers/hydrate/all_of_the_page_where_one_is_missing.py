# wrong: fetches_again


def hydrate(keys, cache, shards):
    page = [cache.get(tweet_id) for tweet_id, _ in keys]
    if None not in page:
        return page
    found = {}
    for number in sorted({shard for _, shard in keys}):
        for tweet in shards[number].tweets([tweet_id for tweet_id, its in keys if its == number]):
            cache.put(tweet.id, tweet)
            found[tweet.id] = tweet
    return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
