# wrong
#
# …While a shard answers, another reader's page is made…
#
# …

table = {}


def hydrate(keys, cache, shards):
    table.clear()
    missing = {}
    for number, shard in keys:
        tweet = cache.get(number)
        if tweet is None:
            missing.setdefault(shard, []).append(number)
        else:
            table[number] = tweet
    for shard, numbers in missing.items():
        for tweet in shards[shard].tweets(numbers):
            cache.put(tweet.id, tweet)
            table[tweet.id] = tweet
    return [table[number] for number, _ in keys if number in table]
