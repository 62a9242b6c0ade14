# right

from dataclasses import dataclass, field


@dataclass(eq=False)
class LRU:
    capacity: int
    kept: dict = field(default_factory=dict)

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
        self.discard(key)
        self.kept[key] = value
        while len(self) > self.capacity:
            del self.kept[next(iter(self.kept))]
