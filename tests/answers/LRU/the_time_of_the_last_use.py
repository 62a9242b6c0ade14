# right


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}
        self.used = {}
        self.now = 0

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def use(self, key):
        self.now += 1
        self.used[key] = self.now

    def get(self, key):
        if key not in self.kept:
            return None
        self.use(key)
        return self.kept[key]

    def put(self, key, value):
        if key not in self.kept and len(self.kept) >= self.capacity:
            oldest = min(self.kept, key=self.used.get)
            del self.kept[oldest]
        self.kept[key] = value
        self.use(key)
