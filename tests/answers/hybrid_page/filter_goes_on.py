# over budget: filter_goes_on

import heapq
from itertools import islice


def held(rules, author, tweet_id):
    rule = "push"
    for from_id, it in rules.get(author, []):
        if from_id <= tweet_id:
            rule = it
    return rule


def hybrid_page(pushed, timelines, rules, limit):
    def pulled(author):
        return (row for row in timelines[author] if held(rules, author, row[0]) == "pull")

    rows = heapq.merge(pushed, *map(pulled, timelines), reverse=True)
    return [tweet_id for tweet_id, _ in islice(rows, limit)]
