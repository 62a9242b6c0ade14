# wrong: no_end


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active:
            feed = feeds.setdefault(reader, [])
            if tweet_id not in feed:
                feed.append(tweet_id)
                feed.sort(reverse=True)
                if len(feed) > length + 1:
                    feed.pop()
                taken += tweet_id in feed
    return taken
