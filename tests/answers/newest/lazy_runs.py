# right

import heapq
from itertools import islice


def newest(table, authors, before, limit):
    def run(author):
        for place in range(table.end(author, before) - 1, table.end(author, 1) - 1, -1):
            yield table[place][1]

    return list(islice(heapq.merge(*(run(author) for author in authors), reverse=True), limit))
