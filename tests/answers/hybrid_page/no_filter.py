# wrong: no_filter

import heapq
from itertools import islice


def hybrid_page(pushed, timelines, rules, limit):
    sources = [pushed] + [timelines[author] for author in timelines]
    rows = heapq.merge(*sources, reverse=True)
    return [tweet_id for tweet_id, author in islice(rows, limit)]
