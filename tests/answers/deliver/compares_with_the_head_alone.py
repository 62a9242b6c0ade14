# wrong: comes_once


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active:
            feed = feeds.setdefault(reader, [])
            if feed and feed[0] == tweet_id:
                continue
            feed.append(tweet_id)
            feed.sort(reverse=True)
            del feed[length:]
            taken += tweet_id in feed
    return taken
