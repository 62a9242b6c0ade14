# wrong

import heapq


def hydrate(keys, cache, shards):
    page = {number: cache.get(number) for number, _ in keys}
    homes = {}
    for number, home in keys:
        if page[number] is None:
            homes.setdefault(home, []).append(number)
    parts = [[tweet for tweet in page.values() if tweet is not None]]
    for home, numbers in homes.items():
        sent = list(shards[home].tweets(numbers))
        for tweet in sent:
            cache.put(tweet.id, tweet)
        parts.append(sent[::-1])
    return list(heapq.merge(*parts, key=lambda tweet: tweet.id, reverse=True))
