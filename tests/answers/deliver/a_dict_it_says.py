# right


def deliver(tweet_id, followers, active, feeds, length):
    assert isinstance(feeds, dict)
    assert isinstance(active, set)
    taken = 0
    for reader in followers:
        if reader in active:
            before = feeds.get(reader, [])
            after = sorted({*before, tweet_id}, reverse=True)[:length]
            feeds[reader] = after
            taken += after != before
    return taken
