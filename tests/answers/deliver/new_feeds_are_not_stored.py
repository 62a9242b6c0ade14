# wrong


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active:
            feed = feeds.get(reader, [])
            if tweet_id not in feed:
                feed.append(tweet_id)
                feed.sort(reverse=True)
                del feed[length:]
                taken += tweet_id in feed
    return taken
