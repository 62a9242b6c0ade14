# right

from threading import Lock


class Node:
    __slots__ = ("after", "before", "key", "value")

    def __init__(self, key=None, value=None):
        self.key, self.value = key, value
        self.before = self.after = self

    def leave(self):
        self.before.after, self.after.before = self.after, self.before

    def come_before(self, other):
        self.before, self.after = other.before, other
        other.before.after = other.before = self


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept, self.ring, self.lock = {}, Node(), Lock()

    def discard(self, key):
        with self.lock:
            if key in self.kept:
                self.kept.pop(key).leave()

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def get(self, key):
        with self.lock:
            if key not in self.kept:
                return None
            node = self.kept[key]
            node.leave()
            node.come_before(self.ring)
            return node.value

    def put(self, key, value):
        self.discard(key)
        with self.lock:
            if len(self.kept) == self.capacity:
                oldest = self.ring.after
                oldest.leave()
                del self.kept[oldest.key]
            self.kept[key] = Node(key, value)
            self.kept[key].come_before(self.ring)
