"""Entries: what a feed keeps of a tweet, in 64 bits that sort as the tweets' IDs do.

53 bits are those of a Snowflake ID that vary here (its ten machine bits are 0), ten are the number of the shard that
keeps the tweet, and one says that a fan-out delivered it and no page has shown it yet.
"""

from __future__ import annotations

from typing import NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

from twitterlab import snowflake
from twitterlab.model import Ids
from twitterlab.parts.store.shards import TweetKey

# Three kinds of 64-bit numbers stand for tweets in arrays, and all of them sort alike. `Ids` are tweet IDs.
Entries: TypeAlias = NDArray[np.uint64]  # a squeezed ID, the shard's number and the unread bit; 0 where there is none
Entry: TypeAlias = np.uint64  # one of them
ShortIds: TypeAlias = NDArray[np.uint64]  # squeezed IDs: tweet IDs without their machine bits
ShortId = NewType("ShortId", int)  # one of them

UNREAD = np.uint64(1)
SHARD_SHIFT, ID_SHIFT = np.uint64(1), np.uint64(11)
MAX_SHARD = np.uint64(1023)
TIME_SHIFT, SEQUENCE_BITS = np.uint64(snowflake.TIME_SHIFT), np.uint64(snowflake.SEQUENCE_BITS)
SEQUENCE_MAX = np.uint64(snowflake.SEQUENCE_MAX)


def squeeze_ids(ids: Ids) -> ShortIds:
    """Tweet IDs without their machine bits, in the same order."""
    wide = ids.astype(np.uint64)
    return ((wide >> TIME_SHIFT) << SEQUENCE_BITS) | (wide & SEQUENCE_MAX)


def widen_ids(shorts: ShortIds) -> Ids:
    """The tweet IDs of which these are squeezed."""
    return (((shorts >> SEQUENCE_BITS) << TIME_SHIFT) | (shorts & SEQUENCE_MAX)).astype(np.int64)


def pack_entries(ids: Ids, shards: NDArray[np.integer] | int) -> Entries:
    """Entries for tweet IDs and the shards that keep them, read already."""
    return (squeeze_ids(ids) << ID_SHIFT) | (np.asarray(shards).astype(np.uint64) << SHARD_SHIFT)


def pack_keys(keys: list[TweetKey]) -> Entries:
    """Entries for keys, in their order."""
    return pack_entries(np.array([k.id for k in keys], np.int64), np.array([k.shard for k in keys], np.int64))


def shorts_in(entries: Entries) -> ShortIds:
    """The squeezed IDs of entries."""
    return entries >> ID_SHIFT


def ids_in(entries: Entries) -> Ids:
    """The tweet IDs of entries."""
    return widen_ids(entries >> ID_SHIFT)


def keys_in(entries: Entries) -> list[TweetKey]:
    """Where to find the tweets of entries."""
    shards = (entries >> SHARD_SHIFT) & MAX_SHARD
    return [TweetKey(i, s) for i, s in zip(ids_in(entries).tolist(), shards.tolist(), strict=True)]


def id_of_short(short: ShortId) -> int:
    """The tweet ID of which this number is squeezed."""
    return (short >> snowflake.SEQUENCE_BITS << snowflake.TIME_SHIFT) | (short & snowflake.SEQUENCE_MAX)


def short_of_id(tweet_id: int) -> ShortId:
    """A tweet ID without its machine bits."""
    return ShortId((tweet_id >> snowflake.TIME_SHIFT << snowflake.SEQUENCE_BITS) | (tweet_id & snowflake.SEQUENCE_MAX))
