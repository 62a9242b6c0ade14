# over budget: reads_ahead


def merge_newest(sources):
    rows = []
    for source in sources:
        rows.extend(source)
    rows.sort(reverse=True)
    return iter(rows)
