# over budget: asks_again


def feed_page(shards, places, followees, cursor, limit):
    found = []
    for followee in followees:
        found += shards[places[followee]].newest([followee], cursor, limit + 1)
    found.sort(reverse=True)
    return found[:limit], found[limit - 1] if len(found) > limit else None
