# wrong: no_end


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in set(followers) & active:
        feed = feeds.setdefault(reader, [])
        if tweet_id not in feed:
            feed.append(tweet_id)
            feed.sort(reverse=True)
            taken += 1
    return taken
