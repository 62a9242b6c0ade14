# wrong: share_of_each


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    homes = homes_of(places, followees)
    page = newest(shards, homes, cursor, limit // max(len(homes), 1))
    return page, page[-1] if page else None
