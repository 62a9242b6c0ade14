"""The workers' half of the assembled timeline: feeds kept ready, the copy of the follows that they need, and the rules.

A feed holds all that is pushed to its reader from its floor on; what is older, the shards have. Messages come at least
once and in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from typing import NamedTuple

from twitterlab.classroom.capstone.rules import FollowRules
from twitterlab.classroom.capstone.store import Entry, Store
from twitterlab.model import MAX_ID
from twitterlab.parts.store.changes import Change


class Event(NamedTuple):
    """A follow or unfollow, as `apply_edge` is given it."""

    position: int
    kind: str
    followee: int


class Feeds:
    """What is kept ready for readers, and what the workers do with each message to keep it so."""

    def __init__(self, store: Store, follows: Iterable[tuple[int, int]], length: int) -> None:
        self._store, self._parts, self._counters, self.length = store, store.parts, store.counters, length
        self.feeds: dict[int, list[int]] = {}
        self.active = set(range(len(store.places)))  # while there are no tweets, every feed is complete
        self._floors: dict[int, int] = {}
        self.following: dict[int, set[int]] = defaultdict(set)
        self.followers: dict[int, set[int]] = defaultdict(set)
        self.rules = FollowRules()
        self._latest: dict[int, dict[int, int]] = defaultdict(dict)  # by follower and followee, for `apply_edge`
        self._listed: dict[int, int] = {}  # up to which position a reader's whole follow list was read
        for follower, followee in follows:
            self._change_copy(follower, followee, follows=True)

    # Messages

    def deliver_post(self, tweet_id: int, author: int) -> None:
        """Deliver a tweet to the active followers to whom it is pushed."""
        self._store.authors[tweet_id] = author
        readers = [
            reader for reader in sorted(self.followers[author]) if self.rules.is_pushed(reader, author, tweet_id)
        ]
        took = self._parts.deliver(tweet_id, readers, self.active, self.feeds, self.length)
        self._counters.add(deliveries=took)
        for reader in readers:
            self._raise_floor(reader)

    def change_edge(self, position: int, change: Change) -> None:
        """Bring a follow or unfollow to the follower's feed, and to the copy that fan-out works with."""
        reader, followee = change.user, change.followee
        if position <= self._listed.get(reader, 0):
            return  # the feed was made after it
        feed, latest = self.feeds.get(reader, []), self._latest[reader]
        entries = [(tweet_id, self._store.authors[tweet_id]) for tweet_id in feed]
        event = Event(position, change.kind, followee)
        entries = self._parts.apply_edge(entries, latest, event, self._newest_of(reader), self.length)
        if reader in self.active:
            self.feeds[reader] = [tweet_id for tweet_id, _ in entries]
            self._raise_floor(reader)
        if latest.get(followee) == position:
            self._change_copy(reader, followee, follows=change.kind == "follow")

    def rebuild_feed(self, reader: int) -> None:
        """Make the feed of a reader who has come back, from the shards' streams, merged as far as a feed is long."""
        if reader in self.active:
            return
        store = self._store
        windows = store.windows(reader, "rebuild")
        followees, self._listed[reader] = windows[store.places[reader]].followees()
        for followee in self.following[reader] ^ set(followees):
            self._change_copy(reader, followee, follows=followee in followees)
        homes: dict[int, list[int]] = {}
        for followee in followees:
            homes.setdefault(store.places[followee], []).append(followee)
        streams = [
            self._count_entries(windows[home].stream(authors), "rows of rebuilds") for home, authors in homes.items()
        ]
        merged = self._parts.merge_newest(streams)
        pushed = (tweet_id for tweet_id, author in merged if self.rules.is_pushed(reader, author, tweet_id))
        found = list(islice(pushed, self.length + 1))
        self._floors[reader] = found[self.length - 1] if len(found) > self.length else 0
        self.feeds[reader] = found[: self.length]
        self.active.add(reader)
        self._counters.add(rebuilds=1, backfilled=len(self.feeds[reader]))

    def forget_tweets(self, deleted: set[int]) -> None:
        """Take out tweets that no shard has any more."""
        for feed in self.feeds.values():
            feed[:] = [tweet_id for tweet_id in feed if tweet_id not in deleted]

    def cool_feeds(self, readers: Iterable[int]) -> None:
        """Keep the feeds of these readers no longer."""
        for reader in readers:
            self.active.discard(reader)
            self.feeds.pop(reader, None)

    # Reading

    def floor_of(self, reader: int) -> int:
        """From which ID on a reader's feed is complete; past every ID where it is cold."""
        return self._floors.get(reader, 0) if reader in self.active else MAX_ID

    def pushed_entries(self, reader: int, top: int) -> Iterator[Entry]:
        """What was pushed to a reader, newest first, from the floor to below `top`."""
        floor, deleted = self.floor_of(reader), self._store.deleted
        shown = [tweet_id for tweet_id in self.feeds.get(reader, []) if floor <= tweet_id < top]
        entries = ((tweet_id, self._store.authors[tweet_id]) for tweet_id in shown if tweet_id not in deleted)
        return self._count_entries(entries, "rows of pages")

    def timelines(self, reader: int, top: int) -> dict[int, Iterator[Entry]]:
        """All tweets of each followee who is or was pulled, newest first, from the floor to below `top`."""
        pulled = self.rules.ever_pulled(reader, sorted(self.following[reader]))
        return {author: self._pulled_entries(reader, author, top) for author in pulled}

    # Below these

    def _newest_of(self, reader: int) -> Callable[[int, int], list[Entry]]:
        """How a backfill reads an author's newest tweets of those that are pushed; of no use where the feed is cold."""

        def newest_of(author: int, limit: int) -> list[Entry]:
            if reader not in self.active:
                return []
            stream = self._store.windows(reader, "backfill")[self._store.places[author]].stream([author], chunk=limit)
            pushed = (entry for entry in stream if self.rules.is_pushed(reader, author, entry[0]))
            found = list(islice(pushed, limit))
            self._counters.add(backfilled=len(found))
            return found

        return newest_of

    def _change_copy(self, follower: int, followee: int, *, follows: bool) -> None:
        for kept, key, other in ((self.following, follower, followee), (self.followers, followee, follower)):
            kept[key].add(other) if follows else kept[key].discard(other)

    def _raise_floor(self, reader: int) -> None:
        """A full feed may have lost what is older than its last tweet."""
        feed = self.feeds.get(reader, [])
        if reader in self.active and len(feed) >= self.length:
            self._floors[reader] = max(self._floors.get(reader, 0), feed[-1])

    def _pulled_entries(self, reader: int, author: int, top: int) -> Iterator[Entry]:
        self._counters.add(pulls=1)
        window, floor = self._store.windows(reader, "pull")[self._store.places[author]], self.floor_of(reader)
        yield from takewhile(
            lambda entry: entry[0] >= floor, self._count_entries(window.stream([author], top), "rows of pages")
        )

    def _count_entries(self, entries: Iterator[Entry], purpose: str) -> Iterator[Entry]:
        """Entries, each counted as merged, and for its purpose, when it is taken."""
        for entry in entries:
            self._counters.add(merged=1)
            self._store.tally[purpose] += 1
            yield entry
