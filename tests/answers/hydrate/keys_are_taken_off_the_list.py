# wrong


def hydrate(keys, cache, shards):
    page = []
    while keys:
        tweet_id, shard = keys.pop(0)
        page += shards[shard].tweets([tweet_id])
    return page
