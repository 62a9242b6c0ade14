# Made by `make exercises` from solutions/02_follower_index.ipynb: change it there.
import heapq


def newest(table, authors, before, limit):
    """The IDs of the newest `limit` tweets of these authors below `before`, newest first."""
    pass  # your code here
