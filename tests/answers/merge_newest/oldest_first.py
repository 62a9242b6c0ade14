# wrong: oldest_first

import heapq


def merge_newest(sources):
    return heapq.merge(*[sorted(source) for source in sources])
