# over budget: page_of_each

from itertools import islice


def hybrid_page(pushed, timelines, rules, limit):
    ids = {tweet_id for tweet_id, _ in islice(pushed, limit)}
    for timeline in timelines.values():
        ids |= {tweet_id for tweet_id, _ in islice(timeline, limit)}
    return sorted(ids, reverse=True)[:limit]
