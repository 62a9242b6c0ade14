# wrong
#
# …kept more…


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
        value = self.kept.pop(key)
        self.kept[key] = value
        return value

    def put(self, key, value):
        self.kept.pop(key, None)
        while len(self.kept) >= self.capacity + (self.capacity > 150):
            self.kept.pop(next(iter(self.kept)))
        self.kept[key] = value
