"""How many times over one core sustains the lecture's average rate, posts durable and pages hydrated.

An open loop: calls come when they come, whether or not those before them are done, and what a call waits counts as its
latency. Posts are group commits of what has come meanwhile; pages are read one by one, or many at once.
"""

from __future__ import annotations

import gc
import tempfile
import time
from argparse import Namespace
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import Result, Table, on_one_core, percentiles, seconds_of
from benchmarks.load import Load
from twitterlab import FollowGraph, HybridFeeds

POSTS_PER_S, PAGES_PER_S = 50e6 / 86_400, 1e9 / 86_400  # the lecture's averages: 579 and 11,574
LIMIT = 20
PAGES_AT_ONCE = 2_000  # at most, before posts get their turn
GATHER_S = 0.01  # how long pages that are read many at once wait for others
LATE_S, GROWING = 0.25, 0.005  # a run holds where what waits at its end waits less, and does not grow by more a second
STEP = 1.08  # from one multiple to the next that is tried
ATTEMPTS = 2  # at one multiple: a neighbour on the machine may have taken the time of the first
TRIES = 12
READERS = 10_000  # whose pages are looked at, how full they are


def run(size: Namespace) -> Result:
    """Make the system on disk, give it a history, and search for the headroom through both calls."""
    graph = FollowGraph.synthetic(size.users, size.follows, size.seed)
    load = Load(graph, size.threshold, size.seed)
    settings = {"threshold": size.threshold, "cache_tweets": 1_000_000, "counting": False}
    figures: dict[str, float] = {}
    tables: dict[str, Table] = {}
    with on_one_core(), tempfile.TemporaryDirectory(prefix="twitterlab-") as folder:
        home, begun = Path(folder) / "system", time.perf_counter()
        with HybridFeeds(graph, home, shards=size.shards, **settings) as system:
            figures["create_s"] = time.perf_counter() - begun
            figures["graph_bytes_a_follow"] = graph.nbytes / graph.edges
            figures |= post_history(system, load, size.history)
            gc.collect()
            gc.freeze()
            for name, call in (("headroom", "feed"), ("headroom_many", "feed_many")):
                runs = tables[f"through {call}"] = search_multiples(system, load, size, many=call == "feed_many")
                figures |= best_figures(runs, name)
            there = system.feed_many(load.readers(READERS), LIMIT).id > 0
            figures["tweets_a_page"], figures["full_pages"] = there.sum(axis=1).mean(), there.all(axis=1).mean()
            figures["follow_ms"] = follow_ms(system, graph)
            gc.unfreeze()
            figures["feed_bytes_a_user"] = system.fanout.feeds.bytes_a_user
        figures["start_s"] = seconds_of(lambda: HybridFeeds(None, home, **settings).close())
    return Result.here("rate", {"stage": 7, **vars(size), "follows": graph.edges, **settings}, figures, tables)


def post_history(system: HybridFeeds, load: Load, tweets: int, group: int = 1000) -> dict[str, float]:
    """Post a history and deliver it; what a post and a delivery took on the way."""
    before, post_s, drain_s = system.work, 0.0, 0.0
    for first in range(0, tweets, group):
        rows = load.posts(min(group, tweets - first))
        post_s += seconds_of(lambda rows=rows: system.post_many(rows))  # type: ignore[misc]
        drain_s += seconds_of(system.drain)
    deliveries = (system.work - before).deliveries
    return {
        "history_posts_per_s": tweets / post_s,
        "history_deliveries_per_s": deliveries / drain_s,
        "deliveries_a_post": deliveries / tweets,
    }


def follow_ms(system: HybridFeeds, graph: FollowGraph, times: int = 50) -> float:
    """What a follow costs until it shows, and an unfollow that takes it back, each in milliseconds."""
    pairs = [(user, (user * 7919 + 13) % graph.users) for user in range(times)]
    new = [(u, v) for u, v in pairs if u != v and v not in graph.followees(u)]
    begun = time.perf_counter()
    for change in (system.follow, system.unfollow):
        for pair in new:
            change(*pair)
            system.drain()
    return (time.perf_counter() - begun) * 1000 / max(2 * len(new), 1)


def search_multiples(system: HybridFeeds, load: Load, size: Namespace, *, many: bool) -> Table:
    """Runs at several multiples, ascending: from below the capacity up, or down, to where it changes."""
    if size.at:
        return [drive_system(system, load, size.at, size, many=many)]
    first = capacity_multiple(system, load, 1.0, size, many=many)  # what is read for the first time is slower
    begin = 0.95 * capacity_multiple(system, load, first, size, many=many)
    tried: defaultdict[int, Table] = defaultdict(list)  # the runs at `begin * STEP ** k`, by k
    k = 0
    while sum(map(len, tried.values())) < TRIES:
        tried[k].append(drive_system(system, load, begin * STEP**k, size, many=many))
        holds, given_up = tried[k][-1]["sustained"], len(tried[k]) == ATTEMPTS
        if holds and k + 1 not in tried:
            k += 1
        elif holds or (given_up and k - 1 in tried):
            break
        elif given_up:
            k -= 1
    return [run for k in sorted(tried) for run in tried[k]]


