"""Feeds: for each materialised user a ring of the newest tweets' entries, in numpy arrays, sharded by user ID.

The invariant: a warm feed holds every tweet that the rule delivers, of the reader's followees, with an ID of at least
its `floor`. Eviction raises the floor; a delivery below it is dropped; below it a page goes on from the shards.
"""

from __future__ import annotations

import numpy as np

from twitterlab.model import Ids, Users
from twitterlab.parts.feeds.entries import (
    ID_SHIFT,
    UNREAD,
    Entries,
    id_of_short,
    ids_in,
    keys_in,
    pack_entries,
    short_of_id,
)
from twitterlab.parts.feeds.rings import COLD, UNTOUCHED, Rings, Slots

__all__ = ["UNREAD", "Entries", "FeedShard", "ids_in", "keys_in", "pack_entries"]

ONE_SHORT, LOW_BITS = np.uint64(1), np.uint64((1 << 11) - 1)


class FeedShard(Rings):
    """The feeds of one shard's users; every read and write of a feed holds the shard's lock, so no page is torn."""

    # Tweets into many feeds

    def deliver(self, users: Users, entries: Entries | np.uint64) -> int:
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
        slots = self._slots_for(users)
        if (cold := slots < 0).any():
            slots, entries = slots[~cold], entries[~cold]
        newer = (self._bar[slots] | LOW_BITS) < entries
        if newer.all():
            self._append_newer(slots, entries)
            return len(slots)
        self._append_newer(slots[newer], entries[newer])
        return int(np.count_nonzero(newer)) + self._interleave_late(slots[~newer], entries[~newer])

    def _append_newer(self, slots: Slots, entries: Entries) -> None:
        """Deliver what is newer than all that is there: find the place, write, move on; raise the floor where full."""
        place = self._head[slots]
        at = slots * np.int64(self.length) + place
        ring = self._ring.reshape(-1)
        old = ring[at]
        ring[at] = entries
        place += 1
        place[place == self.length] = 0
        self._head[slots] = place
        self._bar[slots] = entries
        full = old > 0
        if full.any():
            self._floor[slots[full]] = (old[full] >> ID_SHIFT) + ONE_SHORT
            self._counters.add(wasted=int(np.count_nonzero(old & UNREAD)))

    def _interleave_late(self, slots: Slots, entries: Entries) -> int:
        """Deliver tweets that come late, behind newer ones, to where they belong; returns how many were kept.

        What lies below a floor, or is there, is dropped.
        """
        above = (entries >> ID_SHIFT) >= self._floor[slots]
        slots, entries = slots[above], entries[above]
        known = ((self._ring[slots] >> ID_SHIFT) == (entries >> ID_SHIFT)[:, None]).any(axis=1)
        slots, entries = slots[~known], entries[~known]
        rows = np.sort(np.column_stack([self._ring[slots], entries]), axis=1)
        self._ring[slots], self._head[slots] = rows[:, 1:], 0
        self._bar[slots] = np.maximum(self._bar[slots], rows[:, -1])
        oldest = rows[:, 0]
        full = oldest > 0
        self._floor[slots[full]] = np.maximum(self._floor[slots[full]], (oldest[full] >> ID_SHIFT) + ONE_SHORT)
        kept = oldest != entries
        self._counters.add(wasted=int((oldest[kept] & UNREAD).sum()))
        return int(kept.sum())

    def remove_tweet(self, users: Users, tweet_id: int) -> None:
        """Take one tweet out of the feeds of these users."""
        wanted = pack_entries(np.array([tweet_id]), 0)[0] >> ID_SHIFT
        slots = self.slot_of[users]
        slots = slots[slots >= 0]
        for slot in slots[((self._ring[slots] >> ID_SHIFT) == wanted).any(axis=1)].tolist():
            row = self._entries_in(slot)
            self._store_row(slot, row[(row >> ID_SHIFT) != wanted])

    # One feed

    def read_entries(self, user: int, before: int | None, limit: int) -> tuple[Entries, int] | None:
        """The newest `limit` entries below `before`, and the floor; None where the feed must be rebuilt first."""
        slot = int(self.slot_of[user])
        if slot == UNTOUCHED:
            slot = self._take_slot(user, warm=True)
        if slot == COLD or not self._warm[slot]:
            return None
        places = (self._head[slot] - 1 - np.arange(self.length)) % self.length
        row = self._ring[slot, places]
        wanted = row > 0 if before is None else (row > 0) & (ids_in(row) < before)
        return row[wanted][:limit], id_of_short(int(self._floor[slot]))

    def mark_shown(self, user: int, entries: Entries) -> None:
        """A page showed these entries of a feed: they are unread no longer."""
        slot = int(self.slot_of[user])
        if slot >= 0:
            self._ring[slot, np.isin(self._ring[slot] >> ID_SHIFT, entries >> ID_SHIFT)] &= ~UNREAD

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
        self._warm[slot] = True
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
        return None if slot == COLD else 0 if slot == UNTOUCHED else id_of_short(int(self._floor[slot]))

    def cool_feeds(self, users: Users) -> None:
        """Give up feeds that miss something; the next read rebuilds them."""
        slots = np.unique(self.slot_of[users])
        for slot in slots[slots >= 0].tolist():
            self._counters.add(wasted=int((self._ring[slot] & UNREAD).sum()))
            self._store_row(slot, np.zeros(0, np.uint64))
            self._floor[slot], self._bar[slot], self._warm[slot] = 0, 0, False
            self._free.append(slot)
        self.slot_of[users] = COLD

    def _entries_in(self, slot: int) -> Entries:
        """The entries of a feed, oldest first."""
        row = self._ring[slot]
        return np.sort(row[row > 0])

    def _store_row(self, slot: int, row: Entries) -> None:
        """Lay a feed out anew, oldest first, at the end of its row: what comes next goes to the front."""
        self._ring[slot] = 0
        self._ring[slot, self.length - len(row) :] = row
        self._head[slot] = 0
        self._raise_bar(slot)

    def _insert_entries(self, slot: int, entries: Entries) -> int:
        """Add the entries that are at or above the floor and not there yet, in their order; returns how many stay."""
        before = self._entries_in(slot)
        whole = np.sort(np.concatenate([before, entries[(entries >> ID_SHIFT) >= self._floor[slot]]]))
        last_of_its_id = np.append(np.diff(whole >> ID_SHIFT) != 0, True)[: len(whole)]
        whole = whole[last_of_its_id]
        kept, evicted = whole[-self.length :], whole[: -self.length]
        self._store_row(slot, kept)
        if evicted.size:
            self._floor[slot] = max(self._floor[slot], (evicted[-1] >> ID_SHIFT) + ONE_SHORT)
            self._raise_bar(slot)
            self._counters.add(wasted=int((evicted & UNREAD).sum()))
        return len(whole) - len(before) - int((~np.isin(evicted, before)).sum())

    def _raise_floor(self, slot: int, floor: int) -> None:
        self._floor[slot] = max(self._floor[slot], np.uint64(short_of_id(floor)))
        self._raise_bar(slot)

    def _raise_bar(self, slot: int) -> None:
        """After a change: what is newer than the newest entry, and not below the floor, is in order."""
        below = max(int(self._floor[slot]) - 1, 0) << 11
        self._bar[slot] = max(int(self._ring[slot].max()), below)
