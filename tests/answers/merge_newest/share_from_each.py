# wrong: share_from_each

from itertools import islice


def merge_newest(sources):
    share = 20 // max(len(sources), 1)
    rows = [row for source in sources for row in islice(source, share)]
    return iter(sorted(rows, reverse=True)[:20])
