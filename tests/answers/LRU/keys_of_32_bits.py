# wrong
#
# …held 1 once 2500 were put.


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}

    def discard(self, key):
        self.kept.pop(key % 2**32, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key % 2**32 in self.kept

    def get(self, key):
        value = self.kept.pop(key % 2**32, None)
        if value is not None:
            self.kept[key % 2**32] = value
        return value

    def put(self, key, value):
        self.kept.pop(key % 2**32, None)
        if len(self.kept) == self.capacity:
            del self.kept[next(iter(self.kept))]
        self.kept[key % 2**32] = value
