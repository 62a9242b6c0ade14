"""What stages 6 and 7 share: shards with an outbox, a tweet cache, and workers that fan out into the feed cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice, zip_longest

import numpy as np
from numpy.typing import NDArray

from twitterlab.checks import valid_setting
from twitterlab.clock import Clock
from twitterlab.model import Lag, Page, Pages, Position, StorageError, Tweet, Users
from twitterlab.parts.cache.hydration import Hydration
from twitterlab.parts.cache.tweet_cache import EvictionPolicy as Eviction
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.fast.warm import WarmPages
from twitterlab.parts.feeds.fanout import FanOut
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.policy import PushPullPolicy, push_all
from twitterlab.parts.feeds.queue import Outbox, Queue
from twitterlab.parts.feeds.rules import AuthorRules
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.sharding import MergeStreams, ShardRule
from twitterlab.parts.store.shards import Shards, TweetKey
from twitterlab.stages.base import DirectoryPath, Stage
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph


class FannedOut(Stage):
    """Shards, queue and feed cache put together; a stage says which keys a page is read from."""

    def __init__(
        self,
        graph: FollowGraph | None,
        path: DirectoryPath | None,
        clock: Clock | None,
        *,
        shards: int | None,
        shard_of: ShardRule,
        merge: MergeStreams,
        cache_tweets: int,
        cache: Callable[[int], Eviction],
        feed_length: int,
        active_days: float,
        backlog: int,
        attempts: int,
        policy: PushPullPolicy,
        counting: bool,
        fast_paths: bool,
    ) -> None:
        feed_length, attempts = valid_setting("feed_length", feed_length, 1), valid_setting("attempts", attempts, 1)
        if not 0 <= active_days < float("inf"):
            raise ValueError(f"active_days={active_days!r}: it is a number of days, 0 or more")
        eviction = cache(cache_tweets)  # here, so that a setting that is refused leaves no directory behind
        self.tables: Shards = Shards(shards, shard_of, merge, log="outbox")
        self._fast_paths = fast_paths
        self._merge, self._backlog = merge, valid_setting("backlog", backlog, 0)
        self._served_by_shards: dict[
            int, Position
        ] = {}  # of readers whose last page came from the shards: how far these were
        super().__init__(graph, path, clock, self.tables, counting=counting)
        try:
            self.newest_tweets = NewestTweets(cache_tweets)
            self.hydration = Hydration(
                eviction, self.tables, self._counters, self.newest_tweets if fast_paths else None
            )
            self.fanout = self._make_fan_out(graph if path is None else None, policy, feed_length, active_days)
            self.queue = Queue(
                self.fanout.handle_message,
                self.fanout.deliver_gathered,
                self.fanout.give_up_message,
                self._counters,
                attempts,
            )
            self.warm = WarmPages(
                self.fanout.feeds,
                None if policy is push_all else self.fanout.tops,
                self.newest_tweets,
                self.hydration.tweets_of_page,
                deleted=self.deleted,
                counters=self._counters,
            )
            self._queue_new_shards()
        except BaseException:
            self.close()
            raise
        for database in self.tables.databases:
            self.deleted |= database.logged_deletes()

    # Reading

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        self.fanout.mark_active(reader)
        # Who was shown more than the workers have handled is not shown less further down.
        seen = tuple(map(max, zip_longest(at_least or (), self._served_by_shards.pop(reader, ()), fillvalue=0)))
        if self._workers_are_behind(seen):
            self._served_by_shards[reader] = self.position
            followees = self.tables.follows_home(reader).followees(reader)
            return self.hydration.tweets_of_stream(self.tables.newest_keys(followees, before, limit), limit)
        return self.hydration.tweets_of_stream(self._page_keys(reader, before, limit), limit)

    def _ready_page(self, reader: int, limit: int) -> Page | None:
        if not self._fast_paths or reader in self._served_by_shards:
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
        if not self._fast_paths or not self.warm.can_serve(limit):
            return super()._ready_pages(readers, limit)
        pages, ready = self.warm.pages(readers, limit)
        if self._served_by_shards:
            ready &= ~np.isin(readers, list(self._served_by_shards.copy()))
        self.fanout.mark_active(readers)
        return pages, ready

    def _page_keys(self, reader: int, before: int | None, limit: int) -> Iterator[TweetKey]:
        """Where to find the tweets of a page, from the feed cache."""
        return self.fanout.reading.pushed_keys(reader, before, limit)

    def _workers_are_behind(self, at_least: Position) -> bool:
        """Whether the workers have not yet handled all that a reader has seen."""
        return any(outbox.offset < seen for outbox, seen in zip(self.queue.outboxes, at_least, strict=False))

    def _tweet(self, author: int, tweet_id: int) -> Tweet | None:
        return self.hydration.one_tweet(tweet_id, self.tables.shard_number(author))

    def _tweets_of(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        return map(Tweet._make, self.tables.newest_of(np.array([author], np.int32), before, limit))

    def _followers(self, user: int, limit: int) -> Users:
        return self.fanout.follow_copy.followers(user)[:limit]

    # Writing and background work

    def _before_commit(self, changes: list[Change]) -> None:
        for change in changes:
            self.fanout.rules.assign_rule(
                change.user, self.fanout.follow_copy.follower_count(change.user), change.other
            )
        if self._fast_paths:  # before the commit, so that whoever deletes one of them does so after
            self.newest_tweets.put([change.tweet for change in changes])

    def _after_commit(self) -> None:
        super()._after_commit()
        self.queue.relieve_backlog(self._backlog)

    def _delete(self, home: Database, tweet: Tweet) -> None:
        super()._delete(home, tweet)
        self.hydration.discard(tweet.id)

    def _drop_tombstone(self, tweet_id: int) -> None:
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
            + self.newest_tweets.nbytes
            + self.hydration.nbytes
            + self.fanout.feeds.nbytes
            + self.fanout.timelines.nbytes
        )

    def add_shard(self) -> int:
        """Add an empty shard and move its fair share of the users to it, between messages; returns how many moved."""
        self._check_open()
        with self.queue.all_outboxes_locked():
            try:
                return self.tables.add_shard(self._replace_facts, self.queue.drain)
            finally:
                self._queue_new_shards()  # the shard may be there even where sweeping the others failed

    def _release_storage(self) -> None:
        for database in self.tables.databases:
            with suppress(StorageError):  # a message that is not acknowledged comes again
                database.pay_offsets()
        super()._release_storage()

    # Opening

    def _make_fan_out(
        self, graph: FollowGraph | None, policy: PushPullPolicy, length: int, active_days: float
    ) -> FanOut:
        copy = FollowCopy(graph or self.tables.stored_graph())
        rules, fresh = AuthorRules(policy, self.users), self._ids.last == 0
        if fresh:
            rules.foresee_pulled(copy.first_follower_counts.tolist())
        else:
            rules.begin_with_stored(copy.first_follower_counts.tolist())
        shards = len(self.tables.databases)
        feeds = FeedCache(self.users, shards, length, self._counters, fresh=fresh)
        timelines = FeedCache(self.users, shards, length, Counters(), fresh=False)  # no deliveries, so no waste
        return FanOut(
            tables=self.tables,
            follow_copy=copy,
            rules=rules,
            feeds=feeds,
            timelines=timelines,
            deleted=self.deleted,
            drop_tombstone=self._drop_tombstone,
            clock=self.clock,
            counters=self._counters,
            active_days=active_days,
            gather_posts=self._fast_paths,
        )

    def _queue_new_shards(self) -> None:
        """Give every shard that has none its place in the queue."""
        known = len(self.queue.outboxes)
        new = islice(enumerate(self.tables.databases), known, None)
        self.queue.outboxes = [
            *self.queue.outboxes,
            *(Outbox(f"outbox-{n}", database, lazy=self._fast_paths) for n, database in new),
        ]
