# wrong
#
# …somewhere it still holds 2500, once 500 that were here had been put again.


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
        return self.kept[key][-1]

    def put(self, key, value):
        values = self.kept.pop(key, [])
        if len(self.kept) == self.capacity:
            del self.kept[next(iter(self.kept))]
        self.kept[key] = [*values, value]
