# wrong: fetches_again
#
# A page of t1: shard 0 has t1.
#
# Yours gave a request for t1 when the page was asked again; expected was none.
#
# …


def hydrate(keys, cache, shards):
    found = {}
    missing = {}
    for tweet_id, shard in keys:
        tweet = cache.get(tweet_id)
        if tweet:
            found[tweet_id] = tweet
        else:
            missing.setdefault(shard, set()).add(tweet_id)
    for shard, ids in missing.items():
        found.update({tweet.id: tweet for tweet in shards[shard].tweets(ids)})
    return [found[tweet_id] for tweet_id, _ in keys if tweet_id in found]
