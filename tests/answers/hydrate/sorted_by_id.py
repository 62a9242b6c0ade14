# wrong
#
# An empty page.
#
# …Asked for was a list, and this is a generator.

from itertools import groupby


def hydrate(keys, cache, shards):
    hits = [tweet for tweet_id, _ in keys if (tweet := cache.get(tweet_id))]
    there = {tweet.id for tweet in hits}
    missing = sorted((key for key in keys if key[0] not in there), key=lambda key: key[1])
    fetched = []
    for shard, group in groupby(missing, key=lambda key: key[1]):
        fetched.extend(shards[shard].tweets(tweet_id for tweet_id, _ in group))
    for tweet in fetched:
        cache.put(tweet.id, tweet)
    yield from sorted(hits + fetched, reverse=True)
