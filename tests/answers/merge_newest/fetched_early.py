# over budget: fetched_early

import heapq


def merge_newest(sources):
    sources = [iter(source) for source in sources]
    heads = [(-row[0], n, row) for n, row in enumerate(next(source, None) for source in sources) if row]
    heapq.heapify(heads)
    while heads:
        _, n, row = heapq.heappop(heads)
        following = next(sources[n], None)
        if following:
            heapq.heappush(heads, (-following[0], n, following))
        yield row
