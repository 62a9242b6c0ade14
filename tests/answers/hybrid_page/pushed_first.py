# wrong: any

import heapq


def hybrid_page(pushed, timelines, rules, limit):
    def is_pulled(row):
        tweet_id, author = row
        return [rule for from_id, rule in rules[author] if from_id <= tweet_id][-1] == "pull"

    page = [tweet_id for tweet_id, _ in pushed]
    page += [row[0] for row in heapq.merge(*timelines.values(), reverse=True) if is_pulled(row)]
    return page[:limit]
