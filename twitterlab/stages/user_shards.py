"""Stage 4: tweets and follows are cut by user ID; a page asks only the shards that hold a followee."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

import numpy as np

from twitterlab.clock import Clock
from twitterlab.model import Position, Tweet
from twitterlab.parts.store.shards import Shards
from twitterlab.stages.base import DirectoryPath, Stage
from twitterlab.stages.settings import UserShardSettings, takes_settings
from twitterlab.workloads.graph import FollowGraph


class UserShards(Stage):
    """`shards` databases, each a leader without replicas.

    A page asks one shard for the follow list and each shard that keeps a followee once; it reads the rows of stage 2
    and merges at most limit + shards of them. With `shard_by="tweet"` it must ask every shard. Nothing is ever stale.
    """

    @takes_settings(UserShardSettings)
    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        **settings: Unpack[UserShardSettings],
    ) -> None:
        self.tables: Shards = Shards(
            settings["shards"], settings["shard_of"], settings["merge"], shard_by=settings["shard_by"]
        )
        super().__init__(graph, path, clock, self.tables, counting=settings["counting"])

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        followees = self.tables.follows_home(reader).followees(reader)
        return map(Tweet._make, self.tables.newest_of(followees, before, limit))

    def _tweets_of(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        return map(Tweet._make, self.tables.newest_of(np.array([author], np.int32), before, limit))

    def add_shard(self) -> int:
        """Add an empty shard and move its fair share of the users to it; returns how many moved."""
        self._check_open()
        return self.tables.add_shard(self._replace_facts)
