# Made by `make exercises` from solutions/07_hybrid_feeds.ipynb: change it there.
import heapq
from bisect import bisect_right
from itertools import islice


def hybrid_page(pushed, timelines, rules, limit):
    """The newest `limit` IDs of what was pushed and what is pulled, each once; takes few rows more than it gives."""
    pass  # your code here
