"""A whole home timeline, small enough to be read aloud, in which every part of the learner's has its place.

Writes go to a shard's leader, and as messages to the workers. A page comes from the feed that the workers keep ready
and from the authors who are pulled; what is older, and the page of a reader whose feed is cold, comes from the shards.
"""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Any, NamedTuple, Self

from twitterlab import checks
from twitterlab.classroom.capstone.feeds import Feeds
from twitterlab.classroom.capstone.network import Network
from twitterlab.classroom.capstone.parts import Parts
from twitterlab.classroom.capstone.store import Store
from twitterlab.clock import Clock, SystemClock
from twitterlab.model import (
    MAX_ID,
    InvalidFollow,
    NotTheAuthor,
    Page,
    Position,
    StorageError,
    SystemClosed,
    Tweet,
    UnknownTweet,
)
from twitterlab.parts.store.changes import Change
from twitterlab.snowflake import Snowflake
from twitterlab.work import Counters, Work
from twitterlab.workloads.graph import FollowGraph

PATIENCE = 200  # steps of `drain` in which nothing gets done


class Message(NamedTuple):
    """What waits for the workers: a change with its place in a shard's log, or a reader who is to be made ready."""

    change: Change
    shard: int = 0
    position: int = 0


class Timeline:
    """The contract, kept by the learner's parts: after `drain` every page is the single table's.

    Before it, posts, follows and unfollows may be late. Deletes, order, freedom from repeats and full pages never are.
    """

    def __init__(
        self,
        graph: FollowGraph,
        parts: Parts,
        clock: Clock | None = None,
        *,
        shards: int = 2,
        replicas: int = 1,
        feed_length: int = 100,
        cache_tweets: int = 1_000,
        push: float = 1.0,
        pull: float = 1.0,
        network: Network | None = None,
        counting: bool = True,
    ) -> None:
        self.clock, self.users, self.parts = clock or SystemClock(), graph.users, parts
        self.network, self.costs = network or Network(), (push, pull)
        self._counters, self._ids, self._closed = Counters(), Snowflake(), False
        kept = parts.LRU(cache_tweets)
        self.store = Store(graph, parts, shards, replicas, self._counters, counting=counting)
        self.feeds = Feeds(self.store, zip(*(ends.tolist() for ends in graph.edge_arrays()), strict=True), feed_length)
        self.cache = CountedCache(kept, self._counters, self.store.tally)
        self.queue: list[Message] = []
        self.posts, self.views = Counter[int](), Counter[int]()  # of each user, since the last review
        self._scrolls: dict[int, tuple[int, int, Any]] = {}  # by reader: a page's last ID, and how to go on from it

    # Writing

    def post(self, author: int, text: str = "") -> Tweet:
        """Store a tweet. Raises UnknownUser, InvalidTweet."""
        self._check_open()
        author, text = checks.valid_user(author, self.users), checks.valid_text(text)
        now = self.clock.now()
        change = Change(now, "post", author, self._ids.next(now), text)
        self.posts[author] += 1
        self._write_change(change)
        return change.tweet

    def delete(self, author: int, tweet_id: int) -> None:
        """Delete an author's tweet; from now on no page shows it. Raises UnknownTweet, NotTheAuthor."""
        self._check_open()
        author, tweet_id = checks.valid_user(author, self.users), checks.valid_tweet_id(tweet_id)
        held = [tweet for shard in self.store.shards for tweet in shard.leader.tweets([tweet_id])]
        if not held:
            raise UnknownTweet(f"there is no tweet {tweet_id}: it was never posted, or it was deleted")
        if held[0].author != author:
            raise NotTheAuthor(f"tweet {tweet_id} is by user {held[0].author}: only its author may delete it")
        self.store.deleted.add(tweet_id)
        self.cache.discard(tweet_id)
        self._write_change(Change(self.clock.now(), "delete", author, tweet_id))

    def follow(self, follower: int, followee: int) -> None:
        """Let one user follow another; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._change_edge("follow", follower, followee)

    def unfollow(self, follower: int, followee: int) -> None:
        """Let one user follow another no longer; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._change_edge("unfollow", follower, followee)

    def _change_edge(self, kind: str, follower: int, followee: int) -> None:
        self._check_open()
        follower, followee = checks.valid_user(follower, self.users), checks.valid_user(followee, self.users)
        if follower == followee:
            raise InvalidFollow(f"user {follower} cannot {kind} themselves")
        held = followee in self.store.shards[self.store.home_of(follower)].leader.followees(follower)
        if held != (kind == "follow"):
            self._write_change(Change(self.clock.now(), kind, follower, followee))

    def _write_change(self, change: Change) -> None:
        self.queue.append(Message(change, *self.store.commit_change(change)))

    # Reading

    def feed(
        self, reader: int, limit: int = 20, before: int | None = None, *, at_least: Position | None = None
    ) -> Page:
        """The newest tweets of the users that `reader` follows, below `before`; `at_least` is a `position`.

        Raises UnknownUser, InvalidLimit, InvalidCursor.
        """
        self._check_open()
        reader, limit = checks.valid_user(reader, self.users), checks.valid_limit(limit)
        before, at_least = checks.valid_cursor(before), checks.valid_position(at_least)
        self.views[reader] += 1
        if at_least:
            self.store.note_seen(reader, at_least)
        if reader not in self.feeds.active:
            self.queue.append(Message(Change(self.clock.now(), "return", reader, reader)))
        floor = MAX_ID if at_least and self.queue else self.feeds.floor_of(reader)
        ids, more = self._page_ids(reader, MAX_ID if before is None else before, limit, floor)
        keys = [(tweet_id, self.store.places[self.store.authors[tweet_id]]) for tweet_id in ids]
        return Page(
            self.parts.hydrate(keys, self.cache, self.store.windows(reader, "hydration")), ids[-1] if more else None
        )

    def _page_ids(self, reader: int, top: int, limit: int, floor: int) -> tuple[list[int], bool]:
        """The IDs of a page, and whether there is more: down to the floor from the feed, below it from the shards."""
        ids: list[int] = []
        if floor < top:
            timelines = self.feeds.timelines(reader, top)
            rules = self.feeds.rules.rules_of(reader, timelines)
            ids = self.parts.hybrid_page(self.feeds.pushed_entries(reader, top), timelines, rules, limit + 1)
        if len(ids) > limit or not floor:
            return ids[:limit], len(ids) > limit
        older, cursor = self._older_ids(reader, min(top, floor), max(limit - len(ids), 1))
        return [*ids, *older][:limit], len(ids) + len(older) > limit or cursor is not None

    def _older_ids(self, reader: int, below: int, limit: int) -> tuple[list[int], Any]:
        """IDs from the shards by the learner's `feed_page`, which goes on by its own cursor where a page ended."""
        last, bound, cursor = self._scrolls.pop(reader, (0, 0, None))
        if last != below:
            bound, cursor = below, None
        windows = self.store.windows(reader, "older pages", bound)
        followees, _ = windows[self.store.places[reader]].followees()
        ids, cursor = self.parts.feed_page(windows, self.store.places, followees, cursor, limit)
        if cursor is not None and ids:
            self._scrolls[reader] = (ids[-1], bound, cursor)
        return ids, cursor

    # Background work

    def step(self, n: int = 1) -> int:
        """Let n messages come to the workers, and batches to the replicas meanwhile; returns how many came."""
        self._check_open()
        return sum(self._step_once() for _ in range(checks.valid_setting("n", n, 0)))

    def drain(self) -> int:
        """Handle every message and bring every replica up to date; returns how many messages came.

        A StorageError where a replica gets no further, however often it is sent what it lacks.
        """
        self._check_open()
        came = 0
        for _ in range(PATIENCE + PATIENCE * sum(map(len, self._waiting_work()))):
            if not any(self._waiting_work()):
                break
            came += self._step_once()
        else:
            raise StorageError("a replica gets no further, although it is sent all that it lacks, over and over")
        self.feeds.forget_tweets(self.store.deleted)
        self.store.deleted.clear()
        return came

    def _waiting_work(self) -> list[list[Any]]:
        """Messages, and the replicas of each shard that are behind."""
        return [self.queue, *(shard.replicas_behind for shard in self.store.shards)]

    def _step_once(self) -> int:
        if not self.network.idles():
            for shard in self.store.shards:
                shard.ship_log(self.network)
        if not self.queue:
            return 0
        place, again = self.network.next_message(len(self.queue))
        message = self.queue[place] if again else self.queue.pop(place)
        self._handle_message(message)
        self._counters.add(messages=1)
        return 1

    def _handle_message(self, message: Message) -> None:
        """What a worker does with a message, as often as it comes."""
        change = message.change
        self.store.handled[message.shard] = max(self.store.handled[message.shard], message.position)
        match change.kind:
            case "post":
                self.feeds.deliver_post(change.tweet_id, change.user)
            case "follow" | "unfollow":
                self.feeds.change_edge(message.position, change)
            case "return":
                self.feeds.rebuild_feed(change.user)

    def review(self) -> None:
        """End a period: decide anew whose tweets are pushed to whom; the feeds of who has read nothing go cold."""
        self._check_open()
        feeds = self.feeds
        for author, readers in sorted(feeds.followers.items()):
            for reader in sorted(readers):
                rates = self.posts[author], self.views[reader], len(readers)
                pushes = self.parts.push_edge(*rates, *self.costs)
                feeds.rules.set_rule(reader, author, self._ids.last + 1, pushes=pushes)
        feeds.cool_feeds([reader for reader in feeds.active if not self.views[reader]])
        self.posts.clear()
        self.views.clear()

    # What can be observed, and the end

    @property
    def position(self) -> Position:
        """How much each shard has committed; what `at_least` takes."""
        return tuple(len(shard.log) for shard in self.store.shards)

    @property
    def work(self) -> Work:
        """The counters since the start."""
        return self._counters.snapshot()

    def close(self) -> None:
        """Give the databases back. Closing twice is closing once."""
        if not self._closed:
            self._closed = True
            self.store.close()

    def _check_open(self) -> None:
        if self._closed:
            raise SystemClosed("this timeline is closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class CountedCache:
    """The learner's cache, with its hits and misses counted."""

    def __init__(self, kept: Any, counters: Counters, tally: Counter[str]) -> None:
        self._kept, self._counters, self._tally = kept, counters, tally

    def get(self, tweet_id: int) -> Tweet | None:
        """The tweet, where it is kept."""
        tweet: Tweet | None = self._kept.get(tweet_id)
        self._counters.add(**{"cache_misses" if tweet is None else "cache_hits": 1})
        return tweet

    def put(self, tweet_id: int, tweet: Tweet) -> None:
        """Keep a tweet."""
        self._kept.put(tweet_id, tweet)
        self._tally["tweets kept"] = max(self._tally["tweets kept"], len(self._kept))

    def discard(self, tweet_id: int) -> None:
        """Keep a tweet no longer."""
        self._kept.discard(tweet_id)
