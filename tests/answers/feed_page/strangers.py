# wrong: strangers


def newest(shards, homes, before, limit):
    found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
    return sorted(found, reverse=True)


def feed_page(shards, places, followees, cursor, limit):
    asked = {places[followee] for followee in followees}
    homes = {n: [user for user, place in enumerate(places) if place == n] for n in asked}
    found = newest(shards, homes, cursor, limit + 1)
    return found[:limit], found[limit - 1] if len(found) > limit else None
