"""An open loop: posts and pages that are due at times of their own, and one thread that does what is due."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common import percentiles
from benchmarks.load import authors

if TYPE_CHECKING:
    from twitterlab import FollowGraph, HybridFeeds

POSTS_PER_S, PAGES_PER_S = 50e6 / 86_400, 1e9 / 86_400  # the lecture's averages: 579 and 11,574
LIMIT = 20
POOL = 200_000  # authors drawn at a time
PAGES_AT_ONCE = 2_000  # at most, before posts get their turn
GATHER_S = 0.01  # how long pages that are read many at once wait for others
LATE_S, GROWING = 0.25, 0.005  # a run holds where what waits at its end waits less, and does not grow by more a second


class Load:
    """Who posts and who reads: authors as in the lecture, readers by Zipf's law over the active users."""

    def __init__(self, graph: FollowGraph, options: argparse.Namespace) -> None:
        from twitterlab.workloads.draws import zipf
        from twitterlab.workloads.mixes import Habits

        habits = Habits()
        self._graph, self._threshold = graph, options.threshold
        self._rng = np.random.default_rng(options.seed)
        active = self._rng.permutation(graph.users)[: max(1, round(habits.active * graph.users))]
        self._readers = zipf(active, habits.reader_skew)
        self._authors: list[int] = []
        self._count = 0

    def posts(self, n: int) -> list[tuple[int, str]]:
        """The next n posts, of about 70 characters each, no two alike."""
        if len(self._authors) < n:
            self._authors = authors(self._graph, self._threshold, self._rng, max(n, POOL)).tolist()
        who, self._authors = self._authors[:n], self._authors[n:]
        self._count += n
        return [(author, f"tweet {self._count + i} ".ljust(70, "x")) for i, author in enumerate(who)]

    def readers(self, n: int) -> np.ndarray[Any, Any]:
        """The next n readers."""
        return self._readers(self._rng, n)


@dataclass(frozen=True)
class Run:
    """What one run at one multiple of the lecture's rate gave; durations in seconds."""

    multiple: float
    busy: float  # the share of the time in which something was done
    page_s: np.ndarray[Any, Any]
    visible_s: np.ndarray[Any, Any]
    behind_s: list[float]  # how long the oldest page or post had waited, second by second
    deliveries_per_s: float

    @property
    def sustained(self) -> bool:
        """Whether nothing waited longer and longer."""
        slope = np.polyfit(np.arange(len(self.behind_s)), self.behind_s, 1)[0] if len(self.behind_s) > 2 else 0.0
        return bool(self.behind_s[-1] < LATE_S and slope < GROWING)

    def row(self) -> dict[str, Any]:
        """The run as a table shows it."""
        page, visible = percentiles(self.page_s), percentiles(self.visible_s)
        return {
            "multiple": round(self.multiple, 2),
            "sustained": self.sustained,
            "busy": self.busy,
            **{f"page {name} ms": value for name, value in page.items()},
            **{f"visible {name} ms": value for name, value in visible.items()},
            "backlog s": self.behind_s[-1],
        }


def drive(system: HybridFeeds, load: Load, multiple: float, seconds: float, commit_s: float, *, many: bool) -> Run:
    """Drive a system at a multiple of the lecture's average rate for so many seconds."""
    loop = Loop(system, load, multiple, seconds, many=many)
    deliveries = system.work.deliveries
    loop.run(commit_s)
    return Run(
        multiple,
        loop.busy / loop.now(),
        np.concatenate(loop.page_s),
        np.concatenate(loop.visible_s),
        loop.behind_s,
        (system.work.deliveries - deliveries) / loop.now(),
    )


def capacity(system: HybridFeeds, load: Load, commit_s: float, *, many: bool, multiple: float) -> float:
    """At most which multiple may hold: how much faster than asked two seconds' work is done without any waiting."""
    loop = Loop(system, load, multiple, 2.0, many=many)
    begun = time.perf_counter()
    for end in np.arange(commit_s, 2.0 + commit_s, commit_s):
        loop.post(int(np.searchsorted(loop.post_due, end)))
        while loop.read < (due := int(np.searchsorted(loop.page_due, end))):
            loop.serve(min(due, loop.read + PAGES_AT_ONCE))
    return multiple * 2.0 / (time.perf_counter() - begun)


class Loop:
    """One run under way: how many posts and pages are done, and how long each took from when it was due."""

    def __init__(self, system: HybridFeeds, load: Load, multiple: float, seconds: float, *, many: bool) -> None:
        self.system, self.seconds, self.many = system, seconds, many
        self.post_due = np.arange(int(POSTS_PER_S * multiple * seconds)) / (POSTS_PER_S * multiple)
        self.page_due = np.arange(int(PAGES_PER_S * multiple * seconds)) / (PAGES_PER_S * multiple)
        self.rows, self.readers = load.posts(len(self.post_due)), load.readers(len(self.page_due))
        self.posted = self.read = 0
        self.busy = 0.0
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
            begun, done = now, 0
            if now - committed >= commit_s:
                committed = now
                done += self.post(int(np.searchsorted(self.post_due, now)))
            done += self.serve(self._pages_due(now))
            if done:
                self.busy += self.now() - begun
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
        waiting = [
            due[done] for due, done in ((self.post_due, self.posted), (self.page_due, self.read)) if done < len(due)
        ]
        return max(0.0, now - min(waiting, default=now))

    def post(self, due: int) -> int:
        """Commit the posts that are due in one group, and deliver them."""
        first, self.posted = self.posted, due
        if due > first:
            self.system.post_many(self.rows[first:due])
            while self.system.step(4096):
                pass
            self.visible_s.append(self.now() - self.post_due[first:due])
        return due - first

    def serve(self, due: int) -> int:
        """Answer the pages that are due, all at once or one by one."""
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
