"""Sharding by user ID: which shard keeps a user, whom a page must ask, and how the answers become one page.

A user falls into one of 1,024 virtual shards by a hash that is the same in every process, and the virtual shards are
dealt to the real ones. A new shard is dealt its share, taken evenly from the others; nothing else moves.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Users
from twitterlab.parts.store.changes import SqlRow
from twitterlab.work import Counters

VIRTUAL_SHARDS = 1024
MAX_SHARDS = 1024

ShardRule = Callable[[int, int], int]
MergeStreams = Callable[[Sequence[Iterable[SqlRow]]], Iterator[SqlRow]]
FetchBelow = Callable[[int | None], Sequence[SqlRow]]


def shard_of(user: int, shards: int) -> int:
    """The shard, 0 to shards - 1, that keeps this user: stable, and a new shard takes 1/shards of the users."""
    return deal_virtual_shards(shards)[int(virtual_shard(np.array([user]))[0])]


def virtual_shard(users: NDArray[np.integer]) -> NDArray[np.int64]:
    """The virtual shard of each user: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), modulo 1,024."""
    x = users.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) % np.uint64(VIRTUAL_SHARDS)).astype(np.int64)


@lru_cache
def deal_virtual_shards(shards: int) -> tuple[int, ...]:
    """Which shard has each virtual shard: each new one takes its fair share, one at a time from whoever has most."""
    dealt = [0] * VIRTUAL_SHARDS
    for newest in range(1, shards):
        for _ in range(VIRTUAL_SHARDS // (newest + 1)):
            counts = np.bincount(dealt, minlength=shards)[:newest]
            dealt[dealt.index(int(counts.argmax()))] = newest
    return tuple(dealt)


def placement(rule: ShardRule, users: int, shards: int) -> NDArray[np.int16]:
    """The shard of every user, by a rule such as `shard_of`; a rule that leaves 0 to shards - 1 is a ValueError."""
    if rule is shard_of:
        return np.array(deal_virtual_shards(shards), np.int16)[virtual_shard(np.arange(users))]
    placed = np.fromiter((rule(user, shards) for user in range(users)), np.int64, users)
    outside = np.flatnonzero((placed < 0) | (placed >= shards))
    if outside.size:
        raise ValueError(f"shard_of({outside[0]}, {shards}) gave {placed[outside[0]]}: shards are 0 to {shards - 1}")
    return placed.astype(np.int16)


def users_by_shard(users: Users, places: NDArray[np.int16]) -> dict[int, Users]:
    """The users of each shard that keeps any of them."""
    shards = places[users]
    return {int(shard): users[shards == shard] for shard in np.unique(shards)}


def merge_newest(sources: Sequence[Iterable[SqlRow]]) -> Iterator[SqlRow]:
    """One stream, newest first, of streams that are each newest first; takes from them no more than is asked for."""
    return heapq.merge(*sources, key=itemgetter(0), reverse=True)


def merge_counted(merge: MergeStreams, sources: Sequence[Iterable[SqlRow]], counters: Counters) -> Iterator[SqlRow]:
    """A merge whose every row taken from a source is counted, also when the reader stops early."""
    taken = [0]
    try:
        yield from merge([_count_rows(source, taken) for source in sources])
    finally:
        counters.add(merged=taken[0])


def _count_rows(source: Iterable[SqlRow], taken: list[int]) -> Iterator[SqlRow]:
    for row in source:
        taken[0] += 1
        yield row


def fetch_lazily(fetch: FetchBelow, before: int | None, limit: int) -> Iterator[SqlRow]:
    """Rows newest first, fetched `limit` at a time by the cursor of the last one, as far as the reader goes."""
    while True:
        rows = fetch(before)
        yield from rows
        if len(rows) < limit:
            return
        before = rows[-1][0]
