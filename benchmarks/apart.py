"""What a call spends its time on: by parts of the system (cProfile), and by lines of the source (a trace)."""

from __future__ import annotations

import linecache
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from cProfile import Profile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any, TypeAlias

import numpy as np

from benchmarks.common import Table

Label: TypeAlias = tuple[str, int, str]  # file, line, function, as the profiler has them
Line: TypeAlias = tuple[str, int, str]
Shares: TypeAlias = dict[str, float]

READING, LOOKING_UP, JOINING = "reading the queue", "looking up followers and rules", "joining the posts' followers"
DEALING, SLOTS, WRITING = "dealing readers to shards", "slots, floors, who comes twice", "writing the rings"
ACKNOWLEDGING, OTHER = "acknowledging", "other"
OWNERS = {
    ("queue.py", "drain"): READING,
    ("queue.py", "acknowledge"): ACKNOWLEDGING,
    ("tables.py", "pay"): ACKNOWLEDGING,
    ("fanout.py", "_posts"): JOINING,
    ("fanout.py", "_pushed_to"): LOOKING_UP,
    ("feed_cache.py", "deliver"): DEALING,
    ("feeds.py", "deliver"): SLOTS,
    ("feeds.py", "_append"): WRITING,
    ("feeds.py", "_interleave"): WRITING,
}  # what any other function does is part of what called it
INDEXED = re.compile(r"([A-Za-z_][\w.]*)(?:\[|\.take\()")
LEAST = 0.01  # of the time; lines that take less stand together


def by_part(profile: Profile, posts: int) -> Table:
    """A row for each part of fan-out, the longest first: its share of the time, and its calls a post."""
    profile.create_stats()
    stats: dict[Label, Any] = profile.stats
    seconds: defaultdict[str, float] = defaultdict(float)
    calls: defaultdict[str, float] = defaultdict(float)
    known: dict[Label, Shares] = {}
    for label, (_, count, own, _, _) in stats.items():
        for part, share in owners(label, stats, known).items():
            seconds[part] += own * share
            calls[part] += count * share
    total = sum(seconds.values())
    return [
        {"part": part, "share": taken / total, "calls a post": calls[part] / posts}
        for part, taken in sorted(seconds.items(), key=lambda item: -item[1])
    ]


def owners(label: Label, stats: dict[Label, Any], known: dict[Label, Shares]) -> Shares:
    """Which parts a function's own time belongs to: its own, or those of its callers, as much as each had of it."""
    named = OWNERS.get((Path(label[0]).name, label[2]))
    if named:
        return {named: 1.0}
    if label not in known:
        known[label] = {}  # a function that calls itself is not its own owner
        callers = stats[label][4]
        total = sum(edge[2] for edge in callers.values())
        shares: defaultdict[str, float] = defaultdict(float)
        for caller, edge in callers.items():
            for part, share in owners(caller, stats, known).items():
                shares[part] += share * (edge[2] / total if total else 1 / len(callers))
        found = sum(shares.values())
        known[label] = {part: share / found for part, share in shares.items()} if found else {OTHER: 1.0}
    return known[label]


@dataclass
class Lines:
    """Seconds of each line of some files, and which of some arrays it indexes; what a line calls elsewhere is its own.

    A trace costs about a microsecond a line, which is little where a line handles thousands of numbers.
    """

    files: set[str]
    arrays: dict[str, np.ndarray[Any, Any]]
    seconds: defaultdict[Line, float] = field(default_factory=lambda: defaultdict(float))
    runs: Counter[Line] = field(default_factory=Counter)
    indexed: dict[Line, list[str]] = field(default_factory=dict)
    _current: Line | None = None
    _since: float = 0.0

    def trace(self, call: Callable[[], object]) -> None:
        """Make a call, line by line."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            call()
        finally:
            sys.settrace(before)
            self._current = None

    def _enter(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._line if frame.f_code.co_filename in self.files else None

    def _line(self, frame: FrameType, event: str, argument: object) -> Any:
        if self._current:
            self.seconds[self._current] += perf_counter() - self._since
        inner: FrameType | None = frame.f_back if event == "return" else frame
        line = None if inner is None else (inner.f_code.co_filename, inner.f_lineno, inner.f_code.co_name)
        self._current = line if line and line[0] in self.files else None
        if line and event == "line":
            self.runs[line] += 1
        if line and inner and line not in self.indexed:
            self.indexed[line] = list(self._arrays_in(linecache.getline(*line[:2]), inner))
        self._since = perf_counter()
        return self._line

    def _arrays_in(self, source: str, frame: FrameType) -> Iterable[str]:
        """The names of the arrays that a line takes numbers from or puts them into, by whatever name it calls them."""
        for first, *rest in (path.split(".") for path in INDEXED.findall(source)):
            value = frame.f_locals.get(first)
            for name in rest:
                value = getattr(value, name, None)
            if isinstance(value, np.ndarray):
                yield from (name for name, array in self.arrays.items() if np.may_share_memory(value, array))

    def table(self, deliveries: int, turns: int) -> Table:
        """A row for each line that takes a hundredth of the time or more, in their order, and one for all others."""
        total, rows, rest = sum(self.seconds.values()), [], 0.0
        for line in sorted(self.seconds):
            taken, names = self.seconds[line], self.indexed[line]
            if taken < LEAST * total and not names:
                rest += taken
                continue
            rows.append(
                {
                    "line": linecache.getline(*line[:2]).partition("  #")[0].strip(),
                    "of": f"{Path(line[0]).stem}.{line[2]}",
                    "runs a turn": self.runs[line] / turns,
                    "random accesses": len(names),
                    "bytes": sum(self.arrays[name].itemsize for name in names),
                    "ns a delivery": taken / deliveries * 1e9,
                    "share": taken / total,
                }
            )
        last = {"line": "all other lines", "of": "", "runs a turn": None, "random accesses": 0, "bytes": 0}
        return [*rows, {**last, "ns a delivery": rest / deliveries * 1e9, "share": rest / total}]
