# wrong
#
# A page of 200 tweets…
#
# …


def hydrate(keys, cache, shards):
    keys = keys[:100]
    page = {number: cache.get(number) for number, _ in keys}
    homes = {}
    for number, home in keys:
        if page[number] is None:
            homes.setdefault(home, []).append(number)
    for home, numbers in homes.items():
        for tweet in shards[home].tweets(numbers):
            page[tweet.id] = tweet
            cache.put(tweet.id, tweet)
    return [tweet for tweet in page.values() if tweet is not None]
