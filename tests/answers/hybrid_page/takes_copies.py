# over budget: takes_copies

import heapq


def hybrid_page(pushed, timelines, rules, limit):
    page = []
    for tweet_id, _ in heapq.merge(pushed, *timelines.values(), reverse=True):
        if len(page) == limit:
            break
        if tweet_id not in page:
            page.append(tweet_id)
    return page
