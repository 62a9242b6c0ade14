# wrong: one_stands_for_all


def deliver(tweet_id, followers, active, feeds, length):
    readers = [reader for reader in followers if reader in active]
    if any(tweet_id in feeds.get(reader, []) for reader in readers):
        return 0
    for reader in readers:
        feeds[reader] = sorted(feeds.get(reader, []) + [tweet_id], reverse=True)[:length]
    return sum(tweet_id in feeds[reader] for reader in readers)
