# wrong: writing_again_is_no_use
#
# …A tweet is put with the same value each time.
#
# …


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
        return self.kept[key]

    def put(self, key, value):
        if self.kept.get(key) is value:
            return
        self.kept.pop(key, None)
        if len(self.kept) == self.capacity:
            del self.kept[next(iter(self.kept))]
        self.kept[key] = value
