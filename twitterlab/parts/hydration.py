"""Hydration: from the IDs of a page to its tweets, through the cache, with one request to each shard that must help."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from twitterlab.model import Tweet
from twitterlab.parts.cache import Policy, TweetCache
from twitterlab.parts.shards import Key, Shards
from twitterlab.work import Counters

TWEET_BYTES = sys.getsizeof(Tweet(2**60, 2**20, "", None, 2**41)) + 3 * sys.getsizeof(2**60) + sys.getsizeof("x" * 70)


class Hydration:
    """Tweets for IDs: hits from the cache, misses from their shards; a tweet that is gone is passed over."""

    def __init__(self, policy: Policy, tables: Shards, counters: Counters) -> None:
        self.cache = TweetCache(policy, counters)
        self._tables = tables
        self._epoch = tables.epoch

    def of(self, keys: Iterator[Key], chunk: int) -> Iterator[Tweet]:
        """The tweets of a stream of keys, in its order; hydrates `chunk` keys at a time, as far as the reader goes."""
        while wanted := list(islice(keys, chunk)):
            yield from self.page(wanted)

    def page(self, keys: Sequence[Key]) -> Iterable[Tweet]:
        """The tweets of these keys, in their order."""
        shards = dict(keys)
        return self.cache.get_many(shards, lambda missing: self._load(missing, shards)).values()

    def one(self, tweet_id: int, shard: int) -> Tweet | None:
        """One tweet, or None where it is not stored."""
        return next(iter(self.page([Key(tweet_id, shard)])), None)

    def discard(self, tweet_id: int) -> None:
        """Forget a tweet that was deleted from its shard."""
        self.cache.discard(tweet_id)

    @property
    def nbytes(self) -> int:
        """Roughly what the cached tweets take: their number times Python's size of a Tweet of 70 characters."""
        return len(self.cache) * TWEET_BYTES

    def _load(self, missing: list[int], shards: dict[int, int]) -> Iterator[Tweet]:
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
