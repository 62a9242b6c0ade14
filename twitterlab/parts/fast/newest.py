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
from twitterlab.parts.feeds.entries import ShortIds, short_of_id, squeeze_ids

Objects = NDArray[np.object_]


class TweetColumns(NamedTuple):
    """Tweets as arrays of equal length, by `short`, the squeezed ID; a deleted one has author -1 and no `tweet`."""

    short: ShortIds
    author: NDArray[np.int32]
    created_at: NDArray[np.int64]
    text: Objects
    media: Objects
    tweet: Objects

    def row_range(self, first: int, last: int) -> TweetColumns:
        """Views of the rows from `first` to before `last`."""
        return TweetColumns._make(column[first:last] for column in self)


def empty_columns(rows: int) -> TweetColumns:
    """Columns with room for so many rows; nothing in them is read before it is written."""
    kinds: list[Any] = [np.uint64, np.int32, np.int64, object, object, object]
    return TweetColumns._make(np.empty(rows, kind) for kind in kinds)


def columns_of_tweets(tweets: Sequence[Tweet]) -> TweetColumns:
    """These tweets as columns, in their order."""
    made = empty_columns(len(tweets))
    ids, made.author[:], made.text[:], made.media[:], made.created_at[:] = zip(*tweets, strict=True)
    made.short[:] = squeeze_ids(np.array(ids, np.int64))
    for row, tweet in enumerate(tweets):
        made.tweet[row] = tweet
    return made


NO_COLUMNS = columns_of_tweets([Tweet(0, -1, "", None, 0)])  # something to point at where there is nothing


class ShortRuns(NamedTuple):
    """Where squeezed IDs that follow one another without a gap begin, and how far their rows are from them.

    The tweets of one group commit are such a run, so there are far fewer runs than tweets to search. A tweet of run r
    has the row `short + offset[r + 1]`, in arithmetic modulo 2**64; `offset[0]` is for what lies before all runs.
    """

    start: ShortIds
    offset: NDArray[np.uint64]

    def rows_of_shorts(self, shorts: ShortIds) -> NDArray[np.int64]:
        """The row of each squeezed ID, if it has one; else the row of another, or none."""
        return (shorts + self.offset[self.start.searchsorted(shorts, side="right")]).view(np.int64)


def runs_in(shorts: ShortIds, first: int) -> ShortRuns:
    """The runs of ascending squeezed IDs that lie in the rows from `first` on, without the offset before all runs."""
    begins = np.flatnonzero(np.diff(shorts) != 1) + 1
    begins = np.concatenate([[0], begins]) if len(shorts) else begins
    return ShortRuns(shorts[begins], (begins + first).astype(np.uint64) - shorts[begins])


def room_for_runs(count: int) -> ShortRuns:
    """Room for so many runs."""
    return ShortRuns(np.empty(count, np.uint64), np.zeros(count + 1, np.uint64))


BEYOND_ALL_SHORTS = 2**64


