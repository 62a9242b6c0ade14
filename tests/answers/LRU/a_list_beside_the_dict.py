# right


class LRU:
    def __init__(self, capacity):
        self.capacity, self.kept, self.order = capacity, {}, []

    def discard(self, key):
        if key in self.kept:
            del self.kept[key]
            self.order.remove(key)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def get(self, key):
        if key in self.kept:
            self.order.remove(key)
            self.order.insert(0, key)
            return self.kept[key]

    def put(self, key, value):
        self.discard(key)
        self.order.insert(0, key)
        self.kept[key] = value
        if len(self.order) > self.capacity:
            self.discard(self.order[-1])
