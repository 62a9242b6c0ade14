# wrong: remembers


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    def pages(before=None):
        while True:
            found = newest(shards, homes_of(places, followees), before, limit + 1)
            yield found[:limit], len(found) > limit
            before = found[limit - 1]

    cursor = cursor or pages()
    page, more = next(cursor)
    return page, cursor if more else None
