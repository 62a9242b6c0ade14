# Made by `make exercises` from solutions/06_precomputed_feeds.ipynb: change it there.
def deliver(tweet_id, followers, active, feeds, length):
    """Put a tweet into the feeds of active followers, once each; returns how many took it in."""
    taken = 0
    for reader in followers:
        if reader not in active:
            continue
        feed = feeds.setdefault(reader, [])
        if tweet_id in feed:
            continue  # the message came before
        feed.append(tweet_id)
        feed.sort(reverse=True)  # to its place, however late it comes
        del feed[length:]
        taken += tweet_id in feed  # else it was older than all of a full feed
    return taken
