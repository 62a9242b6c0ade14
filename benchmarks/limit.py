"""How close fan-out comes to this machine's own limit, random 8-byte writes into the same arrays, and where the rest
goes.

A delivery is at least one write of 8 bytes somewhere in all the feeds. So the limit is how fast numpy writes to
random places of the very rings that fan-out writes to, with as many places known beforehand as a turn has deliveries.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from cProfile import Profile
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks import load
from benchmarks.apart import Lines, by_part
from benchmarks.common import Result, Table, interleaved, one_core, seconds_of
from benchmarks.worlds import TEXT

if TYPE_CHECKING:
    from twitterlab import FollowGraph
    from twitterlab.model import Users
    from twitterlab.parts.feeds.entries import Entries

DELIVERIES = 100  # of a post that is pushed, on average
SEQUENTIAL, RANDOM, DELIVER, DRAIN = "sequential", "random", "deliver", "drain"
WAYS = {
    SEQUENTIAL: "writes of 8 bytes one after the other",
    RANDOM: "writes of 8 bytes at random places: the limit",
    DELIVER: "deliveries, readers and entries given",
    DRAIN: "deliveries, fan-out as a whole",
}
QUICK = {"users": 2_000, "follows": 50.0, "posts": 100, "turns": 5}
NOTES = (
    "The limit is numpy's: `ring[places] = entry` with the places drawn beforehand, into the rings of all shards, all "
    "full. All ways take turns on one core, each with as many writes as a turn has deliveries.",
    "`deliver` puts posts into the feeds of readers who are handed to it. It must find each reader's slot, tell "
    "whether the feed takes the post, see where the ring's head is and what is evicted there, and write; a reader who "
    "comes more than once gets the older post first.",
    "`drain` starts from the queue: it reads the messages, looks up followers, joins them, delivers and acknowledges. "
    "The commit of the posts is not timed.",
    "The parts of `drain` are cProfile's, which makes whatever calls many functions look dearer than it is; the lines "
    "of `deliver` are a trace's. `profile_slowdown` and `trace_slowdown` say what watching cost.",
    "`accesses_of_deliver` is the share of `deliver`'s time in which the limit makes as many random accesses.",
    "A line's random accesses are how often it indexes an array that has an element or a row for each feed. Two of "
    "them at one place cost less than two at two, since the second finds its line in the processor's cache.",
)


class FullFeeds:
    """Stage 7 with every feed full, and what comes to it next; the posts are drawn as `seed` says."""

    def __init__(self, graph: FollowGraph, posts: int, seed: int) -> None:
        from twitterlab import HybridFeeds, ManualClock
        from twitterlab.workloads.mixes import START_MS

        self.graph, self.threshold = graph, load.celebrity_threshold(graph)
        self.clock, self._rng = ManualClock(START_MS), np.random.default_rng(seed)
        self.system = HybridFeeds(graph, clock=self.clock, shards=1, threshold=self.threshold, counting=False)
        self.feeds = self.system.fanout.feeds
        self.rings = [shard.ring.reshape(-1) for shard in self.feeds.shards]
        self._authors = load.authors(graph, self.threshold, self._rng, posts, DELIVERIES).astype(np.int32)
        self._old = self.entries(np.zeros(1, np.int32))[0]  # no feed minds an entry older than all that it gets
        self._fill()

    def entries(self, authors: Users) -> Entries:
        """Entries of new tweets, newer than all that were there."""
        from twitterlab.parts.feeds.entries import pack_entries
        from twitterlab.snowflake import EPOCH_MS, TIME_SHIFT

        self.clock.advance(len(authors))
        at_ms = self.clock.now() - np.arange(len(authors))[::-1]
        return pack_entries((at_ms - EPOCH_MS) << TIME_SHIFT, self.system.tables.places[authors])

    def _fill(self) -> None:
        """Fill every ring once and, since heads are not all at one place, some of it again; slots in no order."""
        everybody, length = self._rng.permutation(self.graph.users).astype(np.int32), self.feeds.length
        due = self._rng.integers(length, 2 * length, self.graph.users)
        for turn in range(2 * length):
            self.feeds.deliver(everybody[due > turn], self.entries(everybody[:1])[0])

    def next_authors(self, posts: int) -> Users:
        """Who writes the next posts."""
        chosen, self._authors = self._authors[:posts], self._authors[posts:]
        return chosen

    def delivery(self, posts: int) -> tuple[Users, Entries]:
        """Who gets posts that nobody queued, and their entries, as fan-out hands both to the feed cache."""
        pushed = self.next_authors(posts)
        pushed = pushed[self.graph.follower_counts[pushed] < self.threshold]
        followers = [self.graph.followers(author) for author in pushed.tolist()]
        return np.concatenate(followers), np.repeat(self.entries(pushed), list(map(len, followers)))

    def queue(self, posts: int) -> int:
        """Post, and leave it to the next drain; returns how many deliveries that must make."""
        authors = self.next_authors(posts)
        self.clock.advance(1)
        self.system.post_many([(author, TEXT) for author in authors.tolist()])
        counts = self.graph.follower_counts[authors]
        return int(counts[counts < self.threshold].sum())

    def write(self, places: Sequence[slice | NDArray[np.int64]]) -> None:
        """Write 8 bytes to each of these places, those of a ring at once."""
        for ring, chosen in zip(self.rings, places, strict=True):
            ring[chosen] = self._old

    def places(self, writes: int) -> list[NDArray[np.int64]]:
        """Random places of each ring."""
        return [self._rng.integers(0, ring.size, writes // len(self.rings)) for ring in self.rings]

    def runs(self, writes: int) -> list[slice]:
        """A run of neighbouring places somewhere in each ring."""
        each = writes // len(self.rings)
        starts = [int(self._rng.integers(0, max(1, ring.size - each))) for ring in self.rings]
        return [slice(start, start + each) for start in starts]


def options(parser: argparse.ArgumentParser) -> None:
    """The sizes of a run."""
    parser.add_argument("--users", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--follows", type=float, default=50.0, help="followees of a mean user; default: %(default)s")
    parser.add_argument("--posts", type=int, default=500, help="of one turn; default: %(default)s")
    parser.add_argument("--turns", type=int, default=60, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=7, help="of graph and posts; default: %(default)s")


def run(options: argparse.Namespace) -> Result:
    """Fill the feeds, let the ways take turns, and take drain and deliver apart."""
    from twitterlab import FollowGraph

    size = {name: getattr(options, name) for name in QUICK} | (QUICK if options.quick else {})
    posts, turns = size["posts"], size["turns"]
    with one_core():
        graph = FollowGraph.synthetic(size["users"], size["follows"], options.seed)
        full = FullFeeds(graph, 4 * posts * turns, options.seed)
        with full.system:
            rates, deliveries = measure(full, posts, turns)
            profile_s, parts = profiled(full, posts, turns)
            trace_s, lines = traced(full, posts, turns)
    settings = {**size, "seed": options.seed, "threshold": full.threshold, "feed_length": full.feeds.length}
    rings = {"shards": len(full.rings), "rings_mb": round(sum(ring.nbytes for ring in full.rings) / 1e6, 1)}
    tables = {"writes and deliveries": rows(rates), "drain, by part": parts, "deliver, by line": lines}
    found = figures(rates, lines, profile_s, trace_s) | {"deliveries": deliveries}
    return Result("limit", settings | rings, found, tables, list(NOTES))


def measure(full: FullFeeds, posts: int, turns: int) -> tuple[dict[str, float], int]:
    """How many a second each way makes, all turns together; and how many deliveries a drain made in all."""
    seconds, done = dict.fromkeys(WAYS, 0.0), dict.fromkeys(WAYS, 0)
    for _ in range(turns):
        readers, entries = full.delivery(posts)  # before the posts, so that in each feed the older tweet comes first
        due = full.queue(posts)
        written = due - due % len(full.rings)
        calls = {
            SEQUENTIAL: (written, partial(full.write, full.runs(written))),
            RANDOM: (written, partial(full.write, full.places(written))),
            DELIVER: (len(readers), partial(deliver, full, readers, entries)),
            DRAIN: (due, partial(drain, full, due)),
        }
        for name, (taken,) in interleaved({name: call for name, (_, call) in calls.items()}, 1).items():
            seconds[name] += taken
            done[name] += calls[name][0]
    return {name: done[name] / taken for name, taken in seconds.items()}, done[DRAIN]


def deliver(full: FullFeeds, readers: Users, entries: Entries) -> None:
    """Deliver to every reader; an AssertionError where one does not get it."""
    must_be(len(readers), full.feeds.deliver(readers, entries))


def drain(full: FullFeeds, due: int) -> None:
    """Drain; an AssertionError where that makes other than the deliveries that are due."""
    before = full.system.work.deliveries
    full.system.drain()
    must_be(due, full.system.work.deliveries - before)


def must_be(due: int, done: int) -> None:
    """What was to be delivered was; else an AssertionError says what was not."""
    if due != done:
        raise AssertionError(f"{done:,} deliveries were made where {due:,} were due")


def profiled(full: FullFeeds, posts: int, turns: int) -> tuple[float, Table]:
    """Seconds of a delivery by drain under cProfile, and its parts."""
    profile, seconds, deliveries = Profile(), 0.0, 0
    for _ in range(turns):
        deliveries += full.queue(posts)
        seconds += seconds_of(partial(profile.runcall, full.system.drain))
    return seconds / deliveries, by_part(profile, posts * turns)


def traced(full: FullFeeds, posts: int, turns: int) -> tuple[float, Table]:
    """Seconds of a delivery by `FeedCache.deliver` under a trace, and its lines."""
    shard = full.feeds.shards[0]
    files = {str(sys.modules[kind.__module__].__file__) for kind in (type(full.feeds), *type(shard).__mro__[:-1])}
    lines = Lines(files, {name: value for name, value in vars(shard).items() if isinstance(value, np.ndarray)})
    seconds, deliveries = 0.0, 0
    for _ in range(turns):
        readers, entries = full.delivery(posts)
        seconds += seconds_of(partial(lines.trace, partial(full.feeds.deliver, readers, entries)))
        deliveries += len(readers)
    return seconds / deliveries, lines.table(deliveries, turns)


def figures(rates: dict[str, float], lines: Table, profile_s: float, trace_s: float) -> dict[str, float]:
    """The rates, what share of the limit they are, and what `deliver` does more than the limit's one access."""
    accesses = sum(row["random accesses"] for row in lines)
    return {
        "random_writes_per_s": rates[RANDOM],
        "sequential_writes_per_s": rates[SEQUENTIAL],
        "deliver_per_s": rates[DELIVER],
        "drain_per_s": rates[DRAIN],
        "deliver_of_limit": rates[DELIVER] / rates[RANDOM],
        "drain_of_limit": rates[DRAIN] / rates[RANDOM],
        "accesses_a_delivery": accesses,
        "bytes_a_delivery": sum(row["bytes"] for row in lines),
        "accesses_of_deliver": accesses * rates[DELIVER] / rates[RANDOM],
        "profile_slowdown": profile_s * rates[DRAIN],
        "trace_slowdown": trace_s * rates[DELIVER],
    }


def rows(rates: dict[str, float]) -> Table:
    """A row for each way, beside the limit."""
    return [
        {"way": WAYS[name], "a second": rate, "ns each": 1e9 / rate, "of the limit": rate / rates[RANDOM]}
        for name, rate in rates.items()
    ]
