"""Wall times for a lesson: always said to be this machine's, so that nobody takes them for a count."""

from __future__ import annotations

import time
from collections.abc import Callable


def least_seconds(call: Callable[[], object], repeat: int = 5) -> float:
    """The least of `repeat` durations of a call, in seconds: the one that other programs disturbed least."""
    durations = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        durations.append(time.perf_counter() - start)
    return min(durations)


def on_this_machine(duration: float) -> str:
    """A duration in words that a comparison of notebooks' outputs passes over: "1.2 ms on this machine"."""
    scale, unit = (1e6, "us") if duration < 1e-3 else (1e3, "ms") if duration < 1 else (1, "s")
    return f"{duration * scale:.3g} {unit} on this machine"
