# wrong
#
# …
#
# Your code asks what time it is…

from time import time


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}
        self.used = {}

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def get(self, key):
        if key in self.kept:
            self.used[key] = time()
        return self.kept.get(key)

    def put(self, key, value):
        if key not in self.kept and len(self.kept) >= self.capacity:
            del self.kept[min(self.kept, key=self.used.__getitem__)]
        self.kept[key] = value
        self.used[key] = time()
