# over budget

import heapq


def newest(table, authors, before, limit):
    def down(author):
        for place in range(table.end(author, None) - 1, table.end(author, 1) - 1, -1):
            if before is None or table[place][1] < before:
                yield table[place][1]

    return [tweet for tweet, _ in zip(heapq.merge(*map(down, authors), reverse=True), range(limit))]
