# wrong: comes_once


def deliver(tweet_id, followers, active, feeds, length):
    readers = [reader for reader in followers if reader in active]
    for reader in readers:
        feeds.setdefault(reader, []).insert(0, tweet_id)
        del feeds[reader][length:]
    return len(readers)
