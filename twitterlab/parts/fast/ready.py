"""Ready feeds: the newest entries of a warm feed, with those of celebrities merged in, by array operations alone.

What `FeedShard.read_entries`, a merge and `mark_shown` do one after the other, these functions do in one go.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Users
from twitterlab.parts.feeds.entries import UNREAD, Entries
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.feeds.feed_shard import COLD, FeedShard

READ_MASK = np.uint64(2**64 - 2)  # all bits but the one that says unread

MergeTops = Callable[[Users, Entries], Entries]


def take_top(
    feeds: FeedCache, user: int, n: int, others: Entries | None, more: Callable[[], Entries]
) -> tuple[Entries, int] | None:
    """The newest `n` entries of a feed and of others, ascending, and how many were merged, empty ones included; all
    but the one that was only looked ahead to are marked as shown.

    Others are rows of ascending entries, zeros first; `more` gives the same rows, but longer, and is asked where
    these do not reach as far back as the page.

    None where the feed is cold, or ends before `n` while older tweets lie in the shards.
    """
    shard, local = feeds.shard_and_number(user)
    with shard.lock:
        slot = shard.slot_to_read(local)
        if slot == COLD or n > shard.length:
            return None
        head, row = shard.head.item(slot), shard.ring[slot]
        own = row[head - n : head] if head >= n else np.concatenate((row[head - n :], row[:head]))
        if not own.item(0) and shard.floor.item(slot):
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


def newest_entries(own: Entries, others: Entries) -> Entries:
    """The newest of both, ascending, as many as there are of one's own."""
    both = np.concatenate((own, others.reshape(-1)))
    both.sort()
    return both[-len(own) :]


def take_tops(feeds: FeedCache, users: Users, n: int, merge: MergeTops) -> tuple[Entries, NDArray[np.bool_]]:
    """For each user what `take_top` gives, as a row padded with zeros at the front, and whether it is right.

    `merge(users, entries)` gives rows with what comes from elsewhere merged in.
    """
    entries, ready = np.zeros((len(users), n), np.uint64), np.zeros(len(users), np.bool_)
    count = len(feeds.shards)
    for number, shard in enumerate(feeds.shards):
        mine = np.flatnonzero(users % count == number)
        its = users[mine]
        with shard.lock:
            entries[mine], ready[mine] = _tops_in_shard(shard, its // count, n, partial(merge, its))
    return entries, ready


def _tops_in_shard(
    shard: FeedShard, users: Users, n: int, merge: Callable[[Entries], Entries]
) -> tuple[Entries, NDArray[np.bool_]]:
    """The part of one shard, whose lock is held."""
    slots = shard.slots_for(users)
    ready = (slots >= 0) & shard.warm[slots]
    if n > shard.length:
        return np.zeros((len(users), n), np.uint64), np.zeros(len(users), np.bool_)
    places = (shard.head[slots][:, None] + np.arange(-n, 0, dtype=np.int32)) % np.int32(shard.length)
    places += (slots.astype(np.int64) * shard.length)[:, None]
    flat = shard.ring.reshape(-1)
    own = flat[places]
    ready &= (own[:, 0] > 0) | (shard.floor[slots] == 0)
    merged = merge(own)
    shown = own & UNREAD > 0
    shown &= own >= merged[:, 1:2]
    shown[~ready] = False
    flat[places[shown]] = own[shown] & READ_MASK
    return merged, ready
