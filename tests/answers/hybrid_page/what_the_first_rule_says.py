# wrong: any


def hybrid_page(pushed, timelines, rules, limit):
    pulled = [timelines[author] for author in timelines if rules[author][0][1] == "pull"]
    ids = {row[0] for source in (pushed, *pulled) for row in source}
    return sorted(ids, reverse=True)[:limit]
