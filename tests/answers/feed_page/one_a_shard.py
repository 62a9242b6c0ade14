# wrong: one_a_shard


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    homes = {places[followee]: [followee] for followee in followees}
    found = newest(shards, homes, cursor, limit + 1)
    return found[:limit], found[limit - 1] if len(found) > limit else None
