# over budget: looks_at_all


def deliver(tweet_id, followers, active, feeds, length):
    wanted = set(followers) & active
    for reader in wanted - set(feeds):
        feeds[reader] = []
    taken = 0
    for reader, feed in feeds.items():
        if reader in wanted and tweet_id not in feed:
            feed.append(tweet_id)
            feed.sort(reverse=True)
            del feed[length:]
            taken += tweet_id in feed
    return taken
