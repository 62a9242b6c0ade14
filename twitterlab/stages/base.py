"""What all stages share: the contract's checks, IDs, the clock, the directory, closing. No stage's idea is in here."""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from twitterlab import checks
from twitterlab.clock import Clock, SystemClock
from twitterlab.graph import FollowGraph
from twitterlab.model import (
    InvalidFollow,
    InvalidGraph,
    Lag,
    NotTheAuthor,
    Page,
    Position,
    StorageError,
    SystemClosed,
    Tweet,
    UnknownTweet,
    Users,
)
from twitterlab.parts.changes import Change
from twitterlab.parts.home import Facts, Home
from twitterlab.parts.media import MediaStore
from twitterlab.parts.tables import Database
from twitterlab.parts.whole import Tables
from twitterlab.snowflake import Snowflake
from twitterlab.work import Counters, Work

Path_ = str | os.PathLike[str]
T = TypeVar("T")


class Stage(ABC):
    """A system that keeps the contract; a stage says where rows lie and how a page is read.

    `graph` is who follows whom at the start (None where `path` holds a system already), `path` a directory (None: all
    in memory), `clock` what tells the time (None: the wall clock), `counting` whether DuckDB's profile counts the rows.
    """

    def __init__(
        self,
        graph: FollowGraph | None,
        path: Path_ | None,
        clock: Clock | None,
        tables: Tables,
        *,
        counting: bool,
    ) -> None:
        self.clock = clock or SystemClock()
        self.tables = tables
        self.deleted: set[int] = set()  # the tombstones: tweet IDs that no read may show
        self.ready = threading.Event()  # set after every write: there may be work for `step`
        self._counters, self._counting = Counters(), counting
        self._closed, self._closing = False, threading.Lock()
        self._home = None if path is None else Home(path)
        try:
            self._facts = self._set_up(graph)
            self.users: int = self._facts["users"]
            self._ids = Snowflake(max(self._facts["last_id"], *(db.last_id() for db in tables.databases)))
            self.media_store = MediaStore(None if self._home is None else str(self._home.path / "media"))
        except BaseException:
            self._release()
            raise

    @abstractmethod
    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        """The tweets of a feed, newest first, from below `before`; the caller takes at most `limit` visible ones."""

    # The contract: writing

    def post(self, author: int, text: str = "", media: bytes | None = None, *, key: str | None = None) -> Tweet:
        """Store a tweet; durable at return. The same author and `key` gets the tweet that was posted first.

        Raises UnknownUser, InvalidTweet, StorageError.
        """
        self._check_open()
        author, text, key = checks.user(author, self.users), checks.text(text, media), checks.key(key)
        reference = None if media is None else self.media_store.put(media)
        return self._post(author, text, reference, key)

    def post_many(self, rows: Iterable[tuple[int, str]]) -> list[Tweet]:
        """Store many (author, text) rows in one group commit: all of them, or none where one is refused."""
        self._check_open()
        checked = checks.rows(rows, self.users)
        return self._post_many(checked) if checked else []

    def delete(self, author: int, tweet_id: int) -> None:
        """Delete an author's tweet; from its return on no page shows it. Raises UnknownTweet, NotTheAuthor."""
        self._check_open()
        author, tweet_id = checks.user(author, self.users), checks.tweet_id(tweet_id)
        for database in self.tables.holders(author, tweet_id):
            with database.lock:
                tweet = next(iter(database.tweets([tweet_id])), None)
                if tweet is not None:
                    self._delete(database, author, tweet)
            if tweet is not None:
                self._written()
                return
        raise UnknownTweet(f"there is no tweet {tweet_id}: it was never posted, or it was deleted")

    def follow(self, follower: int, followee: int) -> None:
        """Let one user follow another; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._edge("follow", follower, followee)

    def unfollow(self, follower: int, followee: int) -> None:
        """Let one user follow another no longer; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._edge("unfollow", follower, followee)

    # The contract: reading

    def feed(
        self, reader: int, limit: int = 20, before: int | None = None, *, at_least: Position | None = None
    ) -> Page:
        """The newest tweets of the users that `reader` follows, below the ID `before`; `limit` is 1 to 200.

        `at_least` is a `position`: the page has seen everything up to it. Raises UnknownUser, InvalidLimit,
        InvalidCursor.
        """
        self._check_open()
        reader, limit, before = checks.user(reader, self.users), checks.limit(limit), checks.cursor(before)
        at_least = checks.position(at_least)
        return self._page(limit, lambda: self._feed(reader, before, limit + 1, at_least))

    def tweets_of(self, author: int, limit: int = 20, before: int | None = None) -> Page:
        """An author's own tweets, newest first, below the ID `before`."""
        self._check_open()
        author, limit, before = checks.user(author, self.users), checks.limit(limit), checks.cursor(before)
        return self._page(limit, lambda: self._own(author, before, limit + 1))

    def tweet(self, author: int, tweet_id: int) -> Tweet:
        """One tweet, as a link to it would ask. Raises UnknownTweet."""
        self._check_open()
        author, tweet_id = checks.user(author, self.users), checks.tweet_id(tweet_id)
        found = None if tweet_id in self.deleted else self._settled(lambda: self._find(author, tweet_id))
        if found is None or found.author != author:
            raise UnknownTweet(f"user {author} has no tweet {tweet_id}: it was never posted, or it was deleted")
        return found

    def media(self, key: str) -> bytes:
        """The bytes stored under a tweet's `media`. Raises UnknownMedia."""
        self._check_open()
        return self.media_store.get(key)

    def followers(self, user: int, limit: int = 20) -> Users:
        """The first `limit` followers of a user by ID, as an int32 array."""
        self._check_open()
        user, limit = checks.user(user, self.users), checks.limit(limit)
        return self._settled(lambda: self._followers(user, limit))

    # The contract: background work and what can be observed

    def step(self, n: int = 1) -> int:
        """Handle up to `n` pending background messages; returns how many. This stage has none."""
        self._check_open()
        return 0

    def drain(self) -> int:
        """Handle all background messages that are pending now; returns how many. This stage has none."""
        self._check_open()
        return 0

    @property
    def position(self) -> Position:
        """How much has been committed, a number for each log; what `at_least` takes."""
        return tuple(database.position for database in self.tables.databases)

    @property
    def lag(self) -> tuple[Lag, ...]:
        """How far each replica or queue is behind."""
        self._check_open()
        return ()

    @property
    def work(self) -> Work:
        """The counters since the start."""
        return self._counters.read()

    @property
    def bytes_held(self) -> int:
        """Bytes that the databases, caches and feeds take."""
        self._check_open()
        return sum(database.bytes_held() for database in self.tables.databases)

    def close(self) -> None:
        """Give everything back; does not drain. Closing twice is closing once."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What stages have in common unless they say otherwise

    def _post(self, author: int, text: str, media: str | None, key: str | None) -> Tweet:
        now = self.clock.now()
        with self.tables.writing(author):
            first = None if key is None else self.tables.keyed(author, key)
            if first is not None:
                return first
            change = Change(now, "post", author, self._ids.next(now), text, media, key)
            self._assigned([change])
            self.tables.home_of(author, change.other).commit([change])
        self._written()
        return change.tweet

    def _post_many(self, rows: list[tuple[int, str]]) -> list[Tweet]:
        now = self.clock.now()

        def assign() -> list[Change]:
            changes = [Change(now, "post", author, self._ids.next(now), text) for author, text in rows]
            self._assigned(changes)
            return changes

        changes = self.tables.commit_many([author for author, _ in rows], assign)
        self._written()
        return [change.tweet for change in changes]

    def _assigned(self, changes: list[Change]) -> None:
        """Called when posts have their IDs, just before they are committed."""
        return

    def _written(self) -> None:
        """Called after every commit, when no lock is held."""
        self.ready.set()

    def _delete(self, database: Database, author: int, tweet: Tweet) -> None:
        if tweet.author != author:
            raise NotTheAuthor(f"tweet {tweet.id} is by user {tweet.author}: only its author may delete it")
        tombstone = {tweet.id} if database.log != "none" else set()  # without a log there is no copy to hide
        self.deleted |= tombstone
        try:
            database.commit([Change(self.clock.now(), "delete", author, tweet.id)])
        except StorageError:
            self.deleted -= tombstone
            raise

    def _edge(self, kind: str, follower: int, followee: int) -> None:
        self._check_open()
        follower, followee = checks.user(follower, self.users), checks.user(followee, self.users)
        if follower == followee:
            raise InvalidFollow(f"user {follower} cannot {kind} themselves")
        self._change_edge(Change(self.clock.now(), kind, follower, followee))

    def _change_edge(self, change: Change) -> None:
        with self.tables.writing(change.user):
            self.tables.follows_of(change.user).follow(change)
        self._written()

    def _own(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        return map(Tweet._make, self.tables.home_of(author, 0).newest([author], before, limit))

    def _find(self, author: int, tweet_id: int) -> Tweet | None:
        return next(iter(self.tables.home_of(author, tweet_id).tweets([tweet_id])), None)

    def _followers(self, user: int, limit: int) -> Users:
        return self.tables.followers(user, limit)

    def _page(self, limit: int, stream: Callable[[], Iterator[Tweet]]) -> Page:
        """A page is full while older visible tweets exist: one more than `limit` is looked for to know."""
        hidden = self.deleted.copy()  # a tombstone that is dropped meanwhile: what we read may be older than the delete

        def read() -> list[Tweet]:
            visible = (t for t in stream() if t.id not in hidden and t.id not in self.deleted)
            return list(islice(visible, limit + 1))

        tweets = self._settled(read)
        return Page(tweets[:limit], tweets[limit - 1].id if len(tweets) > limit else None)

    def _settled(self, read: Callable[[], T]) -> T:
        """What `read` finds; it reads again where rows moved between databases meanwhile."""
        try:
            while True:
                epoch, found = self.tables.epoch, read()
                if epoch == self.tables.epoch:
                    return found
        except StorageError:
            self._check_open()  # closed under a reader: say so
            raise

    # Opening and closing

    def _set_up(self, graph: FollowGraph | None) -> Facts:
        """Open the databases, making them where there are none; returns what the system is."""
        if graph is not None and not isinstance(graph, FollowGraph):
            raise InvalidGraph(f"graph is a FollowGraph, not {type(graph).__name__}: FollowGraph.from_... makes one")
        names = ("users", "graph", "last_id", *self.tables.defaults())
        asked = {"stage": type(self).__name__, **dict.fromkeys(names), **self.tables.asked()}
        if self._home is None:
            if graph is None:
                raise InvalidGraph("a system in memory needs a graph: give one, or the path of a stored system")
            facts = self._new_facts(graph)
            self.tables.open(None, facts, graph, self._counters, self._counting)
            return facts
        if self._home.facts is None:
            self._create(self._home, graph)
        facts = checks.same_system(self._home.facts or {}, asked, graph)
        self.tables.open(self._home.system, facts, None, self._counters, self._counting)
        return facts

    def _create(self, home: Home, graph: FollowGraph | None) -> None:
        if graph is None:
            raise StorageError(f"{home.path.name} holds no system yet: give a graph to make one")
        facts = self._new_facts(graph)

        def build(folder: Path) -> None:
            self.tables.open(folder, facts, graph, self._counters, self._counting)
            for database in self.tables.databases:
                database.checkpoint()
                database.close()

        home.create(facts, build)

    def _new_facts(self, graph: FollowGraph) -> Facts:
        whole = {"stage": type(self).__name__, "users": graph.users, "graph": graph.digest(), "last_id": 0}
        return {**whole, **self.tables.defaults()}

    def _restate(self, facts: Facts) -> None:
        """Change what is remembered of the system as a whole, in one atomic step."""
        self._facts = {**facts, "last_id": self._ids.last}
        if self._home is not None:
            self._home.restate(self._facts)

    def _release(self) -> None:
        for database in self.tables.databases:
            database.close()
        if self._home is not None:
            self._home.release()

    def _check_open(self) -> None:
        if self._closed:
            raise SystemClosed(f"this {type(self).__name__} is closed: open it again to use it")
