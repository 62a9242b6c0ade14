"""Eviction policies: which tweet leaves when a cache is full; four answers with the same four methods.

None of them is thread-safe by itself, and `capacity`, in tweets, is never exceeded. `get` answers None for what is
not here, so None cannot be stored; putting a key that is here replaces its value and counts as a use of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

from twitterlab.model import Tweet, integer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class EvictionPolicy(Protocol):
    """What the cache asks of an eviction policy; None means *not here*, and putting a key again is a use of it."""

    def get(self, key: int) -> Tweet | None: ...
    def put(self, key: int, value: Tweet) -> None: ...
    def discard(self, key: int) -> None: ...
    def __len__(self) -> int: ...


def valid_capacity(capacity: int) -> int:
    room = integer(capacity)
    if room is None or room < 1:
        raise ValueError(f"a cache holds a whole number of tweets, 1 at least: its capacity cannot be {capacity!r}")
    return room


class FIFO(Generic[K, V]):
    """First in, first out: the oldest arrival leaves, however often it is used; constant time a call."""

    def __init__(self, capacity: int) -> None:
        self.capacity = valid_capacity(capacity)
        self._queue: OrderedDict[K, V] = OrderedDict()  # oldest arrival first

    def get(self, key: K) -> V | None:
        return self._queue.get(key)

    def put(self, key: K, value: V) -> None:
        if key not in self._queue and len(self._queue) == self.capacity:
            self._queue.popitem(last=False)
        self._queue[key] = value

    def discard(self, key: K) -> None:
        self._queue.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._queue

    def __len__(self) -> int:
        return len(self._queue)


class LRU(FIFO[K, V]):
    """Least recently used: a FIFO in which each use sends the tweet back to the end; constant time a call."""

    def get(self, key: K) -> V | None:
        if key in self._queue:
            self._queue.move_to_end(key)
        return self._queue.get(key)

    def put(self, key: K, value: V) -> None:
        super().put(key, value)
        self._queue.move_to_end(key)


class SIEVE(Generic[K, V]):
    """A hand sweeps from the oldest arrival to the newest, spares what was used since its last visit, takes the next.

    A use sets one bit and moves nothing. The queue is kept in two pieces, cut where the hand stands: a spared
    tweet goes from the front of `_ahead` to the end of `_passed`, which leaves the order as it was. Constant time a
    call on average. Zhang et al., "SIEVE is simpler than LRU", NSDI 2024.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = valid_capacity(capacity)
        self._passed: OrderedDict[K, V] = OrderedDict()  # older than the hand, spared in this sweep
        self._ahead: OrderedDict[K, V] = OrderedDict()  # from the hand to the newest arrival
        self._used: set[K] = set()

    def get(self, key: K) -> V | None:
        value = self._piece(key).get(key)
        if value is not None:
            self._used.add(key)
        return value

    def put(self, key: K, value: V) -> None:
        if key in self:
            self._used.add(key)
        elif len(self) == self.capacity:
            self._evict()
        self._turn_at_the_end()  # before the newcomer arrives, which must wait for the next sweep to reach it
        self._piece(key)[key] = value

    def discard(self, key: K) -> None:
        self._piece(key).pop(key, None)
        self._used.discard(key)

    def __contains__(self, key: object) -> bool:
        return key in self._passed or key in self._ahead

    def __len__(self) -> int:
        return len(self._passed) + len(self._ahead)

    def _piece(self, key: K) -> OrderedDict[K, V]:
        return self._passed if key in self._passed else self._ahead

    def _turn_at_the_end(self) -> None:
        if not self._ahead:
            self._passed, self._ahead = self._ahead, self._passed

    def _evict(self) -> None:
        while True:
            self._turn_at_the_end()
            key, value = self._ahead.popitem(last=False)
            if key not in self._used:
                return
            self._used.remove(key)
            self._passed[key] = value


class S3FIFO(Generic[K, V]):
    """Three queues: newcomers pass a small one quickly, and only what is used there again reaches the main one.

    The small queue has a tenth of the room. What leaves it unused is remembered, by name alone, in a ghost queue as
    long as the main one; who returns from there goes straight to main. Main is a FIFO that spares a tweet once for
    each of its last uses, three at most. Constant time a call on average. Yang et al., "FIFO queues are all you need
    for cache eviction", SOSP 2023; the promotion after two uses, and the filling of main before the first eviction,
    are those of the authors' libCacheSim.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = valid_capacity(capacity)
        self._small_room = max(1, self.capacity // 10)
        self._main_room = self.capacity - self._small_room
        self._ghost_room = self.capacity * 9 // 10
        self._small: OrderedDict[K, V] = OrderedDict()
        self._main: OrderedDict[K, V] = OrderedDict()
        self._ghost: OrderedDict[K, None] = OrderedDict()
        self._uses: dict[K, int] = {}  # 0 to 3: two bits
        self._warm = False  # True from the first eviction on

    def get(self, key: K) -> V | None:
        value = self._queue(key).get(key)
        if value is not None:
            self._uses[key] = min(self._uses[key] + 1, 3)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value; a key that is here already is used and gets the new one."""
        if self.get(key) is not None:
            self._queue(key)[key] = value
            return
        returning = key in self._ghost
        self._ghost.pop(key, None)
        while len(self) >= self.capacity:
            self._evict()
        filling = not self._warm and len(self._small) >= self._small_room
        (self._main if returning or filling else self._small)[key] = value
        self._uses[key] = 0

    def discard(self, key: K) -> None:
        self._queue(key).pop(key, None)
        self._uses.pop(key, None)
        self._ghost.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._uses

    def __len__(self) -> int:
        return len(self._uses)

    def _queue(self, key: K) -> OrderedDict[K, V]:
        return self._small if key in self._small else self._main

    def _evict(self) -> None:
        self._warm = True
        if len(self._main) > self._main_room or not self._small:
            self._evict_from_main()
        else:
            self._evict_from_small()

    def _evict_from_small(self) -> None:
        while self._small:
            key, value = self._small.popitem(last=False)
            if self._uses[key] < 2:
                del self._uses[key]
                return self._remember(key)
            self._main[key] = value
            self._uses[key] = 0

    def _evict_from_main(self) -> None:
        while True:
            key, value = self._main.popitem(last=False)
            if not self._uses[key]:
                del self._uses[key]
                return
            self._main[key] = value
            self._uses[key] -= 1

    def _remember(self, key: K) -> None:
        self._ghost[key] = None
        if len(self._ghost) > self._ghost_room:
            self._ghost.popitem(last=False)
