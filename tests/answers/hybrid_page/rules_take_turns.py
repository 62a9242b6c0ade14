# wrong

import heapq
from bisect import bisect_right


def hybrid_page(pushed, timelines, rules, limit):
    def pulled(author):
        starts = [start for start, _ in rules[author]]
        pull_first = rules[author][0][1] == "pull"
        since = starts[0 if pull_first else 1]
        for row in timelines[author]:
            if row[0] < since:
                break
            if bisect_right(starts, row[0]) % 2 == pull_first:
                yield row

    page = []
    for row in heapq.merge(pushed, *map(pulled, timelines), reverse=True):
        if len(page) == limit:
            break
        page.append(row[0])
    return page
