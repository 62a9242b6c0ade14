# wrong
#
# A cache with room for 60: 600 gets and puts of 90 tweets.
#
# …

from itertools import islice


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def get(self, key):
        if key not in self.kept:
            return None
        self.kept[key] = self.kept.pop(key)
        return self.kept[key]

    def put(self, key, value):
        self.kept.pop(key, None)
        if len(self.kept) == self.capacity < 9:
            del self.kept[next(iter(self.kept))]
        elif len(self.kept) == self.capacity:
            few = list(islice(self.kept, 8))
            del self.kept[min(few)]  # the one with the lowest ID: it is the oldest of them
        self.kept[key] = value
