# right
#
# …
#
# shard requests, in 7 pages from 3 shards: 21, at most 21
#
# …


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    before = int(cursor.removeprefix("below ")) if cursor else None
    found = newest(shards, homes_of(places, followees), before, limit + 1)
    return found[:limit], f"below {found[limit - 1]}" if len(found) > limit else None
