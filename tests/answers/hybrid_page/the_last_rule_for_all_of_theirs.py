# wrong: rule_of_today

import heapq
from itertools import islice


def hybrid_page(pushed, timelines, rules, limit):
    pulled = [timeline for author, timeline in timelines.items() if rules[author][-1][1] == "pull"]
    return [tweet_id for tweet_id, _ in islice(heapq.merge(pushed, *pulled, reverse=True), limit)]
