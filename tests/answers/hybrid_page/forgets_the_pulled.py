# wrong: any

from itertools import islice


def hybrid_page(pushed, timelines, rules, limit):
    return [tweet_id for tweet_id, _ in islice(pushed, limit)]
