# wrong
#
# …work on a copy…


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def feed_page(shards, places, followees, cursor, limit):
    cursors = cursor or {}
    found = []
    for shard, authors in homes_of(places, followees).items():
        found += [(tweet, shard) for tweet in shards[shard].newest(authors, cursors.get(shard), limit + 1)]
    found.sort(reverse=True)
    for tweet, shard in found[:limit]:
        cursors[shard] = tweet
    return [tweet for tweet, _ in found[:limit]], cursors if len(found) > limit else None
