# wrong: order_by_itself
#
# A page of t2, t1: the cache has t1; shard 0 has t2.
#
# Yours gave t1, t2; expected was t2, t1.
#
# …

from collections import defaultdict


def hydrate(keys, cache, shards):
    page = []
    missing = defaultdict(list)
    for tweet_id, shard in keys:
        tweet = cache.get(tweet_id)
        if tweet is not None:
            page.append(tweet)
        else:
            missing[shard].append(tweet_id)
    for shard, ids in missing.items():
        for tweet in shards[shard].tweets(ids):
            cache.put(tweet.id, tweet)
            page.append(tweet)
    return page
