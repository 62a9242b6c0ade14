# wrong


def hybrid_page(pushed, timelines, rules, limit):
    rows = {row for source in (pushed, *timelines.values()) for row in source}
    return sorted(rows, reverse=True)[:limit]
