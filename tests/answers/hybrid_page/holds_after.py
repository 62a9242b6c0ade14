# wrong: holds_after

import heapq
from itertools import islice


def hybrid_page(pushed, timelines, rules, limit):
    def is_pulled(row):
        rule = "push"
        for from_id, it in rules[row[1]]:
            if row[0] > from_id:
                rule = it
        return rule == "pull"

    pulled = [filter(is_pulled, timeline) for timeline in timelines.values()]
    return [row[0] for row in islice(heapq.merge(pushed, *pulled, reverse=True), limit)]
