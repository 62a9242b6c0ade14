# wrong


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active:
            feed = feeds.setdefault(reader, [])
            if tweet_id not in feed and len(feed) < length:
                feed.append(tweet_id)
                feed.sort(reverse=True)
                taken += 1
    return taken
