# right

from collections import defaultdict


def hydrate(keys, cache, shards):
    page, missing = [], defaultdict(set)
    for number, shard in keys:
        if tweet := cache.get(number):
            page.append(tweet)
        else:
            missing[shard].add(number)
    for shard, numbers in missing.items():
        sent = list(shards[shard].tweets(numbers))
        for tweet in sent:
            cache.put(tweet.id, tweet)
        page += sent
    return sorted(page, key=lambda tweet: tweet.id, reverse=True)  # the keys come newest first
