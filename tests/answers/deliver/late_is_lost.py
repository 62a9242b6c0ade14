# wrong: late_is_lost
#
# User 1 follows user 0. A feed has room for 2. The tweets of user 0 come to a worker in this order: t2, t1.
#
# Yours gave t2 in the feed of user 1; expected was t2, t1.
#
# …


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active:
            feed = feeds.setdefault(reader, [])
            if not feed or tweet_id > feed[0]:
                feed.insert(0, tweet_id)
                del feed[length:]
                taken += 1
    return taken
