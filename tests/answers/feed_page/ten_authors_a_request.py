# over budget: asks_again


def feed_page(shards, places, followees, cursor, limit):
    living = {}
    for followee in followees:
        living.setdefault(places[followee], []).append(followee)
    found = []
    for number, authors in living.items():
        for start in range(0, len(authors), 10):
            found += shards[number].newest(authors[start : start + 10], cursor, limit + 1)
    found.sort(reverse=True)
    return found[:limit], found[limit - 1] if len(found) > limit else None
