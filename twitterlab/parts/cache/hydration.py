"""Hydration: from the IDs of a page to its tweets, through the caches, and one request to each shard that must help."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from twitterlab.model import Tweet
from twitterlab.parts.cache.tweet_cache import EvictionPolicy, LoadingCache
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.feeds.entries import squeeze_ids
from twitterlab.parts.store.shards import Shards, TweetKey
from twitterlab.work import Counters

TWEET_BYTES = sys.getsizeof(Tweet(2**60, 2**20, "", None, 2**41)) + 3 * sys.getsizeof(2**60) + sys.getsizeof("x" * 70)


class Hydration:
    """Tweets for IDs: hits from the cache, misses from their shards; a tweet that is gone is passed over."""

    def __init__(
        self, policy: EvictionPolicy, tables: Shards, counters: Counters, newest: NewestTweets | None = None
    ) -> None:
        self.cache, self._newest, self._counters = LoadingCache(policy, counters), newest, counters
        self._tables = tables
        self._epoch = tables.epoch

    def tweets_of_stream(self, keys: Iterator[TweetKey], chunk: int) -> Iterator[Tweet]:
        """The tweets of a stream of keys, in its order; hydrates `chunk` keys at a time, as far as the reader goes."""
        while wanted := list(islice(keys, chunk)):
            yield from self.tweets_of_page(wanted)

    def tweets_of_page(self, keys: Sequence[TweetKey]) -> Iterable[Tweet]:
        """The tweets of these keys, in their order."""
        shards = dict(keys)
        near = self._newest_among(list(shards)) if self._newest else {}
        far = [tweet_id for tweet_id in shards if tweet_id not in near]
        found = (
            near | self.cache.get_many(far, lambda missing: self._load_from_shards(missing, shards)) if far else near
        )
        return [found[tweet_id] for tweet_id in shards if tweet_id in found]

    def _newest_among(self, ids: list[int]) -> dict[int, Tweet]:
        """Those of these tweets that are among the newest."""
        if self._newest is None:
            return {}
        found, _ = self._newest.find_tweets(np.sort(squeeze_ids(np.array(ids, np.int64))))
        near = {tweet.id: tweet for tweet in found if tweet}
        self._counters.add(cache_hits=len(near))
        return near

    def one_tweet(self, tweet_id: int, shard: int) -> Tweet | None:
        """One tweet, or None where it is not stored; not from the newest, which may not be committed yet."""
        return self.cache.get_many([tweet_id], lambda missing: self._load_from_shards(missing, {tweet_id: shard})).get(
            tweet_id
        )

    def discard(self, tweet_id: int) -> None:
        """Forget a tweet that was deleted from its shard."""
        if self._newest is not None:
            self._newest.discard(tweet_id)
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
