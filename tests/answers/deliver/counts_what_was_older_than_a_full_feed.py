# wrong: counts_every_delivery


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active:
            feed = feeds.setdefault(reader, [])
            if tweet_id not in feed:
                feeds[reader] = sorted([*feed, tweet_id], reverse=True)[:length]
                taken += 1
    return taken
