# wrong
#
# …
#
# The feed of user 1 is (1,) now. A feed is a list of IDs.


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in active.intersection(followers):
        feed = feeds.get(reader, ())
        if tweet_id not in feed:
            feeds[reader] = tuple(sorted((tweet_id, *feed), reverse=True)[:length])
            taken += tweet_id in feeds[reader]
    return taken
