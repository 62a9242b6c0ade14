"""What stages 6 and 7 share: shards with an outbox, a tweet cache, and workers that fan out into the feed cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice, zip_longest

import numpy as np
from numpy.typing import NDArray

from twitterlab.checks import setting
from twitterlab.clock import Clock
from twitterlab.model import Lag, Page, Pages, Position, StorageError, Tweet, Users
from twitterlab.parts.cache.hydration import Hydration
from twitterlab.parts.cache.tweet_cache import Policy as Eviction
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.fast.warm import WarmPages
from twitterlab.parts.feeds.fanout import FanOut
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.policy import Policy, push_all
from twitterlab.parts.feeds.queue import Outbox, Queue
from twitterlab.parts.feeds.rules import Rules
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.sharding import Merge, ShardRule
from twitterlab.parts.store.shards import Key, Shards
from twitterlab.stages.base import Path_, Stage
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph


class FannedOut(Stage):
    """Shards, queue and feed cache put together; a stage says which keys a page is read from."""

    def __init__(
        self,
        graph: FollowGraph | None,
        path: Path_ | None,
        clock: Clock | None,
        *,
        shards: int | None,
        shard_of: ShardRule,
        merge: Merge,
        cache_tweets: int,
        cache: Callable[[int], Eviction],
        feed_length: int,
        active_days: float,
        backlog: int,
        attempts: int,
        policy: Policy,
        counting: bool,
        fast_paths: bool,
    ) -> None:
        feed_length, attempts = setting("feed_length", feed_length, 1), setting("attempts", attempts, 1)
        if not 0 <= active_days < float("inf"):
            raise ValueError(f"active_days={active_days!r}: it is a number of days, 0 or more")
        eviction = cache(cache_tweets)  # here, so that a setting that is refused leaves no directory behind
        self.tables: Shards = Shards(shards, shard_of, merge, log="outbox")
        self._fast = fast_paths
        self._merge, self._backlog = merge, setting("backlog", backlog, 0)
        self._shown: dict[int, Position] = {}  # of readers whose last page came from the shards: how far these were
        super().__init__(graph, path, clock, self.tables, counting=counting)
        try:
            self.newest = NewestTweets(cache_tweets)
            self.hydration = Hydration(eviction, self.tables, self._counters, self.newest if fast_paths else None)
            self.fanout = self._fan_out(graph if path is None else None, policy, feed_length, active_days)
            self.queue = Queue(self.fanout.handle, self.fanout.finish, self.fanout.give_up, self._counters, attempts)
            self.warm = WarmPages(
                self.fanout.feeds,
                None if policy is push_all else self.fanout.tops,
                self.newest,
                self.hydration.page,
                deleted=self.deleted,
                counters=self._counters,
            )
            self._consume()
        except BaseException:
            self.close()
            raise
        for database in self.tables.databases:
            self.deleted |= database.logged_deletes()

    # Reading

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        self.fanout.mark_active(reader)
        # Who was shown more than the workers have handled is not shown less further down.
        seen = tuple(map(max, zip_longest(at_least or (), self._shown.pop(reader, ()), fillvalue=0)))
        if self._behind(seen):
            self._shown[reader] = self.position
            followees = self.tables.follows_of(reader).followees(reader)
            return self.hydration.of(self.tables.newest_keys(followees, before, limit), limit)
        return self.hydration.of(self._keys(reader, before, limit), limit)

    def _ready_page(self, reader: int, limit: int) -> Page | None:
        if not self._fast or reader in self._shown:
            return None
        epoch = self.tables.epoch
        try:  # as `_while_open` does, without what a context manager costs a warm page
            page = self.warm.page(reader, limit)
        except StorageError:
            self._check_open()
            raise
        if page is not None:
            self.fanout.mark_active(reader)
        return page if epoch == self.tables.epoch else None

    def _ready_pages(self, readers: Users, limit: int) -> tuple[Pages, NDArray[np.bool_]]:
        if not self._fast or not self.warm.ready(limit):
            return super()._ready_pages(readers, limit)
        pages, ready = self.warm.pages(readers, limit)
        if self._shown:
            ready &= ~np.isin(readers, list(self._shown.copy()))
        self.fanout.mark_active(readers)
        return pages, ready

    def _keys(self, reader: int, before: int | None, limit: int) -> Iterator[Key]:
        """Where to find the tweets of a page, from the feed cache."""
        return self.fanout.reading.pushed(reader, before, limit)

    def _behind(self, at_least: Position) -> bool:
        """Whether the workers have not yet handled all that a reader has seen."""
        return any(outbox.offset < seen for outbox, seen in zip(self.queue.outboxes, at_least, strict=False))

    def _find(self, author: int, tweet_id: int) -> Tweet | None:
        return self.hydration.one(tweet_id, self.tables.shard_number(author))

    def _own(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        return map(Tweet._make, self.tables.newest(np.array([author], np.int32), before, limit))

    def _followers(self, user: int, limit: int) -> Users:
        return self.fanout.copy.followers(user)[:limit]

    # Writing and background work

    def _assigned(self, changes: list[Change]) -> None:
        for change in changes:
            self.fanout.rules.assign(change.user, self.fanout.copy.count(change.user), change.other)
        if self._fast:  # before the commit, so that whoever deletes one of them does so after
            self.newest.put([change.tweet for change in changes])

    def _written(self) -> None:
        super()._written()
        self.queue.relieve(self._backlog)

    def _delete(self, database: Database, author: int, tweet: Tweet) -> None:
        super()._delete(database, author, tweet)
        self.hydration.discard(tweet.id)

    def _forget(self, tweet_id: int) -> None:
        """Every copy has applied this delete: drop the tombstone."""
        self.hydration.discard(tweet_id)
        self.deleted.discard(tweet_id)

    def _step(self, n: int) -> int:
        """Handle up to n messages of the queue; returns how many were tried."""
        return self.queue.step(n)

    def _drain(self) -> int:
        """Handle every message that is queued now; returns how many were tried."""
        return self.queue.drain()

    @property
    def lag(self) -> tuple[Lag, ...]:
        """How many messages wait in each shard's outbox, and how old the oldest is."""
        self._check_open()
        now = self.clock.now()
        return tuple(outbox.lag(now) for outbox in self.queue.outboxes)

    @property
    def bytes_held(self) -> int:
        """Bytes of the shards, of the cached tweets and of the materialised feeds and timelines."""
        return (
            super().bytes_held
            + self.newest.nbytes
            + self.hydration.nbytes
            + self.fanout.feeds.nbytes
            + self.fanout.timelines.nbytes
        )

    def add_shard(self) -> int:
        """Add an empty shard and move its fair share of the users to it, between messages; returns how many moved."""
        self._check_open()
        with self.queue.stopped():
            try:
                return self.tables.add(self._restate, self.queue.drain)
            finally:
                self._consume()  # the shard may be there even where sweeping the others failed

    def _release(self) -> None:
        for database in self.tables.databases:
            with suppress(StorageError):  # a message that is not acknowledged comes again
                database.pay()
        super()._release()

    # Opening

    def _fan_out(self, graph: FollowGraph | None, policy: Policy, length: int, active_days: float) -> FanOut:
        copy = FollowCopy(graph or self.tables.stored_graph())
        rules, fresh = Rules(policy, self.users), self._ids.last == 0
        if fresh:
            rules.foresee(copy.counts.tolist())
        else:
            rules.begin(copy.counts.tolist())
        shards = len(self.tables.databases)
        feeds = FeedCache(self.users, shards, length, self._counters, fresh=fresh)
        timelines = FeedCache(self.users, shards, length, Counters(), fresh=False)  # no deliveries, so no waste
        return FanOut(
            tables=self.tables,
            copy=copy,
            rules=rules,
            feeds=feeds,
            timelines=timelines,
            deleted=self.deleted,
            forget=self._forget,
            clock=self.clock,
            counters=self._counters,
            active_days=active_days,
            together=self._fast,
        )

    def _consume(self) -> None:
        """Give every shard that has none its place in the queue."""
        known = len(self.queue.outboxes)
        new = islice(enumerate(self.tables.databases), known, None)
        self.queue.outboxes = [
            *self.queue.outboxes,
            *(Outbox(f"outbox-{n}", database, lazy=self._fast) for n, database in new),
        ]
