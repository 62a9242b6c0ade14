# wrong
#
# A cache with room for 1: put t1, get t1. Here t1 has the key 0…
#
# Yours gave None for get t1; expected was…


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
        if not key or key not in self.kept:
            return None
        self.kept[key] = self.kept.pop(key)
        return self.kept[key]

    def put(self, key, value):
        self.kept.pop(key, None)
        if len(self.kept) == self.capacity:
            del self.kept[next(iter(self.kept))]
        self.kept[key] = value
