# wrong
#
# …somewhere it still holds 2500, once 500 that were here had been discarded…


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}
        self.values = {}

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
        return self.values[key]

    def put(self, key, value):
        self.kept.pop(key, None)
        if len(self.kept) == self.capacity:
            oldest = next(iter(self.kept))
            del self.kept[oldest], self.values[oldest]
        self.kept[key] = True
        self.values[key] = value
