# wrong: fetches_again


def hydrate(keys, cache, shards):
    missing = {}
    for tweet_id, shard in keys:
        missing.setdefault(shard, []).append(tweet_id)
    found = [tweet for shard, ids in missing.items() for tweet in shards[shard].tweets(ids)]
    return sorted(found, reverse=True)
