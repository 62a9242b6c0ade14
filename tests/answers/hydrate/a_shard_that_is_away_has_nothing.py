# wrong
#
# …At first a shard cannot be reached…
#
# …expected was the error of the shard.


def hydrate(keys, cache, shards):
    page = {number: cache.get(number) for number, _ in keys}
    homes = {}
    for number, home in keys:
        if page[number] is None:
            homes.setdefault(home, []).append(number)
    for home, numbers in homes.items():
        try:
            sent = shards[home].tweets(numbers)
        except OSError:
            sent = []
        for tweet in sent:
            page[tweet.id] = tweet
            cache.put(tweet.id, tweet)
    return [tweet for tweet in page.values() if tweet is not None]
