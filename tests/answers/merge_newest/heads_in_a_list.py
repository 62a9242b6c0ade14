# right


def merge_newest(sources):
    sources = [iter(source) for source in sources]
    heads = [next(source, None) for source in sources]
    while any(head is not None for head in heads):
        newest = max((n for n, head in enumerate(heads) if head is not None), key=lambda n: heads[n][0])
        row = heads[newest]
        yield row
        heads[newest] = next(sources[newest], None)
