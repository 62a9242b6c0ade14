# wrong
#
# …
#
# Your function changed what it was given: argument 3 was…


def deliver(tweet_id, followers, active, feeds, length):
    active -= active.difference(followers)
    taken = 0
    for reader in active:
        feed = feeds.get(reader, [])
        if tweet_id not in feed:
            feeds[reader] = sorted([tweet_id, *feed], reverse=True)[:length]
            taken += tweet_id in feeds[reader]
    return taken
