# wrong: oldest_first


def hybrid_page(pushed, timelines, rules, limit):
    ids = {tweet_id for tweet_id, _ in pushed}
    for timeline in timelines.values():
        ids |= {tweet_id for tweet_id, _ in timeline}
    return sorted(ids)[:limit]
