# wrong: oldest_first

import heapq


def newest(table, authors, before, limit):
    runs = [[table[p][1] for p in range(table.end(a, 1), table.end(a, before))] for a in authors]
    return list(heapq.merge(*runs))[:limit]
