"""The one cache of tweets that a system puts before its shards: thread-safe, and it loads what is missing once.

Which tweet leaves when it is full is the eviction policy's choice: one of ours, or a learner's own.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from twitterlab.model import Tweet
from twitterlab.parts.cache.eviction import FIFO, LRU, S3FIFO, SIEVE
from twitterlab.work import Counters

__all__ = ["FIFO", "LRU", "S3FIFO", "SIEVE", "EvictionPolicy", "LoadingCache"]

LoadTweets = Callable[[list[int]], Iterable[Tweet]]


class EvictionPolicy(Protocol):
    """What the cache asks of an eviction policy; None means *not here*, and putting a key again is a use of it."""

    def get(self, key: int) -> Tweet | None: ...
    def put(self, key: int, value: Tweet) -> None: ...
    def discard(self, key: int) -> None: ...
    def __len__(self) -> int: ...


class _Load:
    """One load on its way: `landed` is set at its end, when `found` is its result, or None where it failed."""

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.found: dict[int, Tweet] | None = None


class LoadingCache:
    """Tweets by ID before a loader; a tweet missed by many readers at once is loaded once, and no reader hangs.

    Thread-safe, and its lock is free while a load runs. `policy` is an empty instance, such as `LRU(100_000)`.
    A discard or a put during a load has the last word: what that load brings is handed to those who waited
    for it, and is not kept. So a row is removed first and discarded here after, and a deleted tweet never returns.
    """

    def __init__(self, policy: EvictionPolicy, counters: Counters) -> None:
        self._policy = policy
        self._empty = copy.deepcopy(policy)  # what `clear` goes back to
        self._counters = counters
        self._flights: dict[int, _Load] = {}  # by tweet ID: the load that may still put its result here
        self._lock = threading.Lock()

    def get_many(self, ids: Iterable[int], load: LoadTweets) -> dict[int, Tweet]:
        """The tweets of `ids`, in that order, without those that are stored nowhere, for one call of `load` at most.

        `load` gets the IDs that are neither here nor being loaded; it must not ask this cache for them. An ID counts
        once, as a hit or a miss; waiting for somebody else's load is a miss. Where that load fails, ours is called
        for its IDs, so one call more; what ours raises is raised.
        """
        wanted = list(dict.fromkeys(map(int, ids)))
        found, flights, own = self._board(wanted)
        self._counters.add(cache_hits=len(found), cache_misses=len(flights))
        while flights:
            self._fly(own, [i for i, flight in flights.items() if flight is own], load)
            held, flights, own = self._board(_collect(flights, found))
            found |= held
        return {i: found[i] for i in wanted if i in found}

    def put(self, tweet: Tweet) -> None:
        """Keep a tweet just written; it has the last word over a load that is under way.

        Where a delete may run at the same time, the writer looks for its tombstone after this, and then discards.
        """
        with self._lock:
            self._flights.pop(tweet.id, None)
            self._policy.put(tweet.id, tweet)

    def discard(self, tweet_id: int) -> None:
        """Forget a tweet; a load of it that is under way will not bring it back. Unknown IDs are fine."""
        with self._lock:
            self._flights.pop(tweet_id, None)
            self._policy.discard(tweet_id)

    def clear(self) -> None:
        """Forget everything, as after a restart; loads that are under way keep nothing."""
        with self._lock:
            self._flights.clear()
            self._policy = copy.deepcopy(self._empty)

    def __len__(self) -> int:
        with self._lock:
            return len(self._policy)

    def _board(self, ids: list[int]) -> tuple[dict[int, Tweet], dict[int, _Load], _Load]:
        """What is here; for the rest the flight of each, where nobody's is under way a new one; that new one."""
        own = _Load()
        with self._lock:
            held = {i: tweet for i in ids if (tweet := self._policy.get(i)) is not None}
            flights = {i: self._flights.setdefault(i, own) for i in ids if i not in held}
        return held, flights, own

    def _fly(self, own: _Load, ids: list[int], load: LoadTweets) -> None:
        """Load `ids`; however that ends, the flight lands."""
        found = None
        try:
            found = {tweet.id: tweet for tweet in load(ids)} if ids else {}
        finally:
            try:
                self._land(own, ids, found or {})
            finally:
                own.found = found
                own.landed.set()

    def _land(self, own: _Load, ids: list[int], found: dict[int, Tweet]) -> None:
        """Keep what was found, without the IDs that were put or discarded since the flight began."""
        with self._lock:
            still_ours = [i for i in ids if self._flights.get(i) is own]
            for i in still_ours:
                del self._flights[i]
            for i in still_ours:
                if i in found:
                    self._policy.put(i, found[i])


def _collect(flights: dict[int, _Load], found: dict[int, Tweet]) -> list[int]:
    """Wait until all have landed and add what they brought to `found`; return the IDs of the flights that failed."""
    failed = []
    for i, flight in flights.items():
        flight.landed.wait()
        if flight.found is None:
            failed.append(i)
        elif i in flight.found:
            found[i] = flight.found[i]
    return failed
