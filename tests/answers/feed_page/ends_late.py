# wrong: ends_late


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    page = newest(shards, homes_of(places, followees), cursor, limit)[:limit]
    return page, page[-1] if len(page) == limit else None
