# wrong: crosses_once

import heapq
from itertools import islice, takewhile


def hybrid_page(pushed, timelines, rules, limit):
    def since_fame(author):
        began = [from_id for from_id, rule in rules[author] if rule == "pull"][0]
        return takewhile(lambda row: row[0] >= began, timelines[author])

    rows = heapq.merge(pushed, *[since_fame(author) for author in timelines], reverse=True)
    return [tweet_id for tweet_id, _ in islice(rows, limit)]
