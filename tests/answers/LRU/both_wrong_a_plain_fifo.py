# wrong: reading_is_no_use


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
        if key not in self.kept and len(self.kept) >= self.capacity:
            self.kept.pop(next(iter(self.kept)))
        self.kept[key] = value
