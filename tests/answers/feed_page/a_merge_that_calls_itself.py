# error
#
# …2,000 tweets are posted by users 1 to 4…
#
# …
#
# RecursionError…


def merged(parts):
    parts = [part for part in parts if part]
    if not parts:
        return []
    first = max(parts)
    return [first[0], *merged([part[1:] if part is first else part for part in parts])]


def feed_page(shards, places, followees, cursor, limit):
    living = {}
    for followee in followees:
        living.setdefault(places[followee], []).append(followee)
    found = merged([shards[number].newest(authors, cursor, limit + 1) for number, authors in living.items()])
    return found[:limit], found[limit - 1] if len(found) > limit else None
