# error


def hybrid_page(pushed, timelines, rules, limit):
    ids = {row[0] for row in pushed}
    for author in rules:
        ids |= {row[0] for row in timelines[author]}
    return sorted(ids, reverse=True)[:limit]
