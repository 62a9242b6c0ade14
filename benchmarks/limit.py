"""How close fan-out comes to this machine's own limit: random 8-byte writes into the same array.

A delivery is at least one write of 8 bytes somewhere in all the feeds. So the limit is how fast numpy writes to
random places of the very ring that fan-out writes to, with as many places known beforehand as a turn has deliveries.
"""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict
from functools import partial
from typing import Any

import numpy as np

from benchmarks.common import Failed, Result, on_one_core, take_turns
from benchmarks.growth import TEXT
from benchmarks.load import Load
from twitterlab import FollowGraph, HybridFeeds, ManualClock
from twitterlab.model import Users
from twitterlab.parts.feeds.entries import Entries, pack_entries
from twitterlab.snowflake import EPOCH_MS, TIME_SHIFT
from twitterlab.workloads.mixes import START_MS

SEQUENTIAL, RANDOM, DELIVER, DRAIN = "sequential_writes", "random_writes", "deliver", "drain"
WAYS = {
    SEQUENTIAL: "writes of 8 bytes one after the other",
    RANDOM: "writes of 8 bytes at random places: the limit",
    DELIVER: "deliveries, readers and entries given",
    DRAIN: "deliveries, fan-out as a whole",
}


def run(size: Namespace) -> Result:
    """Fill the feeds, and let the ways take turns."""
    with on_one_core():
        full = FullFeeds(size)
        with full.system:
            rates, deliveries = measure_ways(full, size.posts, size.turns)
    ring = {"feed_length": full.feeds.length, "shards": 1, "rings_mb": round(full.ring.nbytes / 1e6, 1)}
    figures = {f"{name}_per_s": rate for name, rate in rates.items()}
    figures |= {f"{name}_of_limit": rates[name] / rates[RANDOM] for name in (DELIVER, DRAIN)}
    rows = [
        {"way": WAYS[name], "a second": rate, "ns each": 1e9 / rate, "of the limit": rate / rates[RANDOM]}
        for name, rate in rates.items()
    ]
    figures["deliveries"] = deliveries
    return Result.here("limit", vars(size) | ring, figures, {"writes and deliveries": rows})


class FullFeeds:
    """Stage 7 with every feed full, in one shard, and what comes to it next, drawn as the seed says."""

    def __init__(self, size: Namespace) -> None:
        self.graph, self.clock = FollowGraph.synthetic(size.users, size.follows, size.seed), ManualClock(START_MS)
        self.load, self.threshold = Load(self.graph, size.threshold, size.seed), size.threshold
        self.system = HybridFeeds(self.graph, clock=self.clock, shards=1, threshold=size.threshold, counting=False)
        self.feeds = self.system.fanout.feeds
        (shard,) = self.feeds.shards
        self.ring: Entries = shard.ring.reshape(-1)
        self.old = self.entries(np.zeros(1, np.int32))[0]  # no feed minds an entry older than all that it gets
        self._fill()

    def entries(self, authors: Users) -> Entries:
        """Entries of new tweets, newer than all that were there."""
        self.clock.advance(len(authors))
        at_ms = self.clock.now() - np.arange(len(authors))[::-1]
        return pack_entries((at_ms - EPOCH_MS) << TIME_SHIFT, self.system.tables.places[authors])

    def _fill(self) -> None:
        """Fill every ring once and, since heads are not all at one place, some of it again; slots in no order."""
        rng, length = self.load.rng, self.feeds.length
        everybody = rng.permutation(self.graph.users).astype(np.int32)
        due = rng.integers(length, 2 * length, self.graph.users)
        for turn in range(2 * length):
            self.feeds.deliver(everybody[due > turn], self.entries(everybody[:1])[0])

    def delivery(self, posts: int) -> tuple[Users, Entries]:
        """Who gets posts that nobody queued, and their entries, as fan-out hands both to the feed cache."""
        pushed = self.load.authors(posts).astype(np.int32)
        pushed = pushed[self.graph.follower_counts[pushed] < self.threshold]
        followers = [self.graph.followers(author) for author in pushed.tolist()]
        return np.concatenate(followers), np.repeat(self.entries(pushed), list(map(len, followers)))

    def queue(self, posts: int) -> int:
        """Post, and leave it to the next drain; returns how many deliveries that must make."""
        authors = self.load.authors(posts)
        self.clock.advance(1)
        self.system.post_many([(author, TEXT) for author in authors.tolist()])
        counts = self.graph.follower_counts[authors]
        return int(counts[counts < self.threshold].sum())

    def drain(self) -> int:
        """Drain; returns how many deliveries that made."""
        before = self.system.work.deliveries
        self.system.drain()
        return self.system.work.deliveries - before


def measure_ways(full: FullFeeds, posts: int, turns: int) -> tuple[dict[str, float], int]:
    """How many a second each way makes, all turns together; and how many deliveries a drain made in all."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    done: defaultdict[str, int] = defaultdict(int)
    for _ in range(turns):
        readers, entries = full.delivery(posts)  # before the posts, so that in each feed the older tweet comes first
        due = full.queue(posts)
        start = int(full.load.rng.integers(0, max(1, full.ring.size - due)))
        calls: dict[str, Any] = {
            SEQUENTIAL: partial(full.ring.__setitem__, slice(start, start + due), full.old),
            RANDOM: partial(full.ring.__setitem__, full.load.rng.integers(0, full.ring.size, due), full.old),
            DELIVER: partial(full.feeds.deliver, readers, entries),
            DRAIN: full.drain,
        }
        made = take_turns(calls, seconds)
        if (made[DELIVER], made[DRAIN]) != (len(readers), due):
            raise Failed(f"{made[DRAIN]:,} deliveries were made where {due:,} were due")
        for name in WAYS:
            done[name] += made[name] or due
    return {name: done[name] / sum(taken) for name, taken in seconds.items()}, done[DRAIN]
