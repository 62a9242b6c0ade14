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
from twitterlab.parts.feeds.rules import AuthorRules
from twitterlab.work import Counters

WIDTH = 24  # tweets of each top: pages of fewer than that are served from it
NARROW = 6  # tweets of each top that are looked at first
WIDE = 64  # candidates of one reader up to which readers are merged together

NewestPulled = Callable[[int, int], Entries]


class Tops:
    """`newest(author, n)` gives an author's newest pulled entries, ascending; a top is asked for when it is needed.

    `_lock` is held by whoever writes a top, its version, `_stale`, `_changed_followees`, or the numbering of
    celebrities. Readers take no lock: a top is written, and an array replaced, in one step.
    """

    def __init__(self, follow_copy: FollowCopy, rules: AuthorRules, newest: NewestPulled, counters: Counters) -> None:
        self._follow_copy, self._rules, self._newest_pulled, self._counters = follow_copy, rules, newest, counters
        self._lock = threading.RLock()
        self._changes_taken_in = -1  # how many changes of rules are taken in
        self._number_of = np.full(len(rules.pulled), -1, np.int32)  # each celebrity's number by user, -1 for the others
        self._authors: list[int] = []  # the celebrities by number, as all that follows
        self._stale: set[int] = set()  # whose top is to be asked for
        self._top_versions: list[int] = []  # how often each top has changed
        self._tops: Entries = np.zeros((0, WIDTH), np.uint64)
        self._narrow_tops: Entries = np.zeros((0, NARROW), np.uint64)  # their newest, side by side
        self._celebrities_followed: tuple[Ids, Users] = np.zeros(len(rules.pulled) + 1, np.int64), np.zeros(0, np.int32)
        self._changed_followees: dict[int, Users] = {}  # of users whose follows changed: whom they follow now

    # What changes them

    def take_in_rules(self) -> bool:
        """Take in authors whose rule has changed; says whether tops can be used at all."""
        if self._changes_taken_in != len(self._rules.changed_authors):
            with self._lock:
                known = max(self._changes_taken_in, 0)
                changed = self._rules.changed_authors[known:]
                if not self._authors or (changed and min(self._number_of[changed]) < 0):
                    self._number_celebrities()
                for author in changed:
                    self.timeline_changed(author)
                self._changes_taken_in = known + len(changed)  # last: who sees it looks no further
        return self._rules.only_push_and_pull

    def _number_celebrities(self) -> None:
        """Give a number to each new celebrity, and to those foreseen, and find the followers of all of them.

        Called under `_lock`.
        """
        chosen = self._rules.pulled.copy()
        chosen[self._rules.foreseen_authors] = True
        new = np.flatnonzero(chosen & (self._number_of < 0)).tolist()
        number = self._number_of.copy()
        number[new] = np.arange(len(self._authors), len(self._authors) + len(new))
        self._authors += new
        self._top_versions += [0] * len(new)
        self._tops = np.concatenate([self._tops, np.zeros((len(new), WIDTH), np.uint64)])
        self._narrow_tops = np.ascontiguousarray(self._tops[:, -NARROW:])
        self._number_of = number
        # In one step, and when all else is there: readers begin here.
        self._celebrities_followed = self._follow_copy.followees_with_numbers(number)
        for user in self._follow_copy.users_with_changed_followees():
            self.follow_changed(user)

    def follow_changed(self, user: int) -> None:
        """A user follows or unfollowed somebody.

        Called by the worker that holds the lock of the user's outbox, and under `_lock` for all users when celebrities
        are numbered. What it looks up outside of `_lock` is stored only if the numbers are still the same ones.
        """
        while True:
            number_of = self._number_of
            numbers = number_of[self._follow_copy.followees(user)]
            with self._lock:
                if self._number_of is number_of:
                    self._changed_followees[user] = numbers[numbers >= 0]
                    return

    def tweet_delivered(self, author: int, entry: int, *, pulled: bool) -> None:
        """A tweet has come to an author's timeline; `pulled` says whether the rule at its ID is pull.

        Called under the author's stripe of `FanOut`, as `timeline_changed` is.
        """
        with self._lock:
            number = int(self._number_of[author])
            newest = int(self._tops[number, -1]) if number >= 0 else 0
            if number in self._stale or not newest or (pulled and entry <= newest):
                self.timeline_changed(author)
            elif pulled:
                self._set_top(number, [*self._tops[number, 1:].tolist(), entry])

    def timeline_changed(self, author: int) -> None:
        """An author's timeline has changed: ask for it again when it is needed; until then the old top stands."""
        with self._lock:
            if (number := int(self._number_of[author])) >= 0 and self._rules.pulled[author]:
                self._stale.add(number)
                self._top_versions[number] += 1

    def _set_top(self, number: int, entries: list[int]) -> None:
        """Write a top in one go, so that no reader sees half of it; called under `_lock`."""
        self._tops[number] = [0] * (WIDTH - len(entries)) + entries
        self._narrow_tops[number] = self._tops[number, -NARROW:]
        self._top_versions[number] += 1
        self._stale.discard(number)

    def _load_top(self, number: int) -> None:
        """Ask for a top, again if a tweet came or went meanwhile."""
        while number in self._stale:
            before = self._top_versions[number]
            found: list[int] = self._newest_pulled(self._authors[number], WIDTH).tolist()
            with self._lock:
                if self._top_versions[number] == before:
                    self._set_top(number, found)

    # One reader

    def celebrities_of(self, user: int) -> Users:
        """The numbers of the celebrities whom a user follows."""
        if self._changed_followees and (changed := self._changed_followees.get(user)) is not None:
            return changed
        starts, followed = self._celebrities_followed
        return followed[starts.item(user) : starts.item(user + 1)]

    def tops_of(self, celebrities: Users) -> Entries:
        """The tops of these celebrities, a row of WIDTH ascending entries each, zeros first."""
        if self._stale:
            for number in self._stale.intersection(celebrities.tolist()):
                self._load_top(number)
        return self._tops.take(celebrities, axis=0)

    def narrow_tops_of(self, celebrities: Users) -> Entries:
        """The last NARROW columns of their tops, which are nearly always enough."""
        if self._stale:
            self.tops_of(celebrities)
        return self._narrow_tops.take(celebrities, axis=0)

    # Many readers

    def merge_tops(self, readers: Users, entries: Entries) -> Entries:
        """Rows of ascending entries, a reader each, with the tops merged in, as wide as before.

        `entries` is (readers, n) with n at most WIDTH, padded with zeros at the front.
        """
        owner, celebrities = self._pairs_of_readers(readers)
        for number in self._stale.intersection(celebrities.tolist() if self._stale else ()):
            self._load_top(number)
        pulls, own = np.count_nonzero(self._tops[celebrities, -1]), np.count_nonzero(entries)
        self._counters.add(pulls=int(pulls), merged=int(own))
        merged, width = entries, entries.shape[1]
        for first, last in ((WIDTH - NARROW, WIDTH), (max(WIDTH - width, 0), WIDTH - NARROW)):  # few reach further back
            late = self._tops[celebrities, last - 1] > merged[owner, 0]
            owner, celebrities = owner[late], celebrities[late]
            if len(owner) and first < last:
                merged = self._merge_candidates(merged, owner, self._tops[celebrities, first:last])
        return merged

    def _merge_candidates(self, entries: Entries, owner: Ids, candidates: Entries) -> Entries:
        """Each row with those candidates that are newer than its first; `owner` says whose a row of candidates is."""
        newer = candidates > entries[owner, 0][:, None]
        owner, candidates = np.repeat(owner, newer.sum(axis=1)), candidates[newer]
        counts = np.bincount(owner, minlength=len(entries))
        merged = entries.copy()
        for few in (True, False):
            mine = (counts > 0) & ((counts <= WIDE) == few)
            if mine.any():
                merged[mine] = _newest_of_each_row(entries[mine], mine, owner, candidates, counts)
        self._counters.add(merged=len(candidates))
        return merged

    def _pairs_of_readers(self, readers: Users) -> tuple[Ids, Users]:
        """All pairs of a reader, by place, and a celebrity whom they follow, by number; by reader."""
        starts, followed = self._celebrities_followed
        first = starts[readers]
        counts = starts[readers + 1] - first
        owner = np.repeat(np.arange(len(readers)), counts)
        offset = np.repeat(first - np.cumsum(counts) + counts, counts)
        celebrities = followed[offset + np.arange(len(owner))]
        if self._changed_followees and (
            places := [i for i, r in enumerate(readers.tolist()) if r in self._changed_followees]
        ):
            kept = ~np.isin(owner, places)
            more = [(place, number) for place in places for number in self._changed_followees[int(readers[place])]]
            extra = np.array(more, np.int64).reshape(-1, 2)
            owner = np.concatenate([owner[kept], extra[:, 0]])
            celebrities = np.concatenate([celebrities[kept], extra[:, 1].astype(np.int32)])
            order = np.argsort(owner, kind="stable")
            owner, celebrities = owner[order], celebrities[order]
        return owner, celebrities


def _newest_of_each_row(
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
