# wrong: any


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
            self.uses[key] += 1
        return self.kept.get(key)

    uses = {}

    def put(self, key, value):
        self.uses.setdefault(key, 0)
        if key not in self.kept and len(self.kept) == self.capacity:
            del self.kept[min(self.kept, key=lambda one: self.uses[one])]
        self.kept[key] = value
