"""Reading feeds: the keys of a page, from what is materialised and, below it, the shards; and cold feeds rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile

import numpy as np

from twitterlab.model import Users
from twitterlab.parts.feeds.entries import Entries, ids_in, keys_in, pack_keys
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.rules import AuthorRules, in_spans
from twitterlab.parts.store.changes import SqlRow
from twitterlab.parts.store.shards import Shards, TweetKey
from twitterlab.work import Counters

RowsBelow = Callable[[int | None, int], Iterator[SqlRow]]  # newest first, from below an ID, fetched so many at a time


class FeedReading:
    """Streams of keys, newest first, of what is pushed to a reader and of what they pull, as far as anybody asks."""

    def __init__(
        self,
        tables: Shards,
        follow_copy: FollowCopy,
        rules: AuthorRules,
        feeds: FeedCache,
        *,
        timelines: FeedCache,
        counters: Counters,
    ) -> None:
        self._tables, self._follow_copy, self._rules, self._feeds = tables, follow_copy, rules, feeds
        self._timelines, self._counters = timelines, counters

    def pushed_keys(self, reader: int, before: int | None, limit: int) -> Iterator[TweetKey]:
        """What was pushed into a reader's feed, newest first; below the feed's floor it goes on from the shards."""
        return self._key_stream(self._feeds, reader, before, limit, lambda b, n: self._pushed_rows(reader, b, n))

    def pulled_keys(self, author: int, reader: int, before: int | None, limit: int) -> Iterator[TweetKey]:
        """The tweets of an author that this reader pulls, newest first, from the author's own timeline."""
        spans = self._rules.pulled_spans(author, reader)
        own = self._key_stream(self._timelines, author, before, limit, lambda b, n: self._own_rows(author, b, n))
        newest_first = takewhile(lambda key: key.id >= spans[0][0], own)
        return (key for key in newest_first if in_spans(spans, key.id))

    def newest_pulled(self, author: int, n: int) -> Entries:
        """The newest n entries of an author whose tweets all readers pull, ascending."""
        while True:
            epoch, found = self._tables.epoch, list(islice(self.pulled_keys(author, author, None, n), n))
            if epoch == self._tables.epoch:
                return pack_keys(found)[::-1]

    def pulled_authors(self, reader: int, before: int | None) -> list[int]:
        """The followees of whom this reader pulls tweets below `before`."""
        followees = self._follow_copy.followees(reader)
        candidates = followees[self._rules.pulled[followees]].tolist()
        firsts = {author: self._rules.first_pulled_id(author, reader) for author in candidates}
        return [author for author, first in firsts.items() if first is not None and (before is None or first < before)]

    def _key_stream(
        self, cache: FeedCache, user: int, before: int | None, limit: int, rows: RowsBelow
    ) -> Iterator[TweetKey]:
        """A materialised feed, `limit` entries at a time, and then `rows` from the shards below its floor."""
        more = True
        while more:
            while (found := cache.read_entries(user, before, limit)) is None:
                self._rebuild_feed(cache, user, rows)
            entries, floor = found
            yield from self._keys_as_shown(cache, user, entries)
            more = len(entries) == limit
            before = int(ids_in(entries[-1:])[0]) if len(entries) else before
        if floor:
            yield from self._keys_of_rows(rows(floor if before is None else min(before, floor), limit))

    def _keys_as_shown(self, cache: FeedCache, user: int, entries: Entries) -> Iterator[TweetKey]:
        """Where to find these entries; one counts as shown once the page asks for the next."""
        shown = 0
        try:
            for key in keys_in(entries):
                yield key
                shown += 1
        finally:
            cache.mark_shown(user, entries[:shown])

    # Rebuilding

    def _rebuild_feed(self, cache: FeedCache, user: int, rows: RowsBelow) -> None:
        """Register first, so that deliveries are taken, and read the shards after; again if a follow came between."""
        settled = False
        while not settled:
            version, epoch = cache.begin_rebuild(user), self._tables.epoch
            found = list(self._keys_of_rows(islice(rows(None, cache.length + 1), cache.length + 1)))
            kept = found[: cache.length]
            floor = kept[-1].id if len(found) > len(kept) else 0
            entries = pack_keys(kept)
            # Where users move between shards meanwhile, a row may be gone from where it was looked for.
            settled = epoch == self._tables.epoch and cache.end_rebuild(user, entries, floor, version)
        self._counters.add(rebuilds=1, backfilled=len(kept))

    def _pushed_rows(self, reader: int, before: int | None, limit: int) -> Iterator[SqlRow]:
        followees: Users = self._tables.follows_home(reader).followees(reader)
        rows = self._tables.newest_of(followees, before, limit, "id, author")
        return (row for row in rows if self._rules.is_pushed(row[1], row[0], reader))

    def _own_rows(self, author: int, before: int | None, limit: int) -> Iterator[SqlRow]:
        return self._tables.newest_of(np.array([author], np.int32), before, limit, "id, author")

    def _keys_of_rows(self, rows: Iterable[SqlRow]) -> Iterator[TweetKey]:
        return (TweetKey(tweet_id, self._tables.shard_number(author)) for tweet_id, author in rows)
