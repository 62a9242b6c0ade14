# right

import heapq


def merge_newest(sources):
    return heapq.merge(*sources, key=lambda row: row[0], reverse=True)
