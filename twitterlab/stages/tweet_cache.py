"""Stage 5: an LRU cache of tweets before the shards. A page is as slow as its one miss in twenty."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Unpack

from twitterlab.clock import Clock
from twitterlab.model import Position, Tweet
from twitterlab.parts.cache.tweet_cache import Hydration
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.shards import Shards
from twitterlab.stages.base import DirectoryPath, Stage
from twitterlab.stages.settings import CacheSettings, takes_settings
from twitterlab.workloads.graph import FollowGraph


class TweetCache(Stage):
    """The shards of stage 4 behind a cache of `cache_tweets` tweets; `cache` is the eviction policy, LRU by default.

    A page finds its IDs as at stage 4, without their text, and fetches the tweets that the cache lacks with one request
    to each shard that keeps any. Nothing is ever stale.
    """

    @takes_settings(CacheSettings)
    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        **settings: Unpack[CacheSettings],
    ) -> None:
        new_policy = partial(settings["cache"], settings["cache_tweets"])
        new_policy()  # what is refused is refused here, and leaves no directory behind
        self.tables: Shards = Shards(settings["shards"], settings["shard_of"], settings["merge"])
        super().__init__(graph, path, clock, self.tables, counting=settings["counting"])
        self.hydration = Hydration(new_policy, self.tables, self._counters)

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        followees = self.tables.follows_home(reader).followees(reader)
        return self.hydration.tweets_of_stream(self.tables.newest_keys(followees, before, limit), limit)

    def _tweet(self, author: int, tweet_id: int) -> Tweet | None:
        return self.hydration.one_tweet(tweet_id, self.tables.shard_number(author))

    def _delete(self, home: Database, tweet: Tweet) -> None:
        super()._delete(home, tweet)
        self.hydration.discard(tweet.id)

    @property
    def bytes_held(self) -> int:
        """Bytes that the shards and the cached tweets take."""
        return super().bytes_held + self.hydration.nbytes

    def add_shard(self) -> int:
        """Add an empty shard and move its fair share of the users to it; returns how many moved."""
        self._check_open()
        return self.tables.add_shard(self._replace_facts)
