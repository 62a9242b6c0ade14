# wrong


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
        if key in self.kept:
            self.kept[key] = self.kept.pop(key)
        return self.kept.get(key)

    def put(self, key, value):
        self.kept.pop(key, None)
        self.kept[key] = str(value)
        if len(self.kept) > self.capacity:
            del self.kept[next(iter(self.kept))]
