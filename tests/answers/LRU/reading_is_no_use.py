# wrong: reading_is_no_use
#
# A cache with room for 2: put t1, put t2, get t1, put t3.
#
# Yours gave a cache that holds t2 and t3 after put t3; expected was one that holds t1 and t3.
#
# …


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
        return self.kept.get(key)

    def put(self, key, value):
        self.kept.pop(key, None)
        while len(self.kept) >= self.capacity:
            self.kept.pop(next(iter(self.kept)))
        self.kept[key] = value