class NewestTweets:
    """At least the `capacity` newest tweets that were put here, without a gap; at most twice as many, and one call's.

    `_lock` is held by whoever writes rows, runs, `has_gaps` or `has_pictures`. Whoever reads takes no lock: `_view` is
    replaced as one, no row that it shows is moved in place, and `has_pictures` is true before a picture is shown.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._room, self._run_room, self._runs = empty_columns(0), room_for_runs(0), 0
        self._view = self._room, self._run_room, BEYOND_ALL_SHORTS
        self.has_gaps = False  # whether a tweet was taken out
        self.has_pictures = False  # whether any tweet here has or had media
        self._lock = threading.Lock()

    def put(self, tweets: Sequence[Tweet]) -> None:
        """Keep tweets just posted; those of one call have ascending IDs, as nearly always those of all calls have.

        Called under the write locks of the tweets' authors, so by writers of different shards at once.
        """
        if not tweets:
            return
        new = columns_of_tweets(tweets)
        has_pictures = any(tweet.media for tweet in tweets)
        with self._lock:
            self.has_pictures = self.has_pictures or has_pictures
            columns, _, _ = self._view
            if len(columns.short) and new.short[0] <= columns.short[-1]:
                self._interleave_columns(columns, new)
            else:
                self._append_columns(columns, new)

    def discard(self, tweet_id: int) -> None:
        """Forget a tweet that was deleted."""
        with self._lock:
            columns, _, _ = self._view
            short = np.uint64(short_of_id(tweet_id))
            row = int(columns.short.searchsorted(short))
            if row < len(columns.short) and columns.short[row] == short:
                self.has_gaps = True
                columns.tweet[row], columns.author[row] = None, -1

    def tweets_with(self, ids: Sequence[int]) -> dict[int, Tweet]:
        """Those of the tweets with these IDs that are here."""
        found, _ = self.find_tweets(np.sort(squeeze_ids(np.array(ids, np.int64))))
        return {tweet.id: tweet for tweet in found if tweet}

    def find_tweets(self, shorts: ShortIds) -> tuple[list[Tweet | None], bool]:
        """The tweets with these squeezed IDs, ascending, None where it is not here; and whether all are here.

        All that was posted since the oldest tweet here is here, so that one look at the oldest wanted tells.
        """
        columns, runs, oldest = self._view
        if len(shorts) and oldest <= shorts.item(0):
            found: list[Tweet | None] = columns.tweet[runs.rows_of_shorts(shorts)].tolist()
            return found, not self.has_gaps or all(found)
        # Of the moment of this look, which may not be that of the one above.
        columns, rows, there = self.find_rows(shorts)
        tweets = columns.tweet[rows].tolist()
        found = [tweet if here else None for tweet, here in zip(tweets, there.tolist(), strict=True)]
        return found, all(found)

    def find_rows(self, shorts: ShortIds) -> tuple[TweetColumns, NDArray[np.int64], NDArray[np.bool_]]:
        """The columns, the row of each squeezed ID in them, and whether it is there; arrays shaped as `shorts`."""
        columns, runs, _ = self._view
        if not len(columns.short):
            return NO_COLUMNS, np.zeros(shorts.shape, np.int64), np.zeros(shorts.shape, np.bool_)
        rows = runs.rows_of_shorts(shorts)
        np.clip(rows, 0, len(columns.short) - 1, out=rows)
        return columns, rows, columns.short[rows] == shorts

    @property
    def pictures(self) -> bool:
        """Whether any tweet here has or had media, by its short name."""
        return self.has_pictures

    @property
    def nbytes(self) -> int:
        """Bytes of the columns; the tweets that they point to are not counted again."""
        return sum(column.nbytes for column in (*self._room, *self._run_room))

    def __len__(self) -> int:
        return len(self._view[0].short)

    # Called under `_lock`

    def _append_columns(self, columns: TweetColumns, new: TweetColumns) -> None:
        """Write behind the last row; where there is no room, the newest move to columns of twice the size."""
        count, size = len(columns.short), len(new.short)
        if count + size > len(self._room.short):
            kept = min(count, self.capacity)
            self._make_room(
                columns.row_range(count - kept, count), min(max(2 * (kept + size), 1024), 2 * self.capacity + size)
            )
            count = kept
        copy_columns(new, self._room.row_range(count, count + size))
        self._add_runs(new.short, count)
        self._show_rows(count + size)

    def _make_room(self, columns: TweetColumns, rows: int) -> None:
        """Move columns to new ones with room for so many rows."""
        self._room = empty_columns(rows)
        self._run_room, self._runs = room_for_runs(rows), 0
        copy_columns(columns, self._room.row_range(0, len(columns.short)))
        self._add_runs(columns.short, 0)

    def _add_runs(self, shorts: ShortIds, first: int) -> None:
        """Note the runs of what was written from a row on."""
        runs = runs_in(shorts, first)
        if self._runs and len(runs.start) and self._continues_run(runs.start[0], first):
            runs = ShortRuns(runs.start[1:], runs.offset[1:])
        last = self._runs + len(runs.start)
        self._run_room.start[self._runs : last], self._run_room.offset[self._runs + 1 : last + 1] = runs
        self._runs = last

    def _continues_run(self, short: np.uint64, row: int) -> bool:
        """Whether a squeezed ID goes on where the last run ends, in the row before."""
        return bool(self._room.short[row - 1] + np.uint64(1) == short)

    def _show_rows(self, rows: int) -> None:
        """Show so many rows to readers, their runs, and from which squeezed ID on they are all that there is."""
        runs = ShortRuns(self._run_room.start[: self._runs], self._run_room.offset[: self._runs + 1])
        self._view = self._room.row_range(0, rows), runs, int(self._room.short[0])

    def _interleave_columns(self, columns: TweetColumns, new: TweetColumns) -> None:
        """Put in order what two writers handed over the wrong way round; what is older than all here stays out."""
        new = new.row_range(int(new.short.searchsorted(columns.short[0])), len(new.short))
        old: tuple[NDArray[Any], ...] = columns
        added: tuple[NDArray[Any], ...] = new
        both = TweetColumns._make(np.concatenate([first, second]) for first, second in zip(old, added, strict=True))
        order = np.argsort(both.short, kind="stable")
        ordered = TweetColumns._make(column[order] for column in both)
        self._make_room(ordered, len(order))
        self._show_rows(len(order))


def copy_columns(source: TweetColumns, target: TweetColumns) -> None:
    """Write the rows of one set of columns over those of another."""
    for old, new in zip(source, target, strict=True):
        np.copyto(np.asarray(new), np.asarray(old))
