# wrong: comes_once

import bisect


def deliver(tweet_id, followers, active, feeds, length):
    taken = 0
    for reader in followers:
        if reader in active:
            feed = feeds.setdefault(reader, [])
            bisect.insort(feed, tweet_id, key=lambda one: -one)
            if len(feed) > length:
                feed.pop()
            taken += tweet_id in feed
    return taken
