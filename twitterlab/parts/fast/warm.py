"""Warm pages: a page that lies ready is one look at the feed, one at the celebrities' tops, and one gather of tweets.

The plain way, generator by generator, gives the same pages; it is taken wherever something is not at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import BLANK_TWEET, Page, Pages, Tweet, Users
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.fast.ready import take_top, take_tops
from twitterlab.parts.fast.tops import WIDTH, Tops
from twitterlab.parts.feeds.entries import Entries, keys_in, shorts_in, widen_ids
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.store.shards import TweetKey
from twitterlab.work import Counters


class WarmPages:
    """`hydrate(keys)` gives the tweets that are not among the newest.

    `deleted` is the stage's own set of tombstones, which all parts share; it is copied before a page is looked up, as a
    worker may drop one meanwhile.
    """

    def __init__(
        self,
        feeds: FeedCache,
        tops: Tops | None,
        newest: NewestTweets,
        hydrate: Callable[[Sequence[TweetKey]], Iterable[Tweet]],
        *,
        deleted: set[int],
        counters: Counters,
    ) -> None:
        self._feeds, self._tops, self._newest, self._hydrate = feeds, tops, newest, hydrate
        self._deleted, self._counters = deleted, counters

    def page(self, reader: int, limit: int) -> Page | None:
        """The newest `limit` tweets of a warm feed; None where it is not ready."""
        if not self.can_serve(limit):
            return None
        hidden = self._deleted.copy() if self._deleted else self._deleted
        others, more, pulls = None, no_tops, 0
        if self._tops and len(celebrities := self._tops.celebrities_of(reader)):
            others, more = self._tops.narrow_tops_of(celebrities), partial(self._tops.tops_of, celebrities)
            pulls = int(np.count_nonzero(others[:, -1]))
        found = take_top(self._feeds, reader, limit + 1, others, more)
        if found is None:
            return None
        entries, merged = found
        tweets, whole = self._newest.find_tweets(shorts_in(entries))
        misses = 0 if whole else self._fill_in_missing(entries, tweets)
        if (misses and not all(tweets)) or not self._all_visible(tweets, hidden):
            return None
        self._counters.add_page(len(tweets) - misses, pulls, merged if self._tops else 0)
        tweets.reverse()
        if len(tweets) <= limit:
            return Page(tweets, None)  # type: ignore[arg-type]
        del tweets[limit]
        return Page(tweets, tweets[-1].id)  # type: ignore[arg-type, union-attr]

    def pages(self, readers: Users, limit: int) -> tuple[Pages, NDArray[np.bool_]]:
        """A page for each reader, and for whom it is right; the rows of the others hold anything."""
        hidden = self._deleted.copy()
        merge_tops = self._tops.merge_tops if self._tops else merge_no_tops
        entries, ready = take_tops(self._feeds, readers, limit + 1, merge_tops)
        shorts = shorts_in(entries)
        columns, rows, there = self._newest.find_rows(shorts)
        empty = entries == 0
        ids, author = widen_ids(shorts), columns.author[rows]
        there &= author >= 0  # else it was deleted
        ready &= (there | empty).all(axis=1)
        if gone := hidden | self._deleted:
            ready &= ~np.isin(ids, list(gone)).any(axis=1)
        page = np.s_[:, :0:-1]
        rows = rows[page]
        shown: list[NDArray[Any]] = [ids[page], author[page]]
        shown += [column[rows] for column in (columns.created_at, columns.text)]
        shown.append(columns.media[rows] if self._newest.has_pictures else np.empty(rows.shape, object))
        if (blank := empty[page] | ~ready[:, None]).any():
            for column, nothing in zip(shown, BLANK_TWEET, strict=True):
                column[blank] = nothing
        pages = Pages._make([*shown, np.where(empty[:, 0], 0, ids[:, 1])])
        self._counters.add(cache_hits=int(np.count_nonzero(~empty[ready])))
        return pages, ready

    def can_serve(self, limit: int) -> bool:
        """Whether warm pages can be given at all: of that length, and under the rules that hold."""
        return limit < WIDTH and (self._tops is None or self._tops.take_in_rules())

    def _fill_in_missing(self, entries: Entries, tweets: list[Tweet | None]) -> int:
        """Fill in what is not among the newest, but for what is gone; returns how many tweets it asked for."""
        places = [place for place, tweet in enumerate(tweets) if tweet is None]
        keys = keys_in(entries[places])
        found = {tweet.id: tweet for tweet in self._hydrate(keys)}
        for place, key in zip(places, keys, strict=True):
            tweets[place] = found.get(key.id)
        return len(places)

    def _all_visible(self, tweets: list[Tweet | None], hidden: set[int]) -> bool:
        """Whether none of them had, or has, a tombstone."""
        gone = hidden | self._deleted if hidden or self._deleted else hidden
        return not gone or gone.isdisjoint(tweet.id for tweet in tweets if tweet)


def no_tops() -> Entries:
    """What is there of celebrities whom nobody follows."""
    return np.zeros((0, WIDTH), np.uint64)


def merge_no_tops(readers: Users, entries: Entries) -> Entries:
    """What a stage without celebrities adds to its feeds: nothing."""
    return entries
