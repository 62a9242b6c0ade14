"""Everything that must hold, in one command for machines with and without make: `python -m authoring.verify`.

It says at its end how long each check took, by the clock and of the processor, and which tests were the slowest.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tabulate import tabulate

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ("notebooks", "solutions")  # the folders whose notebooks are committed as they ran
# A kernel is started for each notebook, two of them at a time, and no notebook is cut in two.
NBVAL = (
    *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", "--nbval-sanitize-with=tests/nbval.cfg"),
    *("-n", "2", "--dist", "loadscope"),
)
DEEP = ("tests/stages/work", "tests/stages/test_threads.py") if os.environ.get("CI") else ()
CONTRACT = ("tests/stages/contract", "tests/stages/test_histories.py", "tests/parts/test_queue.py", *DEEP)
FANNED_OUT = "PrecomputedFeeds or HybridFeeds"
PYTEST = ("pytest", "-n", "2", "--dist", "worksteal")
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("authoring.rooms", "--check"),
    ("authoring.links",),
    PYTEST,
    (*PYTEST, "--plain", "-k", FANNED_OUT, *CONTRACT),
    ("pytest", *NBVAL, *NOTEBOOKS),
)
# What somebody set for their own terminal, kernels and figures; a check of outputs must not see it.
PERSONAL = (
    *("JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "MPLBACKEND", "LANG", "LANGUAGE", "LINES"),
    *("PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "NO_COLOR", "FORCE_COLOR", "TWITTERLAB_COURSE"),
    "PYTHONDONTWRITEBYTECODE",  # with it, each of some hundred processes compiles the package again
)
SLOWEST = 10


class Took(NamedTuple):
    """What one check took, in seconds by the clock and of the processor, with all processes that it started."""

    check: str
    clock_s: float
    processor_s: float


def verify() -> int:
    """Run the checks in order up to the first that fails, and say what they took; returns its exit code, or 0."""
    took, code = [], 0
    with tempfile.TemporaryDirectory() as home:
        environment = impersonal_environment(os.environ, Path(home))
        for number, check in enumerate(CHECKS):
            report = (f"--junitxml={home}/{number}.xml",) if check[0] == "pytest" else ()
            print("$", *check, flush=True)
            before, start = processor_seconds(), time.perf_counter()
            command = [sys.executable, "-m", *check, *report]
            code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
            took.append(Took(" ".join(check)[:60], time.perf_counter() - start, processor_seconds() - before))
            if code:
                break
        print(summary(took, Path(home)), flush=True)
    return code


def processor_seconds() -> float:
    """Seconds of the processor, user and system, that the processes took which have ended and were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def summary(took: list[Took], reports: Path) -> str:
    """Two tables: each check with its times and their sum, and the slowest tests."""
    whole = Took("all", sum(one.clock_s for one in took), sum(one.processor_s for one in took))
    slowest = sorted(test_times(reports), reverse=True)[:SLOWEST]
    checks = tabulate([*took, whole], ("check", "clock s", "processor s"), floatfmt=".1f")
    return f"{checks}\n\n{tabulate(slowest, ('s', 'the slowest tests'), floatfmt='.1f')}"


def test_times(reports: Path) -> Iterator[tuple[float, str]]:
    """The seconds and the name of every test in pytest's reports."""
    for report in sorted(reports.glob("*.xml")):
        for case in ElementTree.parse(report).iter("testcase"):
            yield float(case.get("time", 0)), f"{case.get('classname')}::{case.get('name')}"


def impersonal_environment(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """An environment in which outputs are the same for everybody: Jupyter's and IPython's own folders are in `home`.

    History, configuration and startup files of the user stay out, and so do their locale, time zone, terminal width and
    matplotlibrc: matplotlib reads an empty one.
    """
    kept = {name: value for name, value in environ.items() if name not in PERSONAL and not name.startswith("LC_")}
    folders = {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    fixed = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "80"}
    return {**kept, **folders, **fixed, "IPYTHONDIR": str(home / "ipython"), "MATPLOTLIBRC": os.devnull}


if __name__ == "__main__":
    sys.exit(verify())
