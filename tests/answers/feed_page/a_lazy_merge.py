# right
#
# …
#
# shard requests, in 7 pages from 3 shards: 21, at most 21
#
# …

from heapq import merge
from itertools import islice


def homes_of(places, followees):
    homes = {}
    for followee in followees:
        homes.setdefault(places[followee], []).append(followee)
    return homes


def feed_page(shards, places, followees, cursor, limit):
    homes = homes_of(places, followees)
    answers = [shards[shard].newest(authors, cursor, limit + 1) for shard, authors in homes.items()]
    merged = merge(*answers, reverse=True)
    page = list(islice(merged, limit))
    return page, page[-1] if next(merged, None) else None
