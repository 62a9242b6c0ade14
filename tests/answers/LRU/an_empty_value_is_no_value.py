# wrong
#
# A cache with room for 1: put t1, get t1. Here IDs are as long…
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
        value = self.kept.pop(key, None)
        if value:
            self.kept[key] = value
        return value

    def put(self, key, value):
        self.kept.pop(key, None)
        self.kept[key] = value
        if len(self.kept) > self.capacity:
            del self.kept[next(iter(self.kept))]
