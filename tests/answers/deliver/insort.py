# right

from bisect import insort


def deliver(tweet_id, followers, active, feeds, length):
    took = 0
    for reader in followers:
        if reader not in active:
            continue
        feed = feeds.setdefault(reader, [])
        if tweet_id in feed:
            continue
        insort(feed, tweet_id, key=lambda one: -one)
        del feed[length:]
        took += tweet_id in feed
    return took
