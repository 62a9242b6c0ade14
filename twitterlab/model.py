"""The words every part shares: tweets, pages, the contract of a stage, and the named errors."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol, SupportsIndex

import numpy as np
from numpy.typing import NDArray

Users = NDArray[np.int32]
Ids = NDArray[np.int64]
Position = tuple[int, ...]

MAX_ID = 2**63 - 1
MAX_LIMIT = 200
MAX_TEXT = 280


class Tweet(NamedTuple):
    """One stored tweet: `created_at` is Unix milliseconds, `media` a key of the object store or None."""

    id: int
    author: int
    text: str
    media: str | None
    created_at: int


class Page(NamedTuple):
    """A page of a feed, newest first; `next` is its last ID, or None where nothing older is visible."""

    tweets: list[Tweet]
    next: int | None


class Pages(NamedTuple):
    """A page for each of n readers, in columns of shape (n, limit), newest first; `next` has shape (n,).

    Past the end of a page `id` and `created_at` are 0, `author` is -1, `text` and `media` None; `next` is 0 where
    nothing older is visible.
    """

    id: Ids
    author: Users
    created_at: Ids
    text: NDArray[np.object_]
    media: NDArray[np.object_]
    next: Ids

    def page(self, row: int) -> Page:
        """One reader's page."""
        columns = (self.id, self.author, self.text, self.media, self.created_at)
        rows = zip(*(column[row].tolist() for column in columns), strict=True)
        return Page([Tweet(*values) for values in rows if values[0]], int(self.next[row]) or None)

    def write_page(self, row: int, page: Page) -> None:
        """Write one reader's page."""
        columns: tuple[NDArray[Any], ...] = self[:5]
        for column, nothing in zip(columns, BLANK_TWEET, strict=True):
            column[row] = nothing
        for place, tweet in enumerate(page.tweets):
            values = (tweet.id, tweet.author, tweet.created_at, tweet.text, tweet.media)
            for column, value in zip(columns, values, strict=True):
                column[row, place] = value
        self.next[row] = page.next or 0


BLANK_TWEET: tuple[Any, ...] = (0, -1, 0, None, None)  # what stands in the columns past the end of a page


def empty_pages(readers: int, limit: int) -> Pages:
    """Pages with nothing on them."""
    kinds: list[Any] = [np.int64, np.int32, np.int64, object, object]
    columns: list[Any] = [
        np.full((readers, limit), nothing, kind) for kind, nothing in zip(kinds, BLANK_TWEET, strict=True)
    ]
    return Pages._make([*columns, np.zeros(readers, np.int64)])


class Lag(NamedTuple):
    """How far one copy stands behind its source, in log positions and in milliseconds of the system's clock."""

    name: str
    positions: int
    milliseconds: int


class Timeline(Protocol):
    """The contract that every stage keeps; see each stage's docstring for what a page costs there."""

    def post(self, author: int, text: str = "", media: bytes | None = None, *, key: str | None = None) -> Tweet: ...
    def post_many(self, rows: Iterable[tuple[int, str]]) -> list[Tweet]: ...
    def delete(self, author: int, tweet_id: int) -> None: ...
    def follow(self, follower: int, followee: int) -> None: ...
    def unfollow(self, follower: int, followee: int) -> None: ...
    def feed(
        self, reader: int, limit: int = 20, before: int | None = None, *, at_least: Position | None = None
    ) -> Page: ...
    def feed_many(self, readers: Iterable[int], limit: int = 20) -> Pages: ...
    def tweets_of(self, author: int, limit: int = 20, before: int | None = None) -> Page: ...
    def tweet(self, author: int, tweet_id: int) -> Tweet: ...
    def media(self, key: str) -> bytes: ...
    def step(self, n: int = 1) -> int: ...
    def drain(self) -> int: ...
    def close(self) -> None: ...


class TwitterlabError(Exception):
    """Base of every error that twitterlab raises on purpose; a call that raises one has changed nothing."""


class UnknownUser(TwitterlabError):
    """A user ID that is not an integer from 0 to users - 1."""


class UnknownTweet(TwitterlabError):
    """A tweet that this author never posted, or that was deleted."""


class UnknownMedia(UnknownTweet):
    """A media key under which nothing is stored."""


class InvalidTweet(TwitterlabError):
    """Text that is empty without media, too long or not encodable; media that is not bytes; a bad key."""


class NotTheAuthor(TwitterlabError):
    """A delete asked for by somebody who did not write the tweet."""


class InvalidFollow(TwitterlabError):
    """A user who follows or unfollows themselves."""


class InvalidCursor(TwitterlabError):
    """A `before` that is not an integer from 1 to 2**63 - 1, or a position that cannot be waited for."""


class InvalidLimit(TwitterlabError):
    """A page size that is not an integer from 1 to 200."""


class InvalidGraph(TwitterlabError):
    """A follow graph that cannot be used; the message names the offending row or value."""


class StorageError(TwitterlabError):
    """A directory, database or object store that cannot be used as asked."""


class SystemClosed(TwitterlabError):
    """A call on a system after `close`."""


def integer(value: SupportsIndex | Any) -> int | None:
    """`value` as an int where it has `__index__` and is not a bool, else None."""
    if type(value) is int:
        return value
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None
