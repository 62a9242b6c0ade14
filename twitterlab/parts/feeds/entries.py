"""Entries: what a feed keeps of a tweet, in 64 bits that sort as the tweets' IDs do.

53 bits are those of a Snowflake ID that vary here (its ten machine bits are 0), ten are the number of the shard that
keeps the tweet, and one says that a fan-out delivered it and no page has shown it yet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Ids
from twitterlab.parts.store.shards import TweetKey

Entries = NDArray[np.uint64]

UNREAD = np.uint64(1)
SHARD_SHIFT, ID_SHIFT = np.uint64(1), np.uint64(11)
SEQUENCE, SEQUENCE_BITS, TIME_SHIFT = np.uint64(0xFFF), np.uint64(12), np.uint64(22)


def squeeze_ids(ids: Ids) -> Entries:
    """Tweet IDs without their machine bits, in the same order."""
    wide = ids.astype(np.uint64)
    return ((wide >> TIME_SHIFT) << SEQUENCE_BITS) | (wide & SEQUENCE)


def widen_ids(short: Entries) -> Ids:
    """The tweet IDs of which these are squeezed."""
    return (((short >> SEQUENCE_BITS) << TIME_SHIFT) | (short & SEQUENCE)).astype(np.int64)


def pack_entries(ids: Ids, shards: NDArray[np.integer] | int) -> Entries:
    """Entries for tweet IDs and the shards that keep them, read already."""
    return (squeeze_ids(ids) << ID_SHIFT) | (np.asarray(shards).astype(np.uint64) << SHARD_SHIFT)


def ids_in(entries: Entries) -> Ids:
    """The tweet IDs of entries."""
    return widen_ids(entries >> ID_SHIFT)


def id_of_short(short: int) -> int:
    """The tweet ID of which this number is squeezed."""
    return (short >> 12 << 22) | (short & 0xFFF)


def short_of_id(tweet_id: int) -> int:
    """A tweet ID without its machine bits."""
    return (tweet_id >> 22 << 12) | (tweet_id & 0xFFF)


def keys_in(entries: Entries) -> list[TweetKey]:
    """Where to find the tweets of entries."""
    shards = (entries >> SHARD_SHIFT) & np.uint64(1023)
    return [TweetKey(i, s) for i, s in zip(ids_in(entries).tolist(), shards.tolist(), strict=True)]