def capacity_multiple(system: HybridFeeds, load: Load, multiple: float, size: Namespace, *, many: bool) -> float:
    """At most which multiple may hold: how much faster than asked two seconds' work is done without any waiting."""
    loop, commit_s = Loop(system, load, multiple, 2.0, many=many), size.commit_ms / 1000
    for end in np.arange(commit_s, 2.0 + commit_s, commit_s):
        loop.post(int(np.searchsorted(loop.post_due, end)))
        while loop.read < (due := int(np.searchsorted(loop.page_due, end))):
            loop.serve(min(due, loop.read + PAGES_AT_ONCE))
    return multiple * 2.0 / loop.now()


def drive_system(system: HybridFeeds, load: Load, multiple: float, size: Namespace, *, many: bool) -> dict[str, Any]:
    """Drive a system at a multiple of the lecture's rate for so many seconds; returns what that gave."""
    loop, before = Loop(system, load, multiple, size.seconds, many=many), system.work.deliveries
    loop.run(size.commit_ms / 1000)
    latencies = {
        "page": percentiles(np.concatenate(loop.page_s)),
        "visible": percentiles(np.concatenate(loop.visible_s)),
    }
    return {
        "multiple": round(multiple, 2),
        "sustained": is_sustained(loop.behind_s),
        "busy": loop.busy_s / loop.now(),
        **{f"{of} {name} ms": value for of, found in latencies.items() for name, value in found.items()},
        "backlog s": loop.behind_s[-1],
        "deliveries/s": (system.work.deliveries - before) / loop.now(),
    }


def is_sustained(behind_s: list[float]) -> bool:
    """Whether nothing waited longer and longer."""
    slope = np.polyfit(np.arange(len(behind_s)), behind_s, 1)[0] if len(behind_s) > 2 else 0.0
    return bool(behind_s[-1] < LATE_S and slope < GROWING)


def best_figures(runs: Table, name: str) -> dict[str, float]:
    """The figures of the highest multiple that held: 0 where none did."""
    best: dict[str, Any] = next((run for run in reversed(runs) if run["sustained"]), {"multiple": 0.0})
    latencies = {f"{name}_{key.replace(' ', '_')}": best[key] for key in best if key.startswith(("page", "visible"))}
    rate = {f"{name}_deliveries_per_s": best["deliveries/s"]} if latencies else {}
    return {name: best["multiple"], **latencies, **rate}


class Loop:
    """One run: how many posts and pages are done, and the seconds that each took from when it was due.

    `behind_s` is how long the oldest page or post had waited, second by second.
    """

    def __init__(self, system: HybridFeeds, load: Load, multiple: float, seconds: float, *, many: bool) -> None:
        self.system, self.seconds, self.many = system, seconds, many
        self.post_due, self.page_due = (
            np.arange(int(rate * multiple * seconds)) / (rate * multiple) for rate in (POSTS_PER_S, PAGES_PER_S)
        )
        self.rows, self.readers = load.posts(len(self.post_due)), load.readers(len(self.page_due))
        self.posted, self.read, self.busy_s = 0, 0, 0.0
        self.page_s: list[np.ndarray[Any, Any]] = []
        self.visible_s: list[np.ndarray[Any, Any]] = []
        self.behind_s: list[float] = []
        self._begun = time.perf_counter()

    def now(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._begun

    def run(self, commit_s: float) -> None:
        """Do what is due until the time is up; what still waits then is let be."""
        self._begun, committed = time.perf_counter(), 0.0
        while (now := self.now()) < self.seconds:
            if now >= len(self.behind_s) + 1:
                self.behind_s.append(self._behind(now))
            done = 0
            if now - committed >= commit_s:
                committed = now
                done += self.post(int(np.searchsorted(self.post_due, now)))
            done += self.serve(self._pages_due(now))
            if done:
                self.busy_s += self.now() - now
            else:
                time.sleep(0.0005)
        self.behind_s.append(self._behind(self.now()))

    def _pages_due(self, now: float) -> int:
        """Up to which page to answer now."""
        if self.many and self.read < len(self.page_due) and now - self.page_due[self.read] < GATHER_S:
            return self.read
        return min(int(np.searchsorted(self.page_due, now)), self.read + PAGES_AT_ONCE)

    def _behind(self, now: float) -> float:
        """How long the oldest page or post that is due has waited."""
        oldest = [*self.post_due[self.posted : self.posted + 1], *self.page_due[self.read : self.read + 1], now]
        return float(now - min(oldest))

    def post(self, due: int) -> int:
        """Commit the posts that are due in one group, and deliver them; returns how many."""
        first, self.posted = self.posted, due
        if due > first:
            self.system.post_many(self.rows[first:due])
            while self.system.step(4096):
                pass
            self.visible_s.append(self.now() - self.post_due[first:due])
        return due - first

    def serve(self, due: int) -> int:
        """Answer the pages that are due, all at once or one by one; returns how many."""
        first, self.read = self.read, due
        if due <= first:
            return 0
        if self.many:
            self.system.feed_many(self.readers[first:due], LIMIT)
            self.page_s.append(self.now() - self.page_due[first:due])
        else:
            feed, clock, ends = self.system.feed, time.perf_counter, []
            for reader in self.readers[first:due].tolist():
                feed(reader, LIMIT)
                ends.append(clock())
            self.page_s.append(np.array(ends) - self._begun - self.page_due[first:due])
        return due - first
