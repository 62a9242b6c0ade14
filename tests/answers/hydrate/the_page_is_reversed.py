# wrong: order_by_itself


def hydrate(keys, cache, shards):
    found = [cache.get(tweet_id) for tweet_id, _ in keys]
    found = [tweet for tweet in found if tweet]
    there = {tweet.id for tweet in found}
    for number, shard in enumerate(shards):
        ids = [tweet_id for tweet_id, its in keys if its == number and tweet_id not in there]
        if ids:
            for tweet in shard.tweets(ids):
                cache.put(tweet.id, tweet)
                found.append(tweet)
    return sorted(found, key=lambda tweet: tweet.id)
