"""Feeds: for each materialised user a ring of the newest tweets' entries, in numpy arrays, sharded by user ID.

The invariant: a warm feed holds every tweet that the rule delivers, of the reader's followees, with an ID of at least
its `floor`. Eviction raises the floor; a delivery below it is dropped; below it a page goes on from the shards.
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Ids, Users
from twitterlab.parts.feeds.entries import (
    ID_SHIFT,
    UNREAD,
    Entries,
    Entry,
    ShortId,
    ShortIds,
    id_of_short,
    ids_in,
    short_of_id,
    shorts_in,
)
from twitterlab.work import Counters

Slots = NDArray[np.int32]

UNTOUCHED, COLD = -1, -2  # no slot: nothing was missed yet; something was missed, so rebuild before reading
NEXT_SHORT = np.uint64(1)
BELOW_THE_ID = np.uint64((1 << int(ID_SHIFT)) - 1)  # an entry's bits for the shard and for unread


class FeedShard:
    """The feeds of one shard's users, who have a slot (a row of each array) while they are materialised.

    A row of `ring` holds `length` entries, 0 where there is none yet; the newest stands before the `head`. `lock`
    guards every array, and each method is called under it (`FeedCache` takes it), so that no page is torn. `fresh` says
    that no tweet existed before, so that a user without a slot has missed nothing and may be given one by the first
    delivery.
    """

    def __init__(self, users: int, length: int, counters: Counters, *, fresh: bool) -> None:
        self.lock = threading.RLock()
        self.length = length
        self.slot_of = np.full(users, UNTOUCHED if fresh else COLD, np.int32)
        # numpy asks for zeroed pages, which take no memory until a slot is used; slots are handed out in order
        self.ring: Entries = np.zeros((users, length), np.uint64)
        self.head = np.zeros(users, np.int32)  # where the next entry goes
        self.floor: ShortIds = np.zeros(users, np.uint64)
        self.warm = np.zeros(users, np.bool_)
        self._bar: Entries = np.zeros(users, np.uint64)  # what is above it is newer than all there is, and not too old
        self._version = np.zeros(users, np.int64)  # new with each slot taken and each follow; never used twice
        self._first_place = np.zeros(users, np.int32)  # scratch of `deliver`
        self._versions = 0
        self._free: list[int] = []
        self._used = 0
        self._counters = counters

    # Slots

    @property
    def materialised(self) -> int:
        """How many users have a feed here."""
        return self._used - len(self._free)

    @property
    def bytes_a_user(self) -> int:
        """Bytes that one materialised feed takes, its user's entry in the map included."""
        arrays = (self.ring, self.head, self.floor, self._bar, self._first_place, self.warm, self._version)
        return sum(array[:1].nbytes for array in arrays) + self.slot_of.itemsize

    def slot_to_read(self, user: int) -> int:
        """The slot of a feed that can be read, COLD where it must be rebuilt first."""
        slot = self.slot_of.item(user)
        if slot == UNTOUCHED:
            return self._take_slot(user, warm=True)
        return slot if slot >= 0 and self.warm.item(slot) else COLD

    def slots_for(self, users: Users) -> Slots:
        """The slots of these users, COLD where there is none; a user who missed nothing yet gets one."""
        slots = self.slot_of[users]
        untouched = slots == UNTOUCHED
        if untouched.any():
            for user in np.unique(users[untouched]).tolist():
                self._take_slot(user, warm=True)
            slots = self.slot_of[users]
        return slots

    def _take_slot(self, user: int, *, warm: bool) -> int:
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._used = self._used, self._used + 1
        self.slot_of[user], self.warm[slot] = slot, warm
        self._renew_version(slot)
        return slot

    def _renew_version(self, slot: int) -> None:
        """Make every rebuild of this slot that is under way begin again."""
        self._versions += 1
        self._version[slot] = self._versions

    # Tweets into many feeds

    def deliver(self, users: Users, entries: Entries | Entry) -> int:
        """Put tweets into feeds, `entries[i]` into that of `users[i]`, each at most once; returns how many went in.

        One entry goes to all the users, who are then distinct; else a user may come again, the older tweet first.
        """
        if isinstance(entries, np.uint64):
            return self._deliver_to_distinct(users, np.full(len(users), entries | UNREAD))
        delivered, its = 0, np.asarray(entries | UNREAD)
        while len(users):
            number = np.arange(len(users), dtype=np.int32)
            self._first_place[users[::-1]] = number[::-1]  # who comes more than once keeps the first of the numbers
            first = self._first_place[users] == number
            if first.all():
                return delivered + self._deliver_to_distinct(users, its)
            delivered += self._deliver_to_distinct(users[first], its[first])
            users, its = users[~first], its[~first]
        return delivered

    def _deliver_to_distinct(self, users: Users, entries: Entries) -> int:
        """Deliver to distinct users, but for the cold."""
        slots = self.slots_for(users)
        if (cold := slots < 0).any():
            slots, entries = slots[~cold], entries[~cold]
        newer = (self._bar[slots] | BELOW_THE_ID) < entries
        if newer.all():
            self._append_newer(slots, entries)
            return len(slots)
        self._append_newer(slots[newer], entries[newer])
        return int(np.count_nonzero(newer)) + self._interleave_late(slots[~newer], entries[~newer])

    def _append_newer(self, slots: Slots, entries: Entries) -> None:
        """Deliver what is newer than all that is there: find the place, write, move on; raise the floor where full."""
        place = self.head[slots]
        at = slots * np.int64(self.length) + place
        ring = self.ring.reshape(-1)
        old = ring[at]
        ring[at] = entries
        place += 1
        place[place == self.length] = 0
        self.head[slots] = place
        self._bar[slots] = entries
        full = old > 0
        if full.any():
            self.floor[slots[full]] = shorts_in(old[full]) + NEXT_SHORT
            self._counters.add(wasted=int(np.count_nonzero(old & UNREAD)))

    def _interleave_late(self, slots: Slots, entries: Entries) -> int:
        """Deliver tweets that come late, behind newer ones, to where they belong; returns how many were kept.

        What lies below a floor, or is there, is dropped.
        """
        above = shorts_in(entries) >= self.floor[slots]
        slots, entries = slots[above], entries[above]
        known = (shorts_in(self.ring[slots]) == shorts_in(entries)[:, None]).any(axis=1)
        slots, entries = slots[~known], entries[~known]
        rows = np.sort(np.column_stack([self.ring[slots], entries]), axis=1)
        self.ring[slots], self.head[slots] = rows[:, 1:], 0
        self._bar[slots] = np.maximum(self._bar[slots], rows[:, -1])
        oldest = rows[:, 0]
        full = oldest > 0
        self.floor[slots[full]] = np.maximum(self.floor[slots[full]], shorts_in(oldest[full]) + NEXT_SHORT)
        kept = oldest != entries
        self._counters.add(wasted=int((oldest[kept] & UNREAD).sum()))
        return int(kept.sum())

    def remove_tweet(self, users: Users, tweet_id: int) -> None:
        """Take one tweet out of the feeds of these users."""
        wanted = np.uint64(short_of_id(tweet_id))
        slots = self.slot_of[users]
        slots = slots[slots >= 0]
        for slot in slots[(shorts_in(self.ring[slots]) == wanted).any(axis=1)].tolist():
            row = self._entries_in(slot)
            self._store_row(slot, row[shorts_in(row) != wanted])

    # One feed

    def read_entries(self, user: int, before: int | None, limit: int) -> tuple[Entries, int] | None:
        """The newest `limit` entries below `before`, and the floor; None where the feed must be rebuilt first."""
        slot = self.slot_to_read(user)
        if slot == COLD:
            return None
        places = (self.head[slot] - 1 - np.arange(self.length)) % self.length
        row = self.ring[slot, places]
        wanted = row > 0 if before is None else (row > 0) & (ids_in(row) < before)
        return row[wanted][:limit], id_of_short(ShortId(int(self.floor[slot])))

    def mark_shown(self, user: int, entries: Entries) -> None:
        """A page showed these entries of a feed: they are unread no longer."""
        slot = int(self.slot_of[user])
        if slot >= 0:
            self.ring[slot, np.isin(shorts_in(self.ring[slot]), shorts_in(entries))] &= ~UNREAD

    def begin_rebuild(self, user: int) -> int:
        """Begin a rebuild: from now on deliveries are taken; returns the feed's version."""
        slot = int(self.slot_of[user])
        if slot < 0:
            slot = self._take_slot(user, warm=False)
        return int(self._version[slot])

    def end_rebuild(self, user: int, entries: Entries, floor: int, version: int) -> bool:
        """End a rebuild with what the shards had from `floor` on, unless a follow has changed the feed meanwhile."""
        slot = int(self.slot_of[user])
        if slot < 0 or self._version[slot] != version:
            return False
        self._insert_entries(slot, entries)
        self._raise_floor(slot, floor)
        self.warm[slot] = True
        return True

    def backfill_feed(self, user: int, entries: Entries, floor: int) -> int:
        """Add a new followee's tweets, which are all that there are from `floor` on; returns how many."""
        slot = int(self.slot_of[user])
        if slot == UNTOUCHED:
            slot = self._take_slot(user, warm=True)
        if slot == COLD:
            return 0
        self._renew_version(slot)
        added = self._insert_entries(slot, entries)
        self._raise_floor(slot, floor)
        return added

    def purge_feed(self, user: int, tweet_ids: Ids) -> None:
        """Take an unfollowed author's tweets out of a feed."""
        slot = int(self.slot_of[user])
        if slot >= 0:
            self._renew_version(slot)
            row = self._entries_in(slot)
            gone = np.isin(ids_in(row), tweet_ids)
            self._counters.add(wasted=int((row[gone] & UNREAD).sum()))
            self._store_row(slot, row[~gone])

    def floor_of(self, user: int) -> int | None:
        """From which ID on the feed is complete; None where it is cold."""
        slot = int(self.slot_of[user])
        return None if slot == COLD else 0 if slot == UNTOUCHED else id_of_short(ShortId(int(self.floor[slot])))

    def cool_feeds(self, users: Users) -> None:
        """Give up feeds that miss something; the next read rebuilds them."""
        slots = np.unique(self.slot_of[users])
        for slot in slots[slots >= 0].tolist():
            self._counters.add(wasted=int((self.ring[slot] & UNREAD).sum()))
            self._store_row(slot, np.zeros(0, np.uint64))
            self.floor[slot], self._bar[slot], self.warm[slot] = 0, 0, False
            self._free.append(slot)
        self.slot_of[users] = COLD

    def _entries_in(self, slot: int) -> Entries:
        """The entries of a feed, oldest first."""
        row = self.ring[slot]
        return np.sort(row[row > 0])

    def _store_row(self, slot: int, row: Entries) -> None:
        """Lay a feed out anew, oldest first, at the end of its row: what comes next goes to the front."""
        self.ring[slot] = 0
        self.ring[slot, self.length - len(row) :] = row
        self.head[slot] = 0
        self._raise_bar(slot)

    def _insert_entries(self, slot: int, entries: Entries) -> int:
        """Add the entries that are at or above the floor and not there yet, in their order; returns how many stay."""
        before = self._entries_in(slot)
        whole = np.sort(np.concatenate([before, entries[shorts_in(entries) >= self.floor[slot]]]))
        last_of_its_id = np.append(np.diff(shorts_in(whole)) != 0, True)[: len(whole)]
        whole = whole[last_of_its_id]
        kept, evicted = whole[-self.length :], whole[: -self.length]
        self._store_row(slot, kept)
        if evicted.size:
            self.floor[slot] = max(self.floor[slot], (evicted[-1] >> ID_SHIFT) + NEXT_SHORT)
            self._raise_bar(slot)
            self._counters.add(wasted=int((evicted & UNREAD).sum()))
        return len(whole) - len(before) - int((~np.isin(evicted, before)).sum())

    def _raise_floor(self, slot: int, floor: int) -> None:
        self.floor[slot] = max(self.floor[slot], np.uint64(short_of_id(floor)))
        self._raise_bar(slot)

    def _raise_bar(self, slot: int) -> None:
        """After a change: what is newer than the newest entry, and not below the floor, is in order."""
        below = max(int(self.floor[slot]) - 1, 0) << int(ID_SHIFT)
        self._bar[slot] = max(int(self.ring[slot].max()), below)
