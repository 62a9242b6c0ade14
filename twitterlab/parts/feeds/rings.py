"""Rings: the arrays behind the feeds of one shard, a row for each materialised user, and how a page is taken from them.

A row is a ring of `length` entries, 0 where there is none yet; the newest stands before the head.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Users
from twitterlab.parts.feeds.entries import UNREAD, Entries
from twitterlab.work import Counters

Slots = NDArray[np.int32]

UNTOUCHED, COLD = -1, -2  # no slot: nothing was missed yet; something was missed, so rebuild before reading
READ_MASK = np.uint64(2**64 - 2)  # all bits but the one that says unread


class Rings:
    """A user has a slot (a row of each array) while materialised; `lock` guards all of them.

    `fresh` says that no tweet existed before, so that a user without a slot has missed nothing and may be given one
    by the first delivery.
    """

    def __init__(self, users: int, length: int, counters: Counters, *, fresh: bool) -> None:
        self.lock = threading.RLock()
        self.length = length
        self.slot_of = np.full(users, UNTOUCHED if fresh else COLD, np.int32)
        # numpy asks for zeroed pages, which take no memory until a slot is used; slots are handed out in order
        self._ring = np.zeros((users, length), np.uint64)
        self._head = np.zeros(users, np.int32)  # where the next entry goes
        self._floor = np.zeros(users, np.uint64)  # squeezed, as the IDs in entries are
        self._bar = np.zeros(users, np.uint64)  # an entry above it is newer than all that is there, and not too old
        self._warm = np.zeros(users, np.bool_)
        self._version = np.zeros(users, np.int64)  # new with each slot taken and each follow; never used twice
        self._first_place = np.zeros(users, np.int32)  # scratch of `deliver`
        self._versions = 0
        self._free: list[int] = []
        self._used = 0
        self._counters = counters

    # Pages that lie ready

    def take_top(
        self, user: int, n: int, others: Entries | None, more: Callable[[], Entries]
    ) -> tuple[Entries, int] | None:
        """The newest `n` entries of a feed and of others, ascending, and how many were merged, empty ones included; all
        but the one that was only looked ahead to are marked as shown.

        Others are rows of ascending entries, zeros first; `more` gives the same rows, but longer, and is asked where
        these do not reach as far back as the page.

        None where the feed is cold, or ends before `n` while older tweets lie in the shards.
        """
        slot = self.slot_of.item(user)
        if slot == UNTOUCHED:
            slot = self._take_slot(user, warm=True)
        if slot < 0 or not self._warm.item(slot) or n > self.length:
            return None
        head, row = self._head.item(slot), self._ring[slot]
        own = row[head - n : head] if head >= n else np.concatenate((row[head - n :], row[:head]))
        if not own.item(0) and self._floor.item(slot):
            return None
        shown, entries, merged = n - 1, own, n
        if others is not None:
            entries = newest_entries(own, others)
            merged += others.size
            if np.maximum.reduce(others[:, 0]) > entries[0]:
                others = more()
                entries = newest_entries(own, others)
                merged += others.size
            shown = n - int(own.searchsorted(entries[1]))
        if shown:
            for part in (row[head - shown : head],) if head >= shown else (row[head - shown :], row[:head]):
                np.bitwise_and(part, READ_MASK, part)
        return entries if entries.item(0) else entries[entries > 0], merged

    def take_tops(self, users: Users, n: int, merge: Callable[[Entries], Entries]) -> tuple[Entries, NDArray[np.bool_]]:
        """For each user what `top` gives, as a row padded with zeros at the front, and whether it is right.

        `merge` gives rows with what comes from elsewhere merged in.
        """
        slots = self._slots_for(users)
        ready = (slots >= 0) & self._warm[slots]
        if n > self.length:
            return np.zeros((len(users), n), np.uint64), np.zeros(len(users), np.bool_)
        places = (self._head[slots][:, None] + np.arange(-n, 0, dtype=np.int32)) % np.int32(self.length)
        places += (slots.astype(np.int64) * self.length)[:, None]
        flat = self._ring.reshape(-1)
        own = flat[places]
        ready &= (own[:, 0] > 0) | (self._floor[slots] == 0)
        merged = merge(own)
        shown = own & UNREAD > 0
        shown &= own >= merged[:, 1:2]
        shown[~ready] = False
        flat[places[shown]] = own[shown] & READ_MASK
        return merged, ready

    @property
    def materialised(self) -> int:
        """How many users have a feed here."""
        return self._used - len(self._free)

    @property
    def bytes_a_user(self) -> int:
        """Bytes that one materialised feed takes, its user's entry in the map included."""
        arrays = (self._ring, self._head, self._floor, self._bar, self._first_place, self._warm, self._version)
        return sum(array[:1].nbytes for array in arrays) + self.slot_of.itemsize

    def _take_slot(self, user: int, *, warm: bool) -> int:
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._used = self._used, self._used + 1
        self.slot_of[user], self._warm[slot] = slot, warm
        self._renew_version(slot)
        return slot

    def _slots_for(self, users: Users) -> Slots:
        """The slots of these users, COLD where there is none; a user who missed nothing yet gets one."""
        slots = self.slot_of[users]
        untouched = slots == UNTOUCHED
        if untouched.any():
            for user in np.unique(users[untouched]).tolist():
                self._take_slot(user, warm=True)
            slots = self.slot_of[users]
        return slots

    def _renew_version(self, slot: int) -> None:
        """Make every rebuild of this slot that is under way begin again."""
        self._versions += 1
        self._version[slot] = self._versions


def newest_entries(own: Entries, others: Entries) -> Entries:
    """The newest of both, ascending, as many as there are of one's own."""
    both = np.concatenate((own, others.reshape(-1)))
    both.sort()
    return both[-len(own) :]
