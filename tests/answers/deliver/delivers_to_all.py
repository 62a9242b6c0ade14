# wrong: delivers_to_all


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        feed = feeds.setdefault(reader, [])
        if tweet_id not in feed:
            feed.append(tweet_id)
            feed.sort(reverse=True)
            del feed[length:]
            taken += tweet_id in feed and reader in active
    return taken
