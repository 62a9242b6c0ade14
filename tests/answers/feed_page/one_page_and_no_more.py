# wrong: ends_early


def feed_page(shards, places, followees, cursor, limit):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    found = [tweet for shard, authors in homes.items() for tweet in shards[shard].newest(authors, cursor, limit)]
    return sorted(found, reverse=True)[:limit], None
