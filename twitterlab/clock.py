"""Clocks: the only places where a system learns what time it is."""

from __future__ import annotations

import threading
import time
from operator import index
from typing import Protocol

DAY_MS = 86_400_000


class Clock(Protocol):
    """Anything whose `now()` is the time in integer Unix milliseconds."""

    def now(self) -> int: ...


class SystemClock:
    """The wall clock, in integer Unix milliseconds."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that stands still until `advance` moves it, forwards or backwards, so that a run can be repeated."""

    def __init__(self, start_ms: int = 1_700_000_000_000) -> None:
        self._now = index(start_ms)
        self._lock = threading.Lock()

    def now(self) -> int:
        return self._now

    def advance(self, ms: int) -> int:
        """Move the clock by `ms` milliseconds (negative steps back) and return the new time."""
        with self._lock:
            self._now += index(ms)
            return self._now
