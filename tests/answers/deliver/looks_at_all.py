# over budget: looks_at_all


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        feed = feeds.get(reader, [])
        if tweet_id in feed or reader not in active:
            continue
        feeds[reader] = sorted(feed + [tweet_id], reverse=True)[:length]
        taken += tweet_id in feeds[reader]
    return taken
