# wrong: remembers


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


last = {}


def feed_page(shards, places, followees, cursor, limit):
    before = last.get("seen") if cursor else None
    found = newest(shards, homes_of(places, followees), before, limit + 1)
    if len(found) <= limit:
        return found, None
    last["seen"] = found[limit - 1]
    return found[:limit], "go on"
