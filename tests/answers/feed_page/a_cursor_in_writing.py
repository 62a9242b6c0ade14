# right

import heapq
import json


def feed_page(shards, places, followees, cursor, limit):
    below = json.loads(cursor)["below"] if cursor else None
    living = {}
    for followee in followees:
        living.setdefault(places[followee], []).append(followee)
    sent = [shards[number].newest(authors, below, limit + 1) for number, authors in living.items()]
    found = list(heapq.merge(*sent, reverse=True))
    more = len(found) > limit
    return found[:limit], json.dumps({"below": found[limit - 1]}) if more else None
