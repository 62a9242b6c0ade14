"""Tops: the newest pulled tweets of each celebrity, and which celebrities each user follows, ready for a warm page.

They hold where every rule is a plain push or pull; a rule that looks at the reader takes the plain way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Ids, Users
from twitterlab.parts.feeds.entries import Entries
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.rules import Rules
from twitterlab.work import Counters

WIDTH = 24  # tweets of each top: pages of fewer than that are served from it
NARROW = 6  # tweets of each top that are looked at first
WIDE = 64  # candidates of one reader up to which readers are merged together

Newest = Callable[[int, int], Entries]


class Tops:
    """`newest(author, n)` gives an author's newest pulled entries, ascending; a top is asked for when it is needed."""

    def __init__(self, copy: FollowCopy, rules: Rules, newest: Newest, counters: Counters) -> None:
        self._copy, self._rules, self._newest, self._counters = copy, rules, newest, counters
        self._lock = threading.RLock()
        self._seen = -1  # how many changes of rules are taken in
        self._number = np.full(len(rules.pulled), -1, np.int32)  # of each celebrity, by user
        self._authors: list[int] = []
        self._stale: set[int] = set()  # whose top is to be asked for
        self._changes: list[int] = []  # how often each top has changed
        self._rows: Entries = np.zeros((0, WIDTH), np.uint64)
        self._narrow: Entries = np.zeros((0, NARROW), np.uint64)  # their newest, side by side
        self._rows_followed: tuple[Ids, Users] = np.zeros(len(rules.pulled) + 1, np.int64), np.zeros(0, np.int32)
        self._changed: dict[int, Users] = {}

    # What changes them

    def refresh(self) -> bool:
        """Take in authors whose rule has changed; says whether tops can be used at all."""
        if self._seen != len(self._rules.changes):
            with self._lock:
                known = max(self._seen, 0)
                changed = self._rules.changes[known:]
                if not self._authors or (changed and min(self._number[changed]) < 0):
                    self._begin()
                for author in changed:
                    self.forget(author)
                self._seen = known + len(changed)  # last: who sees it looks no further
        return self._rules.plain

    def _begin(self) -> None:
        """Give a number to each new celebrity, and to those foreseen, and find the followers of all of them."""
        chosen = self._rules.pulled.copy()
        chosen[self._rules.foreseen] = True
        new = np.flatnonzero(chosen & (self._number < 0)).tolist()
        number = self._number.copy()
        number[new] = np.arange(len(self._authors), len(self._authors) + len(new))
        self._authors += new
        self._changes += [0] * len(new)
        self._rows = np.concatenate([self._rows, np.zeros((len(new), WIDTH), np.uint64)])
        self._narrow = np.ascontiguousarray(self._rows[:, -NARROW:])
        self._number = number
        self._rows_followed = self._copy.numbered(number)  # in one step, and when all else is there
        for user in self._copy.changed():
            self.follow_changed(user)

    def follow_changed(self, user: int) -> None:
        """A user follows or unfollowed somebody."""
        numbers = self._number[self._copy.followees(user)]
        self._changed[user] = numbers[numbers >= 0]

    def deliver(self, author: int, entry: int, *, pulled: bool) -> None:
        """A tweet has come to an author's timeline; `pulled` says whether the rule at its ID is pull."""
        with self._lock:
            number = int(self._number[author])
            newest = int(self._rows[number, -1]) if number >= 0 else 0
            if number in self._stale or not newest or (pulled and entry <= newest):
                self.forget(author)
            elif pulled:
                self._set(number, [*self._rows[number, 1:].tolist(), entry])

    def forget(self, author: int) -> None:
        """An author's timeline has changed: ask for it again when it is needed; until then the old top stands."""
        with self._lock:
            if (number := int(self._number[author])) >= 0 and self._rules.pulled[author]:
                self._stale.add(number)
                self._changes[number] += 1

    def _set(self, number: int, entries: list[int]) -> None:
        """Write a top in one go, so that no reader sees half of it."""
        self._rows[number] = [0] * (WIDTH - len(entries)) + entries
        self._narrow[number] = self._rows[number, -NARROW:]
        self._changes[number] += 1
        self._stale.discard(number)

    def _load(self, number: int) -> None:
        """Ask for a top, again if a tweet came or went meanwhile."""
        while number in self._stale:
            before = self._changes[number]
            found: list[int] = self._newest(self._authors[number], WIDTH).tolist()
            with self._lock:
                if self._changes[number] == before:
                    self._set(number, found)

    # One reader

    def followed(self, user: int) -> Users:
        """The numbers of the celebrities whom a user follows."""
        if self._changed and (changed := self._changed.get(user)) is not None:
            return changed
        starts, followed = self._rows_followed
        return followed[starts.item(user) : starts.item(user + 1)]

    def of(self, celebrities: Users) -> Entries:
        """The tops of these celebrities, a row of WIDTH ascending entries each, zeros first."""
        if self._stale:
            for number in self._stale.intersection(celebrities.tolist()):
                self._load(number)
        return self._rows.take(celebrities, axis=0)

    def newest_of(self, celebrities: Users) -> Entries:
        """The last NARROW columns of their tops, which are nearly always enough."""
        if self._stale:
            self.of(celebrities)
        return self._narrow.take(celebrities, axis=0)

    # Many readers

    def merge(self, readers: Users, entries: Entries) -> Entries:
        """Rows of ascending entries, a reader each, with the tops merged in, as wide as before.

        `entries` is (readers, n) with n at most WIDTH, padded with zeros at the front.
        """
        owner, celebrities = self._pairs(readers)
        for number in self._stale.intersection(celebrities.tolist() if self._stale else ()):
            self._load(number)
        pulls, own = np.count_nonzero(self._rows[celebrities, -1]), np.count_nonzero(entries)
        self._counters.add(pulls=int(pulls), merged=int(own))
        merged, width = entries, entries.shape[1]
        for first, last in ((WIDTH - NARROW, WIDTH), (max(WIDTH - width, 0), WIDTH - NARROW)):  # few reach further back
            late = self._rows[celebrities, last - 1] > merged[owner, 0]
            owner, celebrities = owner[late], celebrities[late]
            if len(owner) and first < last:
                merged = self._merged(merged, owner, self._rows[celebrities, first:last])
        return merged

    def _merged(self, entries: Entries, owner: Ids, candidates: Entries) -> Entries:
        """Each row with those candidates that are newer than its first; `owner` says whose a row of candidates is."""
        newer = candidates > entries[owner, 0][:, None]
        owner, candidates = np.repeat(owner, newer.sum(axis=1)), candidates[newer]
        counts = np.bincount(owner, minlength=len(entries))
        merged = entries.copy()
        for few in (True, False):
            mine = (counts > 0) & ((counts <= WIDE) == few)
            if mine.any():
                merged[mine] = _merge(entries[mine], mine, owner, candidates, counts)
        self._counters.add(merged=len(candidates))
        return merged

    def _pairs(self, readers: Users) -> tuple[Ids, Users]:
        """All pairs of a reader, by place, and a celebrity whom they follow, by number; by reader."""
        starts, followed = self._rows_followed
        first = starts[readers]
        counts = starts[readers + 1] - first
        owner = np.repeat(np.arange(len(readers)), counts)
        offset = np.repeat(first - np.cumsum(counts) + counts, counts)
        celebrities = followed[offset + np.arange(len(owner))]
        if self._changed and (places := [i for i, r in enumerate(readers.tolist()) if r in self._changed]):
            kept = ~np.isin(owner, places)
            more = [(place, number) for place in places for number in self._changed[int(readers[place])]]
            extra = np.array(more, np.int64).reshape(-1, 2)
            owner = np.concatenate([owner[kept], extra[:, 0]])
            celebrities = np.concatenate([celebrities[kept], extra[:, 1].astype(np.int32)])
            order = np.argsort(owner, kind="stable")
            owner, celebrities = owner[order], celebrities[order]
        return owner, celebrities


def _merge(
    entries: Entries, mine: NDArray[np.bool_], owner: Ids, candidates: Entries, counts: NDArray[np.intp]
) -> Entries:
    """The newest of each row's entries and its candidates, as wide as the entries, ascending."""
    chosen = mine[owner]
    counts = counts[mine]
    place = np.cumsum(mine) - 1
    column = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    both = np.zeros((len(entries), int(counts.max()) + entries.shape[1]), np.uint64)
    both[place[owner[chosen]], column] = candidates[chosen]
    both[:, -entries.shape[1] :] = entries
    both.sort(axis=1)
    newest: Entries = both[:, -entries.shape[1] :]
    return newest
