# Made by `make exercises` from solutions/06_precomputed_feeds.ipynb: change it there.
def apply_edge(feed, latest, event, newest_of, length):
    """The feed after a follow or an unfollow, whatever order the events come in."""
    pass  # your code here
