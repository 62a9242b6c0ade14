# over budget: asks_everybody


def feed_page(shards, places, followees, cursor, limit):
    found = []
    for shard in shards:
        found += shard.newest(followees, cursor, limit + 1)
    found.sort(reverse=True)
    return found[:limit], found[limit - 1] if len(found) > limit else None
