# wrong: oldest_first


def deliver(tweet_id, followers, active, feeds, length):
    count = 0
    for reader in followers:
        if reader in active:
            feed = feeds.get(reader, [])
            if tweet_id not in feed:
                feeds[reader] = sorted(feed + [tweet_id])[-length:]
                count += tweet_id in feeds[reader]
    return count
