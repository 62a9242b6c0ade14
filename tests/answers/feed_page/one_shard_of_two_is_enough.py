# wrong
#
# …At each page a shard cannot be reached at first…
#
# Yours gave a page, as if nothing had failed; expected was the error of the shard.


def feed_page(shards, places, followees, cursor, limit):
    living = {}
    for followee in followees:
        living.setdefault(places[followee], []).append(followee)
    found = []
    for number, authors in living.items():
        try:
            found += shards[number].newest(authors, cursor, limit + 1)
        except OSError:
            if not found:
                raise
    found.sort(reverse=True)
    return found[:limit], found[limit - 1] if len(found) > limit else None
