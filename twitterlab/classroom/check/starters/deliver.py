# Made by `make exercises` from solutions/06_precomputed_feeds.ipynb: change it there.
def deliver(tweet_id, followers, active, feeds, length):
    """Put a tweet into the feeds of active followers, once each; returns how many took it in."""
    pass  # your code here
