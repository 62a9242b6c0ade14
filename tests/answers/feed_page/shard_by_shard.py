# wrong: shard_by_shard


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def feed_page(shards, places, followees, cursor, limit):
    found = []
    for shard, authors in homes_of(places, followees).items():
        found += shards[shard].newest(authors, cursor, limit + 1)
    return found[:limit], found[limit - 1] if len(found) > limit else None
