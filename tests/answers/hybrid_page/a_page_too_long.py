# wrong


def hybrid_page(pushed, timelines, rules, limit):
    ids = {row[0] for source in (pushed, *timelines.values()) for row in source}
    return sorted(ids, reverse=True)[: limit + 1]
