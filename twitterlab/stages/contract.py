"""The contract's face: every public call, checked once for all stages, and handed to what the stage does about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from twitterlab import checks
from twitterlab.model import (
    InvalidFollow,
    Lag,
    NotTheAuthor,
    Page,
    Pages,
    Position,
    Tweet,
    TwitterlabError,
    UnknownTweet,
    Users,
)
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.stages.behind import Behind
from twitterlab.work import Work

T = TypeVar("T")


class Contract(Behind):
    """The calls of a system; a stage says what is done behind each, in the methods that begin with `_`."""

    # The contract: writing

    def post(self, author: int, text: str = "", media: bytes | None = None, *, key: str | None = None) -> Tweet:
        """Store a tweet; durable at return. The same author and `key` gets the tweet that was posted first.

        Raises UnknownUser, InvalidTweet, StorageError.
        """
        self._check_open()
        author, text, key = checks.valid_user(author, self.users), checks.valid_text(text, media), checks.valid_key(key)
        reference = None if media is None else self.media_store.put(media)
        with self._while_open():
            return self._post(author, text, reference, key)

    def post_many(self, rows: Iterable[tuple[int, str]]) -> list[Tweet]:
        """Store many (author, text) rows in one group commit: all of them, or none where one is refused."""
        self._check_open()
        checked = checks.valid_rows(rows, self.users)
        with self._while_open():
            return self._post_many(checked) if checked else []

    def delete(self, author: int, tweet_id: int) -> None:
        """Delete an author's tweet; from its return on no page shows it. Raises UnknownTweet, NotTheAuthor."""
        self._check_open()
        author, tweet_id = checks.valid_user(author, self.users), checks.valid_tweet_id(tweet_id)
        with self._while_open(), self.tables.write_lock(author):
            home = self.tables.tweets_home(author, tweet_id)
            tweet = next(iter(home.tweets([tweet_id])), None)
            if tweet is not None and tweet.author == author:
                self._delete(home, author, tweet)
        if tweet is None or tweet.author != author:
            raise self._why_no_delete(tweet_id, self.tables.possible_homes(author, tweet_id))
        self._after_commit()

    def follow(self, follower: int, followee: int) -> None:
        """Let one user follow another; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._check_and_commit_follow("follow", follower, followee)

    def unfollow(self, follower: int, followee: int) -> None:
        """Let one user follow another no longer; once more changes nothing. Raises UnknownUser, InvalidFollow."""
        self._check_and_commit_follow("unfollow", follower, followee)

    # The contract: reading

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

    def tweets_of(self, author: int, limit: int = 20, before: int | None = None) -> Page:
        """An author's own tweets, newest first, below the ID `before`."""
        self._check_open()
        author, limit, before = (
            checks.valid_user(author, self.users),
            checks.valid_limit(limit),
            checks.valid_cursor(before),
        )
        return self._full_page(limit, lambda: self._tweets_of(author, before, limit + 1))

    def tweet(self, author: int, tweet_id: int) -> Tweet:
        """One tweet, as a link to it would ask. Raises UnknownTweet."""
        self._check_open()
        author, tweet_id = checks.valid_user(author, self.users), checks.valid_tweet_id(tweet_id)
        found = None if tweet_id in self.deleted else self._read_in_one_epoch(lambda: self._tweet(author, tweet_id))
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
        user, limit = checks.valid_user(user, self.users), checks.valid_limit(limit)
        return self._read_in_one_epoch(lambda: self._followers(user, limit))

    def follows(self, follower: int, followee: int) -> bool:
        """Whether one user follows another now, by the follower's own rows."""
        self._check_open()
        follower, followee = checks.valid_user(follower, self.users), checks.valid_user(followee, self.users)
        return self._read_in_one_epoch(lambda: followee in self.tables.follows_home(follower).followees(follower))

    # The contract: background work and what can be observed

    def step(self, n: int = 1) -> int:
        """Handle up to `n` pending background messages; returns how many."""
        self._check_open()
        n = checks.valid_setting("n", n, 0)
        with self._while_open():
            return self._step(n)

    def drain(self) -> int:
        """Handle all background messages that are pending now; returns how many."""
        self._check_open()
        with self._while_open():
            return self._drain()

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

    def close(self) -> None:
        """Give everything back; does not drain. Closing twice is closing once."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._release_storage()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _why_no_delete(self, tweet_id: int, holders: Iterable[Database]) -> TwitterlabError:
        """Why a tweet that is not where its author's would be cannot be deleted: somebody else's, or nobody's."""
        found = next((tweet for database in holders for tweet in database.tweets([tweet_id])), None)
        if found is None:
            return UnknownTweet(f"there is no tweet {tweet_id}: it was never posted, or it was deleted")
        return NotTheAuthor(f"tweet {tweet_id} is by user {found.author}: only its author may delete it")

    def _check_and_commit_follow(self, kind: str, follower: int, followee: int) -> None:
        self._check_open()
        follower, followee = checks.valid_user(follower, self.users), checks.valid_user(followee, self.users)
        if follower == followee:
            raise InvalidFollow(f"user {follower} cannot {kind} themselves")
        with self._while_open():
            self._commit_follow(Change(self._now(), kind, follower, followee))

    def _full_page(self, limit: int, stream: Callable[[], Iterator[Tweet]]) -> Page:
        """A page is full while older visible tweets exist: one more than `limit` is looked for to know."""
        hidden = self.deleted.copy()  # a tombstone that is dropped meanwhile: what we read may be older than the delete

        def read() -> list[Tweet]:
            visible = (t for t in stream() if t.id not in hidden and t.id not in self.deleted)
            return list(islice(visible, limit + 1))

        tweets = self._read_in_one_epoch(read)
        return Page(tweets[:limit], tweets[limit - 1].id if len(tweets) > limit else None)

    def _read_in_one_epoch(self, read: Callable[[], T]) -> T:
        """What `read` finds; it reads again where rows moved between databases meanwhile."""
        with self._while_open():
            while True:
                epoch, found = self.tables.epoch, read()
                if epoch == self.tables.epoch:
                    return found
