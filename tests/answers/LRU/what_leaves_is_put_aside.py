# wrong
#
# …somewhere it still holds…


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}
        self.left = []

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def get(self, key):
        if key in self.kept:
            self.kept[key] = self.kept.pop(key)
        return self.kept.get(key)

    def put(self, key, value):
        self.kept.pop(key, None)
        self.kept[key] = value
        if len(self.kept) > self.capacity:
            self.left.append(self.kept.pop(next(iter(self.kept))))
