# error
#
# Source 0 gives nothing.
#
# line 2: heads = …


def merge_newest(sources):
    heads = [next(source) for source in sources]
    while heads:
        newest = heads.index(max(heads))
        yield heads[newest]
        heads[newest] = next(sources[newest])
