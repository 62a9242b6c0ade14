# right

import heapq
from itertools import islice, takewhile


def held(rules, author, tweet_id):
    rule = "push"
    for from_id, it in rules.get(author, []):
        if from_id <= tweet_id:
            rule = it
    return rule


def hybrid_page(pushed, timelines, rules, limit):
    def pulled(author):
        pulls = [from_id for from_id, rule in rules[author] if rule == "pull"]
        young = takewhile(lambda row: row[0] >= pulls[0], timelines[author])
        return (row for row in young if held(rules, author, row[0]) == "pull")

    rows = heapq.merge(pushed, *map(pulled, timelines), key=lambda row: -row[0])
    return [tweet_id for tweet_id, _ in islice(rows, limit)]
