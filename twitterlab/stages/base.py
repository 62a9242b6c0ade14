"""What all stages share: every call of the contract, checked once; IDs, the clock, the directory, closing.

A public method refuses what the contract refuses; what is then done is the method of the same name with `_` before it.
A stage says where rows lie (its `tables`) and how a page is read (`_feed`); no stage's idea is in here.
"""

from __future__ import annotations

import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from operator import index
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from twitterlab import checks
from twitterlab.clock import Clock, SystemClock
from twitterlab.model import (
    InvalidFollow,
    Lag,
    NotTheAuthor,
    Page,
    Pages,
    Position,
    StorageError,
    SystemClosed,
    Tweet,
    TwitterlabError,
    UnknownTweet,
    Users,
    empty_pages,
)
from twitterlab.parts.feeds.queue import Wakeups
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.directory import Home, open_system
from twitterlab.parts.store.layout import Facts, Tables
from twitterlab.parts.store.media import MediaStore
from twitterlab.snowflake import Snowflake
from twitterlab.work import Counters, Work
from twitterlab.workloads.graph import FollowGraph

DirectoryPath = str | os.PathLike[str]
T = TypeVar("T")


class Stage(ABC):
    """A system that keeps the contract.

    `graph` is who follows whom at the start (None where `path` holds a system already), `path` a directory (None: all
    in memory), `clock` what tells the time (None: the wall clock), `counting` whether DuckDB's profile counts the rows.
    """

    def __init__(
        self,
        graph: FollowGraph | None,
        path: DirectoryPath | None,
        clock: Clock | None,
        tables: Tables,
        *,
        counting: bool,
    ) -> None:
        self.clock = clock or SystemClock()
        self.tables = tables
        self.deleted: set[int] = set()  # the tombstones: tweet IDs that no read may show; one set, shared by all parts
        self.wakeups = Wakeups()  # called after every commit: there may be work for `step`
        self._counters = Counters()
        self._closed, self._closing = False, threading.Lock()
        self._home = None if path is None else Home(path)

        def open_databases(folder: Path | None, facts: Facts, new: FollowGraph | None) -> None:
            tables.open_databases(folder, facts, new, self._counters, counting)

        try:
            self._facts = open_system(self._home, type(self).__name__, tables, graph, open_databases)
            self.users = self._facts["users"]
            self._ids = Snowflake(max(self._facts["last_id"], *(db.last_id() for db in tables.databases)))
            self.media_store = MediaStore(None if self._home is None else str(self._home.path / "media"))
            self.media_store.remove_unfinished()
        except BaseException:
            self._release_storage()
            raise

    # Writing

    def post(self, author: int, text: str = "", media: bytes | None = None, *, key: str | None = None) -> Tweet:
        """Store a tweet; durable at return. The same author and `key` gets the tweet that was posted first.

        Raises UnknownUser, InvalidTweet, StorageError.
        """
        self._check_open()
        author, text = checks.valid_user(author, self.users), checks.valid_text(text, media)
        key = checks.valid_key(key)
        reference = None if media is None else self.media_store.put(media)
        with self._while_open():
            return self._post(author, text, reference, key)

    def _post(self, author: int, text: str, media: str | None, key: str | None) -> Tweet:
        now = self._now()
        with self.tables.write_lock(author):
            first = None if key is None else self.tables.tweet_with_key(author, key)
            if first is not None:
                return first
            change = Change(now, "post", author, self._ids.next(now), text, media, key)
            self._before_commit([change])
            self.tables.tweets_home(author, change.tweet_id).commit([change])
        self._after_commit()
        return change.tweet

    def post_many(self, rows: Iterable[tuple[int, str]]) -> list[Tweet]:
        """Store many (author, text) rows in one group commit: all of them, or none where one is refused."""
        self._check_open()
        with self._while_open():
            checked = checks.valid_rows(rows, self.users)
            return self._post_many(checked) if checked else []

    def _post_many(self, rows: list[tuple[int, str]]) -> list[Tweet]:
        now = self._now()

        def assign_ids() -> list[Change]:
            changes = [Change(now, "post", author, self._ids.next(now), text) for author, text in rows]
            self._before_commit(changes)
            return changes

        changes = self.tables.commit_posts([author for author, _ in rows], assign_ids, self.deleted.update)
        self._after_commit()
        return [change.tweet for change in changes]

    def _before_commit(self, posts: list[Change]) -> None:
        """Called when posts have their IDs, just before they are committed, under the write locks of their authors."""
        return

    def _after_commit(self) -> None:
        """Called after every commit, when no lock is held."""
        self.wakeups.wake_all()

    def delete(self, author: int, tweet_id: int) -> None:
        """Delete an author's tweet; from its return on no page shows it. Raises UnknownTweet, NotTheAuthor."""
        self._check_open()
        author, tweet_id = checks.valid_user(author, self.users), checks.valid_tweet_id(tweet_id)
        with self._while_open(), self.tables.write_lock(author):
            home = self.tables.tweets_home(author, tweet_id)
            tweet = next(iter(home.tweets([tweet_id])), None)
            if tweet is not None and tweet.author == author:
                self._delete(home, tweet)
        if tweet is None or tweet.author != author:
            raise self._why_no_delete(tweet_id, self.tables.possible_homes(author, tweet_id))
        self._after_commit()

    def _delete(self, home: Database, tweet: Tweet) -> None:
        """Delete a stored tweet; called under its author's write lock."""
        tombstone = {tweet.id} if home.log != "none" else set()  # without a log there is no copy to hide
        self.deleted |= tombstone
        try:
            home.commit([Change(self._now(), "delete", tweet.author, tweet.id)])
        except StorageError:
            self.deleted -= tombstone
            raise

    def _why_no_delete(self, tweet_id: int, homes: Iterable[Database]) -> TwitterlabError:
        """Why a tweet that is not where its author's would be cannot be deleted: somebody else's, or nobody's."""
        found = next((tweet for home in homes for tweet in home.tweets([tweet_id])), None)
        if found is None:
            return UnknownTweet(f"there is no tweet {tweet_id}: it was never posted, or it was deleted")
        return NotTheAuthor(f"tweet {tweet_id} is by user {found.author}: only its author may delete it")

    def follow(self, follower: int, followee: int) -> None:
        """Let one user follow another; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._change_follow("follow", follower, followee)

    def unfollow(self, follower: int, followee: int) -> None:
        """Let one user follow another no longer; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._change_follow("unfollow", follower, followee)

    def _change_follow(self, kind: str, follower: int, followee: int) -> None:
        self._check_open()
        follower, followee = checks.valid_user(follower, self.users), checks.valid_user(followee, self.users)
        if follower == followee:
            raise InvalidFollow(f"user {follower} cannot {kind} themselves")
        with self._while_open():
            change = Change(self._now(), kind, follower, followee)
            with self.tables.write_lock(follower):
                self.tables.follows_home(follower).commit_follow(change)
            self._after_commit()

    # Reading

    def feed(
        self, reader: int, limit: int = 20, before: int | None = None, *, at_least: Position | None = None
    ) -> Page:
        """The newest tweets of the users that `reader` follows, below the ID `before`; `limit` is 1 to 200.

        `at_least` is a `position`: the page has seen everything up to it. Raises UnknownUser, InvalidLimit,
        InvalidCursor.
        """
        self._check_open()
        reader, limit = checks.valid_user(reader, self.users), checks.valid_limit(limit)
        if before is None and at_least is None:
            if (page := self._ready_page(reader, limit)) is not None:
                return page
        else:
            before, at_least = checks.valid_cursor(before), checks.valid_position(at_least)
        return self._full_page(limit, lambda: self._feed(reader, before, limit + 1, at_least))

    @abstractmethod
    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        """The tweets of a feed, newest first, from below `before`; the caller takes at most `limit` visible ones."""

    def _ready_page(self, reader: int, limit: int) -> Page | None:
        """A page that lies ready; None where it is to be read."""
        return None

    def feed_many(self, readers: Iterable[int], limit: int = 20) -> Pages:
        """The first page of each reader, in columns; what `feed` gives, for many at once.

        Raises UnknownUser, InvalidLimit.
        """
        self._check_open()
        known, limit = checks.valid_users(readers, self.users), checks.valid_limit(limit)
        with self._while_open():
            pages, ready = self._ready_pages(known, limit)
        for row in np.flatnonzero(~ready).tolist():
            pages.write_page(row, self.feed(int(known[row]), limit))
        return pages

    def _ready_pages(self, readers: Users, limit: int) -> tuple[Pages, NDArray[np.bool_]]:
        """Pages that lie ready, and whose; the others' rows are to be filled."""
        return empty_pages(len(readers), limit), np.zeros(len(readers), np.bool_)

    def tweets_of(self, author: int, limit: int = 20, before: int | None = None) -> Page:
        """An author's own tweets, newest first, below the ID `before`."""
        self._check_open()
        author, limit = checks.valid_user(author, self.users), checks.valid_limit(limit)
        before = checks.valid_cursor(before)
        return self._full_page(limit, lambda: self._tweets_of(author, before, limit + 1))

    def _tweets_of(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        return map(Tweet._make, self.tables.tweets_home(author, 0).newest_of([author], before, limit))

    def tweet(self, author: int, tweet_id: int) -> Tweet:
        """One tweet, as a link to it would ask. Raises UnknownTweet."""
        self._check_open()
        author, tweet_id = checks.valid_user(author, self.users), checks.valid_tweet_id(tweet_id)
        found = None if tweet_id in self.deleted else self._read_in_one_epoch(lambda: self._tweet(author, tweet_id))
        if found is None or found.author != author:
            raise UnknownTweet(f"user {author} has no tweet {tweet_id}: it was never posted, or it was deleted")
        return found

    def _tweet(self, author: int, tweet_id: int) -> Tweet | None:
        return next(iter(self.tables.tweets_home(author, tweet_id).tweets([tweet_id])), None)

    def media(self, key: str) -> bytes:
        """The bytes stored under a tweet's `media`. Raises UnknownMedia."""
        self._check_open()
        return self.media_store.get(key)

    def followers(self, user: int, limit: int = 20) -> Users:
        """The first `limit` followers of a user by ID, as an int32 array."""
        self._check_open()
        user, limit = checks.valid_user(user, self.users), checks.valid_limit(limit)
        return self._read_in_one_epoch(lambda: self._followers(user, limit))

    def _followers(self, user: int, limit: int) -> Users:
        return self.tables.followers(user, limit)

    def follows(self, follower: int, followee: int) -> bool:
        """Whether one user follows another now, by the follower's own rows."""
        self._check_open()
        follower, followee = checks.valid_user(follower, self.users), checks.valid_user(followee, self.users)
        return self._read_in_one_epoch(lambda: followee in self.tables.follows_home(follower).followees(follower))

    def _full_page(self, limit: int, stream: Callable[[], Iterator[Tweet]]) -> Page:
        """A page is full while older visible tweets exist: one more than `limit` is looked for to know."""
        hidden = self.deleted.copy()  # a tombstone that is dropped meanwhile: what we read may be older than the delete

        def visible_tweets() -> list[Tweet]:
            visible = (t for t in stream() if t.id not in hidden and t.id not in self.deleted)
            return list(islice(visible, limit + 1))

        tweets = self._read_in_one_epoch(visible_tweets)
        return Page(tweets[:limit], tweets[limit - 1].id if len(tweets) > limit else None)

    def _read_in_one_epoch(self, read: Callable[[], T]) -> T:
        """What `read` finds; it reads again where rows moved between databases meanwhile."""
        with self._while_open():
            while True:
                epoch, found = self.tables.epoch, read()
                if epoch == self.tables.epoch:
                    return found

    # Background work, and what can be observed

    def step(self, n: int = 1) -> int:
        """Handle up to `n` pending background messages; returns how many."""
        self._check_open()
        n = checks.valid_setting("n", n, 0)
        with self._while_open():
            return self._step(n)

    def _step(self, n: int) -> int:
        """A stage without background work has nothing to do."""
        return 0

    def drain(self) -> int:
        """Handle all background messages that are pending now; returns how many."""
        self._check_open()
        with self._while_open():
            return self._drain()

    def _drain(self) -> int:
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
        return self._counters.snapshot()

    def own_work(self) -> AbstractContextManager[Callable[[], Work]]:
        """For a `with` block: what it gives tells the work of this thread alone in the block, whatever others do."""
        self._check_open()
        return self._counters.own_work()

    @property
    def bytes_held(self) -> int:
        """Bytes that the databases, caches and feeds take."""
        self._check_open()
        return sum(database.bytes_held() for database in self.tables.databases)

    # Time and the directory, and closing

    def _now(self) -> int:
        """The clock's time as an int, whatever kind of integer the clock gives."""
        return index(self.clock.now())

    def _replace_facts(self, facts: Facts) -> None:
        """Change what is remembered of the system as a whole, in one atomic step."""
        self._facts = {**facts, "last_id": self._ids.last}
        if self._home is not None:
            self._home.replace_facts(self._facts)

    @contextmanager
    def _while_open(self) -> Iterator[None]:
        """A call that closing interrupts says so, and not what became of its database; want of memory is told, too."""
        try:
            yield
        except StorageError:
            self._check_open()
            raise
        except MemoryError as error:
            raise StorageError("there is not enough memory for this call") from error

    def _check_open(self) -> None:
        if self._closed:
            raise SystemClosed(f"this {type(self).__name__} is closed: open it again to use it")

    def close(self) -> None:
        """Give everything back; does not drain. Closing twice is closing once."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._release_storage()

    def _release_storage(self) -> None:
        """Close the databases and let go of the directory; called once, by whoever closes or could not open."""
        for database in self.tables.databases:
            database.close()
        if self._home is not None:
            self._home.release_lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
