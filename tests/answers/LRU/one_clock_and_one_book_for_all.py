# wrong


class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}
        self.book = LRU.book

    book, turn = {}, 0

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept

    def note(self, key):
        LRU.turn += 1
        self.book[key] = LRU.turn

    def get(self, key):
        if key in self.kept:
            self.note(key)
        return self.kept.get(key)

    def put(self, key, value):
        if key not in self.kept and len(self.kept) >= self.capacity:
            del self.kept[min(self.kept, key=self.book.get)]
        self.kept[key] = value
        self.note(key)
