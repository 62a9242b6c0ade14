# wrong: offset
#
# User 0 follows users 1 on shard 1, 2 on shard 2, 3 on shard 1. User 1 posts t1, user 1 posts t2. A page has room for 1
# tweet. After the first page user 1 posts t3.
#
# Yours gave t2 and a cursor, then t2 and a cursor; expected was t2 and a cursor, then t1 and None.
#
# An offset finds the place again?…


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    skip = cursor or 0
    found = newest(shards, homes_of(places, followees), None, skip + limit + 1)
    page = found[skip : skip + limit]
    return page, skip + limit if len(found) > skip + limit else None
