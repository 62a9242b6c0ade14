"""What all parts share: what `parts.toml` says of them, a result with its tables and machine, and fair turns."""

from __future__ import annotations

import platform
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec
import numpy as np
import pandas as pd
import psutil  # type: ignore[import-untyped]
from numpy.typing import ArrayLike

from twitterlab.figures.charts import number

T = TypeVar("T")
Figures: TypeAlias = dict[str, float]
Table: TypeAlias = list[dict[str, Any]]
Tables: TypeAlias = dict[str, Table]


class Unavailable(Exception):
    """A part cannot run here; the message says what is missing and how to get it."""


class Failed(Exception):
    """Those who are compared did not do the same work, or what they should, so their times say nothing."""


class Goal(msgspec.Struct):
    """A bound that a figure is to keep: at least `least`, or at most `most`."""

    figure: str
    what: str
    least: float | None = None
    most: float | None = None


class Part(msgspec.Struct):
    """What `parts.toml` says of a part; of each size the default, what `--quick` takes, and what it is."""

    title: str
    question: str
    packages: list[str]
    notes: list[str]
    captions: dict[str, str]
    sizes: dict[str, tuple[int | float, int | float, str]]
    goals: list[Goal] = []
    extras: str = "service"  # of pyproject.toml, that it needs


PARTS = msgspec.toml.decode(Path(__file__).with_name("parts.toml").read_bytes(), type=dict[str, Part])


def install_command(part: str) -> str:
    """What installs all that a part needs."""
    return f".venv/bin/python -m pip install -e '.[{PARTS[part].extras}]' -c constraints.txt"


def sizes_of(part: str, *, quick: bool = False, **given: Any) -> Namespace:
    """The sizes of a part: the ones given, else the defaults, or with `quick` the small ones."""
    known = PARTS[part].sizes.items()
    return Namespace(**{name: given.get(name, small if quick else usual) for name, (usual, small, _) in known})


@dataclass(frozen=True)
class Result:
    """What one part measured: `figures` are single numbers by name, `tables` rows by title, `notes` what to know."""

    part: str
    settings: dict[str, Any]
    figures: Figures
    tables: Tables
    notes: list[str]
    machine: dict[str, Any]
    versions: dict[str, str]

    @classmethod
    def here(cls, part: str, settings: dict[str, Any], figures: Figures, tables: Tables, *notes: str) -> Result:
        """What was measured on this machine, with the part's notes after those given."""
        about, versions = [*notes, *PARTS[part].notes], package_versions(PARTS[part].packages)
        return cls(part, settings, figures, tables, about, this_machine(), versions)

    def json(self) -> str:
        """The result as one JSON object."""
        return msgspec.json.format(msgspec.json.encode(self, enc_hook=float), indent=1).decode()

    def text(self) -> str:
        """The result for the eye: settings and machine, each table, the figures, the notes."""
        head = f"{self.part}: {values_on_one_line(self.settings)}\non {values_on_one_line(self.machine)}"
        tables = (f"{title}\n\n{markdown(rows)}" for title, rows in self.tables.items())
        return "\n\n".join([head, *tables, self.all_figures(), *self.notes])

    def all_figures(self) -> str:
        """A table of all figures by name."""
        return markdown([{"figure": f"`{name}`", "value": value} for name, value in self.figures.items()])


def this_machine() -> dict[str, Any]:
    """The processor, its cores and the memory; no name of the machine."""
    return {
        "processor": processor_name(),
        "cores": psutil.cpu_count() or 0,
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.system(),
    }


def processor_name() -> str:
    """What the processor calls itself, as far as the system tells."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def package_versions(packages: list[str]) -> dict[str, str]:
    """Python's version, and of twitterlab and the packages where they are installed."""
    found = {"python": platform.python_version()}
    for package in ("twitterlab", *packages):
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def values_on_one_line(values: Mapping[str, Any]) -> str:
    """Names and values on one line."""
    return ", ".join(f"{name} {value:,}" if type(value) is int else f"{name} {value}" for name, value in values.items())


def markdown(rows: Table) -> str:
    """Rows as a table of Markdown; numbers stand at the right, thousands apart, and of a fraction three digits."""
    frame = pd.DataFrame(rows)
    right = set(frame.select_dtypes("number"))
    sides = ["right" if column in right else "left" for column in frame]
    return frame.map(cell_text).to_markdown(index=False, disable_numparse=True, colalign=sides)


def cell_text(value: Any) -> str:
    """A value as a table shows it; nothing where there is none."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if pd.isna(value):
        return ""
    return value if isinstance(value, str) else number(value)


def percentiles(seconds: ArrayLike, unit: float = 1e3) -> dict[str, float]:
    """p50, p99 and p99.9 of some durations, in milliseconds (or in seconds / `unit`)."""
    found = np.percentile(np.asarray(seconds, float) * unit, [50, 99, 99.9])
    return dict(zip(("p50", "p99", "p99.9"), found.tolist(), strict=True))


def seconds_of(call: Callable[[], object]) -> float:
    """How long one call takes, in seconds."""
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def take_turns(calls: Mapping[str, Callable[[], T]], seconds: defaultdict[str, list[float]]) -> dict[str, T]:
    """What the calls return, made one after the other, so that a slow minute meets all; their times go to `seconds`."""
    returned: dict[str, T] = {}
    for name, call in calls.items():
        begun = time.perf_counter()
        returned[name] = call()
        seconds[name].append(time.perf_counter() - begun)
    return returned


def must_agree(who: str, answers: Mapping[str, object]) -> None:
    """All have the same answer, so that their times compare; else a Failed names two that have not."""
    first, expected = next(iter(answers.items()))
    for name, answer in answers.items():
        if answer != expected:
            raise Failed(f"{who} gets one page from {first} and another from {name}")


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this process on one core, where the system can; afterwards it may use all that it had."""
    process = psutil.Process()
    cores = process.cpu_affinity() if hasattr(process, "cpu_affinity") else []
    if cores:
        process.cpu_affinity([max(cores)])
    try:
        yield
    finally:
        if cores:
            process.cpu_affinity(cores)
