"""What stages 6 and 7 share: shards with an outbox, a tweet cache, and workers that fan out into the feed cache.

The plain way is here and in `parts/feeds` and `parts/cache`. With `fast_paths`, `parts/fast` answers first where a page
lies ready, with the same tweets; this file is the only one that knows of both.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import islice, zip_longest

import numpy as np
from numpy.typing import NDArray

from twitterlab.checks import valid_setting
from twitterlab.clock import Clock
from twitterlab.model import Lag, Page, Pages, Position, StorageError, Tweet, Users
from twitterlab.parts.cache.tweet_cache import Hydration
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.fast.tops import Tops
from twitterlab.parts.fast.warm import WarmPages
from twitterlab.parts.feeds.fanout import FanOut
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.policy import PushPullPolicy, push_all
from twitterlab.parts.feeds.queue import Outbox, Queue
from twitterlab.parts.feeds.reading import FeedReading
from twitterlab.parts.feeds.rules import AuthorRules
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.shards import Shards, TweetKey
from twitterlab.stages.base import DirectoryPath, Stage
from twitterlab.stages.settings import FeedSettings
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph


class FannedOut(Stage):
    """Shards, queue and feed cache put together; a stage says which keys a page is read from, and who is pulled.

    `deleted`, the set of tombstones, is handed to the fan-out and to the warm pages, who share it with all of the
    stage. `_served_by_shards` is written under `_serving`, as several calls of one reader may run at once; whoever
    looks at it takes no lock.
    """

    def __init__(
        self,
        graph: FollowGraph | None,
        path: DirectoryPath | None,
        clock: Clock | None,
        settings: FeedSettings,
        policy: PushPullPolicy,
    ) -> None:
        settings = self._settings = checked_settings(settings)
        self._merge = settings["merge"]
        new_policy = partial(settings["cache"], settings["cache_tweets"])
        new_policy()  # what is refused is refused here, and leaves no directory behind
        self.tables: Shards = Shards(settings["shards"], settings["shard_of"], settings["merge"], log="outbox")
        self._served_by_shards: dict[int, Position] = {}  # readers whom the shards gave a page: how far these were
        self._serving = threading.Lock()
        super().__init__(graph, path, clock, self.tables, counting=settings["counting"])
        try:
            self.newest_tweets = NewestTweets(settings["cache_tweets"]) if settings["fast_paths"] else None
            self.hydration = Hydration(new_policy, self.tables, self._counters, self.newest_tweets)
            self._prepare_feeds(graph if path is None else None, policy)
            self._queue_new_shards()
        except BaseException:
            self.close()
            raise
        for database in self.tables.databases:
            self.deleted |= database.logged_deletes()

    @property
    def newest(self) -> NewestTweets | None:
        """The newest tweets in columns, by their short name; None without fast paths."""
        return self.newest_tweets

    # Reading

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        self.fanout.mark_active(reader)
        # Who was shown more than the workers have handled is not shown less further down.
        shown = self._served_by_shards.get(reader, ())
        if self._workers_are_behind(furthest(at_least or (), shown)):
            return self._tweets_from_shards(reader, before, limit)
        if shown:
            self._forget_served(reader, shown)
        return self.hydration.tweets_of_stream(self._page_keys(reader, before, limit), limit)

    def _tweets_from_shards(self, reader: int, before: int | None, limit: int) -> Iterator[Tweet]:
        """A feed as stage 5 reads it; notes at its end how far the shards were, never less than they showed."""
        followees = self.tables.follows_home(reader).followees(reader)
        try:
            keys = self.tables.newest_keys(followees, before, limit)
            yield from self.hydration.tweets_of_stream(keys, limit)
        finally:
            self._note_served(reader, self.position)

    def _note_served(self, reader: int, position: Position) -> None:
        """The shards gave this reader a page, and were as far as this."""
        with self._serving:
            self._served_by_shards[reader] = furthest(position, self._served_by_shards.get(reader, ()))

    def _forget_served(self, reader: int, shown: Position) -> None:
        """The workers have come to what this reader was shown, unless another page has shown more since."""
        with self._serving:
            if self._served_by_shards.get(reader) == shown:
                del self._served_by_shards[reader]

    def _ready_page(self, reader: int, limit: int) -> Page | None:
        if self.warm is None or reader in self._served_by_shards:
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
        if self.warm is None or not self.warm.can_serve(limit):
            return super()._ready_pages(readers, limit)
        pages, ready = self.warm.pages(readers, limit)
        if self._served_by_shards:
            ready &= ~np.isin(readers, list(self._served_by_shards.copy()))
        self.fanout.mark_active(readers)
        return pages, ready

    def _page_keys(self, reader: int, before: int | None, limit: int) -> Iterator[TweetKey]:
        """Where to find the tweets of a page, from the feed cache."""
        return self.reading.pushed_keys(reader, before, limit)

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

    def _before_commit(self, posts: list[Change]) -> None:
        rules, follow_copy = self.fanout.rules, self.fanout.follow_copy
        for post in posts:
            rules.assign_rule(post.user, follow_copy.follower_count(post.user), post.tweet_id)
        if self.newest_tweets is not None:  # before the commit, so that whoever deletes one of them does so after
            self.newest_tweets.put([post.tweet for post in posts])

    def _after_commit(self) -> None:
        super()._after_commit()
        self.queue.relieve_backlog(self._settings["backlog"])

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
        newest = 0 if self.newest_tweets is None else self.newest_tweets.nbytes
        feeds = self.fanout.feeds.nbytes + self.fanout.timelines.nbytes
        return super().bytes_held + newest + self.hydration.nbytes + feeds

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

    def _prepare_feeds(self, graph: FollowGraph | None, policy: PushPullPolicy) -> None:
        """Feeds, who is told of what reaches them, and the queue of what does; all feeds of an old system are cold."""
        follow_copy = FollowCopy(graph or self.tables.stored_graph())
        rules, fresh = AuthorRules(policy, self.users), self._ids.last == 0
        (rules.foresee_pulled if fresh else rules.begin_with_stored)(follow_copy.first_follower_counts.tolist())
        shards, length = len(self.tables.databases), self._settings["feed_length"]
        feeds = FeedCache(self.users, shards, length, self._counters, fresh=fresh)
        timelines = FeedCache(self.users, shards, length, Counters(), fresh=False)  # no deliveries, so no waste
        self.reading = FeedReading(self.tables, follow_copy, rules, feeds, timelines=timelines, counters=self._counters)
        tops = self._prepare_fast_paths(follow_copy, rules, feeds, celebrities=policy is not push_all)
        self.fanout = FanOut(
            tables=self.tables,
            follow_copy=follow_copy,
            rules=rules,
            feeds=feeds,
            timelines=timelines,
            deleted=self.deleted,
            drop_tombstone=self._drop_tombstone,
            clock=self.clock,
            counters=self._counters,
            active_days=self._settings["active_days"],
            gather_posts=self._settings["fast_paths"],
            listeners=[tops] if tops else [],
        )
        handle, finish, give_up = self.fanout.handle_message, self.fanout.deliver_gathered, self.fanout.give_up_message
        self.queue = Queue(handle, finish, give_up, self._counters, self._settings["attempts"])

    def _prepare_fast_paths(
        self, follow_copy: FollowCopy, rules: AuthorRules, feeds: FeedCache, *, celebrities: bool
    ) -> Tops | None:
        """Warm pages from the feeds, with the celebrities' tops if there may be any; nothing without fast paths."""
        self.warm: WarmPages | None = None
        if self.newest_tweets is None:
            return None
        tops = Tops(follow_copy, rules, self.reading.newest_pulled, self._counters) if celebrities else None
        hydrate = self.hydration.tweets_of_page
        self.warm = WarmPages(feeds, tops, self.newest_tweets, hydrate, deleted=self.deleted, counters=self._counters)
        return tops

    def _queue_new_shards(self) -> None:
        """Give every shard that has none its place in the queue."""
        known = len(self.queue.outboxes)
        new = islice(enumerate(self.tables.databases), known, None)
        self.queue.outboxes = [
            *self.queue.outboxes,
            *(Outbox(f"outbox-{n}", database, lazy=self._settings["fast_paths"]) for n, database in new),
        ]


def furthest(one: Position, other: Position) -> Position:
    """The later of two positions in each log; where one names fewer logs, it has seen nothing of the others."""
    return tuple(map(max, zip_longest(one, other, fillvalue=0)))


def checked_settings(settings: FeedSettings) -> FeedSettings:
    """The settings, the numbers among them each in its range; else a ValueError."""
    length = valid_setting("feed_length", settings["feed_length"], 1)
    attempts = valid_setting("attempts", settings["attempts"], 1)
    backlog = valid_setting("backlog", settings["backlog"], 0)
    if not 0 <= settings["active_days"] < float("inf"):
        raise ValueError(f"active_days={settings['active_days']!r}: it is a number of days, 0 or more")
    return {**settings, "feed_length": length, "attempts": attempts, "backlog": backlog}
