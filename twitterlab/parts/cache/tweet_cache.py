"""The cache of tweets before the shards, and hydration by it: from the IDs of a page to its tweets.

The cache is thread-safe and loads what is missing once. Which tweet leaves when it is full is the eviction policy's
choice: one of ours, or a learner's own.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from twitterlab.model import Tweet
from twitterlab.parts.cache.eviction import EvictionPolicy
from twitterlab.parts.store.shards import Shards, TweetKey
from twitterlab.work import Counters

LoadTweets = Callable[[list[int]], Iterable[Tweet]]

TWEET_BYTES = sys.getsizeof(Tweet(2**60, 2**20, "", None, 2**41)) + 3 * sys.getsizeof(2**60) + sys.getsizeof("x" * 70)


class _Flight:
    """One load on its way: `landed` is set at its end, when `found` is its result, or None where it failed."""

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.found: dict[int, Tweet] | None = None


class LoadingCache:
    """Tweets by ID before a loader; a tweet missed by many readers at once is loaded once, and no reader hangs.

    Thread-safe: `_lock` guards `_policy` and `_flights`, and is free while a load runs. `new_policy` makes an empty
    one, such as `partial(LRU, 100_000)`. A discard or a put during a load has the last word: what that load brings is
    handed to those who waited for it, and is not kept. So a row is removed first and discarded here after, and a
    deleted tweet never returns.
    """

    def __init__(self, new_policy: Callable[[], EvictionPolicy], counters: Counters) -> None:
        self._new_policy, self._policy = new_policy, new_policy()
        self._counters = counters
        self._flights: dict[int, _Flight] = {}  # by tweet ID: the load that may still put its result here
        self._lock = threading.Lock()

    def get_many(self, ids: Iterable[int], load: LoadTweets) -> dict[int, Tweet]:
        """The tweets of `ids`, in that order, without those that are stored nowhere, for one call of `load` at most.

        `load` gets the IDs that are neither here nor being loaded; it must not ask this cache for them. An ID counts
        once, as a hit or a miss; waiting for somebody else's load is a miss. Where that load fails, ours is called
        for its IDs, so one call more; what ours raises is raised.
        """
        wanted = list(dict.fromkeys(map(int, ids)))
        found, flights, own = self._find_or_board(wanted)
        self._counters.add(cache_hits=len(found), cache_misses=len(flights))
        while flights:
            self._fly_and_land(own, [i for i, flight in flights.items() if flight is own], load)
            held, flights, own = self._find_or_board(_wait_for_landings(flights, found))
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
            self._policy = self._new_policy()

    def __len__(self) -> int:
        with self._lock:
            return len(self._policy)

    def _find_or_board(self, ids: list[int]) -> tuple[dict[int, Tweet], dict[int, _Flight], _Flight]:
        """What is here; for the rest the flight of each, where nobody's is under way a new one; that new one."""
        own = _Flight()
        with self._lock:
            held = {i: tweet for i in ids if (tweet := self._policy.get(i)) is not None}
            flights = {i: self._flights.setdefault(i, own) for i in ids if i not in held}
        return held, flights, own

    def _fly_and_land(self, own: _Flight, ids: list[int], load: LoadTweets) -> None:
        """Load `ids`; however that ends, the flight lands."""
        found = None
        try:
            found = {tweet.id: tweet for tweet in load(ids)} if ids else {}
        finally:
            try:
                self._keep_loaded(own, ids, found or {})
            finally:
                own.found = found
                own.landed.set()

    def _keep_loaded(self, own: _Flight, ids: list[int], found: dict[int, Tweet]) -> None:
        """Keep what was found, without the IDs that were put or discarded since the flight began."""
        with self._lock:
            still_ours = [i for i in ids if self._flights.get(i) is own]
            for i in still_ours:
                del self._flights[i]
            for i in still_ours:
                if i in found:
                    self._policy.put(i, found[i])


def _wait_for_landings(flights: dict[int, _Flight], found: dict[int, Tweet]) -> list[int]:
    """Wait until all have landed and add what they brought to `found`; return the IDs of the flights that failed."""
    failed = []
    for i, flight in flights.items():
        flight.landed.wait()
        if flight.found is None:
            failed.append(i)
        elif i in flight.found:
            found[i] = flight.found[i]
    return failed


class TweetsAtHand(Protocol):
    """Tweets that can be had without asking the cache; `parts/fast` has some."""

    def tweets_with(self, ids: Sequence[int]) -> dict[int, Tweet]: ...
    def discard(self, tweet_id: int) -> None: ...


class Hydration:
    """Tweets for IDs: what is at hand, hits from the cache, misses from their shards; what is gone is passed over."""

    def __init__(
        self,
        new_policy: Callable[[], EvictionPolicy],
        tables: Shards,
        counters: Counters,
        at_hand: TweetsAtHand | None = None,
    ) -> None:
        self.cache, self._at_hand, self._counters = LoadingCache(new_policy, counters), at_hand, counters
        self._tables = tables
        self._epoch = tables.epoch

    def tweets_of_stream(self, keys: Iterator[TweetKey], chunk: int) -> Iterator[Tweet]:
        """The tweets of a stream of keys, in its order; hydrates `chunk` keys at a time, as far as the reader goes."""
        while wanted := list(islice(keys, chunk)):
            yield from self.tweets_of_page(wanted)

    def tweets_of_page(self, keys: Sequence[TweetKey]) -> Iterable[Tweet]:
        """The tweets of these keys, in their order."""
        shards = dict(keys)
        near = self._near_tweets(list(shards))
        far = [tweet_id for tweet_id in shards if tweet_id not in near]
        found = near | self._far_tweets(far, shards) if far else near
        return [found[tweet_id] for tweet_id in shards if tweet_id in found]

    def one_tweet(self, tweet_id: int, shard: int) -> Tweet | None:
        """One tweet, or None where it is not stored; not from those at hand, which may not be committed yet."""
        return self._far_tweets([tweet_id], {tweet_id: shard}).get(tweet_id)

    def _near_tweets(self, ids: list[int]) -> dict[int, Tweet]:
        """Those of these tweets that are at hand."""
        if self._at_hand is None:
            return {}
        near = self._at_hand.tweets_with(ids)
        self._counters.add(cache_hits=len(near))
        return near

    def _far_tweets(self, ids: list[int], shards: dict[int, int]) -> dict[int, Tweet]:
        """These tweets from the cache, and from their shards what it lacks."""
        return self.cache.get_many(ids, lambda missing: self._load_from_shards(missing, shards))

    def discard(self, tweet_id: int) -> None:
        """Forget a tweet that was deleted from its shard."""
        if self._at_hand is not None:
            self._at_hand.discard(tweet_id)
        self.cache.discard(tweet_id)

    @property
    def nbytes(self) -> int:
        """Roughly what the cached tweets take: their number times Python's size of a Tweet of 70 characters."""
        return len(self.cache) * TWEET_BYTES

    def _load_from_shards(self, missing: list[int], shards: dict[int, int]) -> Iterator[Tweet]:
        """One request a shard; where users have moved since the keys were made, whoever has the rest is asked."""
        groups: dict[int, list[int]] = {}
        for tweet_id in missing:
            groups.setdefault(shards[tweet_id], []).append(tweet_id)
        lost = set(missing)
        for shard, ids in groups.items():
            for tweet in self._tables.databases[shard].tweets(ids):
                lost.discard(tweet.id)
                yield tweet
        if lost and self._tables.epoch != self._epoch:
            for database in self._tables.databases:
                yield from database.tweets(lost)
