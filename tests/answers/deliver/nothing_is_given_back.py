# wrong


def deliver(tweet_id, followers, active, feeds, length):
    for reader in followers:
        if reader in active:
            feeds[reader] = sorted({*feeds.get(reader, []), tweet_id}, reverse=True)[:length]
