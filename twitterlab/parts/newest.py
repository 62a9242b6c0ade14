"""The newest tweets in columns, in the order of their IDs: a page is hydrated by a search and a gather.

They stand before the tweet cache, and are filled as tweets are posted, so that nobody waits for a shard to show what
has just been written. What is older than they reach back comes from the tweet cache, and behind it from the shards.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Tweet
from twitterlab.parts.entries import Entries, short_of, squeezed

Objects = NDArray[np.object_]


class Columns(NamedTuple):
    """Tweets as arrays of equal length, by `short`, the squeezed ID; a deleted one has author -1 and no `tweet`."""

    short: Entries
    author: NDArray[np.int32]
    created_at: NDArray[np.int64]
    text: Objects
    media: Objects
    tweet: Objects

    def rows(self, first: int, last: int) -> Columns:
        """Views of the rows from `first` to before `last`."""
        return Columns._make(column[first:last] for column in self)


def empty(rows: int) -> Columns:
    """Columns with room for so many rows; nothing in them is read before it is written."""
    kinds: list[Any] = [np.uint64, np.int32, np.int64, object, object, object]
    return Columns._make(np.empty(rows, kind) for kind in kinds)


def columns_of(tweets: Sequence[Tweet]) -> Columns:
    """These tweets as columns, in their order."""
    made = empty(len(tweets))
    ids, made.author[:], made.text[:], made.media[:], made.created_at[:] = zip(*tweets, strict=True)
    made.short[:] = squeezed(np.array(ids, np.int64))
    for row, tweet in enumerate(tweets):
        made.tweet[row] = tweet
    return made


NONE = columns_of([Tweet(0, -1, "", None, 0)])  # something to point at where there is nothing


class NewestTweets:
    """At least the `capacity` newest tweets that were put here, at most twice as many.

    Whoever reads holds no lock: `columns` is replaced when rows move, and no row is moved in place.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._room = empty(0)
        self._lock = threading.Lock()
        self.pictures = False  # whether any tweet here has or had media
        self.columns = self._room

    def put(self, tweets: Sequence[Tweet]) -> None:
        """Keep tweets just posted; those of one call have ascending IDs, as nearly always those of all calls have."""
        if not tweets:
            return
        new = columns_of(tweets[-self.capacity :])
        self.pictures |= any(tweet.media for tweet in tweets)
        with self._lock:
            count = len(self.columns.short)
            if count and new.short[0] <= self.columns.short[-1]:
                self._interleave(new)
            else:
                self._append(new, count)

    def discard(self, tweet_id: int) -> None:
        """Forget a tweet that was deleted."""
        with self._lock:
            short = np.uint64(short_of(tweet_id))
            row = int(self.columns.short.searchsorted(short))
            if row < len(self.columns.short) and self.columns.short[row] == short:
                self.columns.tweet[row], self.columns.author[row] = None, -1

    def tweets(self, shorts: Entries) -> list[Tweet | None]:
        """The tweets with these squeezed IDs, None where it is not here."""
        columns = self.columns
        if not len(columns.short):
            return [None] * len(shorts)
        rows = columns.short.searchsorted(shorts)
        try:
            found: list[Tweet | None] = columns.tweet[rows].tolist()
            same = columns.short[rows]
        except IndexError:  # newer than all that is here
            return [None] * len(shorts)
        if same.tobytes() != shorts.tobytes():
            there = (same == shorts).tolist()
            return [tweet if here else None for tweet, here in zip(found, there, strict=True)]
        return found

    def find(self, shorts: Entries) -> tuple[Columns, NDArray[np.intp], NDArray[np.bool_]]:
        """The columns, the row of each squeezed ID in them, and whether it is there; arrays shaped as `shorts`."""
        columns = self.columns
        if not len(columns.short):
            return NONE, np.zeros(shorts.shape, np.intp), np.zeros(shorts.shape, np.bool_)
        rows = np.minimum(columns.short.searchsorted(shorts), len(columns.short) - 1)
        return columns, rows, columns.short[rows] == shorts

    @property
    def nbytes(self) -> int:
        """Bytes of the columns; the tweets that they point to are not counted again."""
        return sum(column.nbytes for column in self._room)

    def __len__(self) -> int:
        return len(self.columns.short)

    def _append(self, new: Columns, count: int) -> None:
        """Write behind the last row; where there is no room, the newest move to columns of twice the size."""
        size = len(new.short)
        if count + size > len(self._room.short):
            kept = min(count, self.capacity)
            room = empty(min(max(2 * (kept + size), 1024), 2 * self.capacity + size))
            copy(self.columns.rows(count - kept, count), room.rows(0, kept))
            self._room, count = room, kept
        copy(new, self._room.rows(count, count + size))
        self.columns = self._room.rows(0, count + size)

    def _interleave(self, new: Columns) -> None:
        """Put in order what two writers handed over the wrong way round."""
        old: tuple[NDArray[Any], ...] = self.columns
        added: tuple[NDArray[Any], ...] = new
        both = Columns._make(np.concatenate([first, second]) for first, second in zip(old, added, strict=True))
        order = np.argsort(both.short, kind="stable")
        self._room = self.columns = Columns._make(column[order] for column in both)


def copy(source: Columns, target: Columns) -> None:
    """Write the rows of one set of columns over those of another."""
    for old, new in zip(source, target, strict=True):
        np.copyto(np.asarray(new), np.asarray(old))
