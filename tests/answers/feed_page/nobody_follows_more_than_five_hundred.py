# wrong
#
# …, 2,987 others on all of them…
#
# …


def feed_page(shards, places, followees, cursor, limit):
    living = {}
    for followee in sorted(followees)[-500:]:
        living.setdefault(places[followee], []).append(followee)
    found = [one for number, authors in living.items() for one in shards[number].newest(authors, cursor, limit + 1)]
    found.sort(reverse=True)
    return found[:limit], found[limit - 1] if len(found) > limit else None
