"""Work is counted, not only timed: exact counters that are the same on every machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Work:
    """What a system has done since its start; two records subtract, so that a difference is the cost of a call."""

    rows_read: int = 0  # rows that DuckDB's own profile says its table scans read
    row_groups_read: int = 0  # row groups that those scans touched
    queries: int = 0  # SELECT statements
    commits: int = 0  # write transactions
    shard_requests: int = 0  # requests sent to a database, for reading or writing
    cache_hits: int = 0
    cache_misses: int = 0
    messages: int = 0  # background messages handled
    deliveries: int = 0  # tweet IDs that fan-out wrote into feeds
    backfilled: int = 0  # tweet IDs that a follow or a rebuild wrote into feeds
    wasted: int = 0  # deliveries evicted, purged or dropped before a page showed them
    rebuilds: int = 0  # cold feeds rebuilt from the shards
    merged: int = 0  # tweets through a merge
    pulls: int = 0  # authors whose own tweets were pulled at a read

    def __sub__(self, other: Work) -> Work:
        return Work(*(getattr(self, f.name) - getattr(other, f.name) for f in fields(self)))

    def __add__(self, other: Work) -> Work:
        return Work(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def as_dict(self) -> dict[str, int]:
        """The counters by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


class ThreadCounts(threading.local):
    """What one thread counts apart, where it does."""

    counts: dict[str, int] | None = None


class Counters:
    """The running counters behind `Work`; safe to add to from many threads."""

    def __init__(self) -> None:
        self._counts = {f.name: 0 for f in fields(Work)}
        self._lock = threading.Lock()
        self._own = ThreadCounts()

    def add(self, **amounts: int) -> None:
        """Add to the named counters; an unknown name is a KeyError."""
        with self._lock:
            for name, amount in amounts.items():
                self._counts[name] += amount
        if (own := self._own.counts) is not None:
            for name, amount in amounts.items():
                own[name] += amount

    def add_page(self, hits: int, pulls: int, merged: int) -> None:
        """Add what a warm page took: `add` for the one call that is made thousands of times a second."""
        counts = self._counts
        with self._lock:
            counts["cache_hits"] += hits
            counts["pulls"] += pulls
            counts["merged"] += merged
        if (own := self._own.counts) is not None:
            own["cache_hits"] += hits
            own["pulls"] += pulls
            own["merged"] += merged

    @contextmanager
    def own_work(self) -> Iterator[Callable[[], Work]]:
        """What this thread adds within the block, apart from all others; blocks do not nest."""
        mine = self._own.counts = {f.name: 0 for f in fields(Work)}
        try:
            yield lambda: Work(**mine)
        finally:
            self._own.counts = None

    def snapshot(self) -> Work:
        """All counters at one moment."""
        with self._lock:
            return Work(**self._counts)
