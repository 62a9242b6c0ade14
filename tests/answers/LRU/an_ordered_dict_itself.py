# right

import threading
from collections import OrderedDict


class LRU(OrderedDict):
    def __init__(self, capacity):
        super().__init__()
        self.room = capacity
        self.one_at_a_time = threading.RLock()

    def discard(self, key):
        with self.one_at_a_time:
            self.pop(key, None)

    def get(self, key):
        with self.one_at_a_time:
            if key in self:
                self.move_to_end(key)
                return self[key]
            return None

    def put(self, key, value):
        with self.one_at_a_time:
            self[key] = value
            self.move_to_end(key)
            if len(self) > self.room:
                self.popitem(last=False)
