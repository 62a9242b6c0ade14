# Made by `make exercises` from solutions/05_tweet_cache.ipynb: change it there.
class LRU:
    """A cache with room for `capacity` tweets; when it is full, the least recently used one leaves."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}  # tweets by their IDs

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def get(self, key):
        """The value of a key, which counts as used now; None where it is not here."""
        pass  # your code here

    def put(self, key, value):
        """Keep a value; its key counts as used now."""
        pass  # your code here
