# right

from bisect import bisect_left


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader not in active:
            continue
        if reader not in feeds:
            feeds[reader] = []
        feed = feeds[reader]
        at = bisect_left(feed, -tweet_id, key=lambda one: -one)
        if at == length or feed[at : at + 1] == [tweet_id]:
            continue
        feed.insert(at, tweet_id)
        if len(feed) > length:
            feed.pop()
        taken += 1
    return taken
