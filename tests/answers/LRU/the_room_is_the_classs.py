# wrong
#
# A cache with room for 1: put t1, put t2. In turn with it another cache is used, with room for one more…
#
# Yours gave a cache that holds t1 and t2 after put t2; expected was one that holds t2.


class LRU:
    def __init__(self, capacity):
        LRU.capacity = capacity
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
        while len(self.kept) >= self.capacity:
            del self.kept[next(iter(self.kept))]
        self.kept[key] = value
