"""Tops: the newest pulled tweets of each celebrity, and which celebrities each user follows, ready for a warm page.

They hold where every rule is a plain push or pull; a rule that looks at the reader takes the plain way.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Ids, Users
from twitterlab.parts.entries import Entries
from twitterlab.parts.follow_copy import FollowCopy
from twitterlab.parts.rules import Rules
from twitterlab.work import Counters

WIDTH = 32  # tweets of each top: pages of fewer than that are served from it
STALE = np.uint64(2**64 - 1)
SILENT: list[int] = []  # the top of a celebrity who has not posted yet
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
        self._latest: Entries = np.zeros(0, np.uint64)
        self._lists: list[list[int] | None] = []
        self._heard, self._all_heard = np.zeros(0, np.bool_), True  # who has posted as a celebrity, and whether all
        self._rows: Entries = np.zeros((0, WIDTH), np.uint64)
        self._starts: Ids = np.zeros(0, np.int64)
        self._followed: Users = np.zeros(0, np.int32)
        self._changed: dict[int, list[int]] = {}

    # What changes them

    def refresh(self) -> bool:
        """Take in authors whose rule has changed; says whether tops can be used at all."""
        if self._seen != len(self._rules.changes):
            with self._lock:
                changed = self._rules.changes[max(self._seen, 0) :]
                self._seen = max(self._seen, 0) + len(changed)
                if not self._authors or min(self._number[changed]) < 0:
                    self._begin()
                for author in changed:
                    self.forget(author)
                self._all_heard = bool(self._heard.all())
        return self._rules.plain

    def _begin(self) -> None:
        """Give a number to each new celebrity, and to those foreseen, and find the followers of all of them."""
        chosen = self._rules.pulled.copy()
        chosen[self._rules.foreseen] = True
        new = np.flatnonzero(chosen & (self._number < 0)).tolist()
        number = self._number.copy()
        number[new] = np.arange(len(self._authors), len(self._authors) + len(new))
        self._authors += new
        self._lists += [SILENT] * len(new)
        self._latest = np.concatenate([self._latest, np.zeros(len(new), np.uint64)])
        self._heard = np.concatenate([self._heard, np.zeros(len(new), np.bool_)])
        self._rows = np.concatenate([self._rows, np.zeros((len(new), WIDTH), np.uint64)])
        self._starts, self._followed = self._copy.numbered(number)
        self._number = number
        for user in self._copy.changed():
            self.follow_changed(user)

    def follow_changed(self, user: int) -> None:
        """A user follows or unfollowed somebody."""
        numbers = self._number[self._copy.followees(user)]
        self._changed[user] = numbers[numbers >= 0].tolist()

    def deliver(self, author: int, entry: int, *, pulled: bool) -> None:
        """A tweet has come to an author's timeline; `pulled` says whether the rule at its ID is pull."""
        with self._lock:
            number = int(self._number[author])
            held = self._lists[number] if number >= 0 else None
            if not held or (pulled and entry <= held[-1]):
                self.forget(author)
            elif pulled:
                self._set(number, [*held, entry][-WIDTH:])

    def forget(self, author: int) -> None:
        """An author's timeline has changed: ask for it again when it is needed."""
        with self._lock:
            if (number := int(self._number[author])) >= 0:
                heard = bool(self._rules.pulled[author])
                self._lists[number], self._latest[number] = (None, STALE) if heard else (SILENT, 0)
                self._heard[number] = heard
                self._rows[number] = 0  # tells a load that is under way that it comes too late

    def _set(self, number: int, entries: list[int]) -> None:
        self._rows[number] = 0
        self._rows[number, WIDTH - len(entries) :] = entries
        self._latest[number] = entries[-1] if entries else 0
        self._lists[number] = entries

    def _load(self, number: int) -> list[int]:
        """Ask for a top; it is kept unless a tweet came or went meanwhile."""
        with self._lock:
            self._rows[number] = 1
        found: list[int] = self._newest(self._authors[number], WIDTH).tolist()
        with self._lock:
            if self._rows[number, 0] == 1:
                self._set(number, found)
        return found

    # One reader

    def followed(self, user: int) -> list[int]:
        """The numbers of the celebrities whom a user follows."""
        if (changed := self._changed.get(user)) is not None:
            return changed
        first, last = self._starts[user : user + 2].tolist()
        found: list[int] = self._followed[first:last].tolist()
        return found

    def pulls(self, celebrities: list[int]) -> int:
        """How many of them have posted, and so are pulled."""
        return len(celebrities) if self._all_heard else int(np.count_nonzero(self._heard[celebrities]))

    def newer(self, celebrities: list[int], cut: int) -> list[int]:
        """The entries of these celebrities' tops that are newer than `cut`."""
        lists, found = self._lists, []
        for number in celebrities:
            top = lists[number]
            if top is None:
                top = self._load(number)
            if top and top[-1] > cut:
                found += top[bisect_right(top, cut) :]
        return found

    # Many readers

    def merge(self, readers: Users, entries: Entries) -> Entries:
        """Rows of ascending entries, a reader each, with the tops merged in, as wide as before.

        `entries` is (readers, n) with n at most WIDTH, padded with zeros at the front.
        """
        owner, celebrities = self._pairs(readers)
        self._counters.add(pulls=int(np.count_nonzero(self._heard[celebrities])))
        for number in np.unique(celebrities[self._latest[celebrities] == STALE]).tolist():
            self._load(number)
        width = entries.shape[1]
        with self._lock:
            late = self._latest[celebrities] > entries[owner, 0]
            owner, candidates = owner[late], self._rows[celebrities[late], WIDTH - width :]
        newer = candidates > entries[owner, 0][:, None]
        owner, candidates = np.repeat(owner, newer.sum(axis=1)), candidates[newer]
        counts = np.bincount(owner, minlength=len(readers))
        merged = entries.copy()
        for few in (True, False):
            mine = (counts > 0) & ((counts <= WIDE) == few)
            if mine.any():
                merged[mine] = _merge(entries[mine], mine, owner, candidates, counts)
        self._counters.add(merged=int(np.count_nonzero(entries)) + len(candidates))
        return merged

    def _pairs(self, readers: Users) -> tuple[Ids, Users]:
        """All pairs of a reader, by place, and a celebrity whom they follow, by number; by reader."""
        first = self._starts[readers]
        counts = self._starts[readers + 1] - first
        owner = np.repeat(np.arange(len(readers)), counts)
        offset = np.repeat(first - np.cumsum(counts) + counts, counts)
        celebrities = self._followed[offset + np.arange(len(owner))]
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
