"""Before a release: notebooks beside fresh runs of them on every Python, `python -m authoring.release`.

Each Python gets a fresh environment with the pinned packages, and each notebook is run there five times. What came of
it is written to docs/release.json after each Python, so that an interrupted release goes on with `--only`.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tabulate import tabulate

from authoring.verify import NBVAL, NOTEBOOKS, ROOT, impersonal_environment
from twitterlab.clock import SystemClock

PYTHONS = ("3.11", "3.12", "3.13")
TOOLS = ("ipykernel", "nbval", "pytest")
HOSTS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")  # what belongs to the Python that runs this, not to the fresh ones

Entry = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Compare on each Python that is asked for, and write and print what came of it; returns 1 if anything differed."""
    given = parse_arguments(argv)
    wanted = given.only or PYTHONS
    found = interpreters([*map(Path, given.python), *interpreter_paths(os.environ)])
    missing = [python for python in wanted if python not in found]
    if missing and not given.allow_missing:
        print(
            f"no Python {', '.join(missing)} found: --python PATH names one, --allow-missing goes on", file=sys.stderr
        )
        return 1
    entries: dict[str, Entry] = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {}
    for python in wanted:
        entries[python] = {"missing": True} if python in missing else measure_python(found[python], given)
        given.out.write_text(json.dumps(dict(sorted(entries.items())), indent=2) + "\n", encoding="utf-8")
    print(release_table(entries))
    return 1 if any(differences_in(entry) for entry in entries.values()) else 0


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m authoring.release", description=__doc__)
    parser.add_argument("notebooks", nargs="*", help="notebooks, or folders of them (default: notebooks solutions)")
    parser.add_argument("--times", type=int, default=5, help="how often each notebook is run (default: 5)")
    parser.add_argument("--only", action="append", choices=PYTHONS, help="this Python alone; the others' entries stay")
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help="an interpreter to use")
    parser.add_argument("--allow-missing", action="store_true", help="record a Python that is not here, and go on")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "release.json", help="default: docs/release.json")
    given = parser.parse_args(argv)
    given.notebooks = given.notebooks or [*NOTEBOOKS]
    return given


def interpreter_paths(environ: Mapping[str, str]) -> list[Path]:
    """Where interpreters may be: on PATH, then under ~/.pyenv."""
    folders = [Path(folder) for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    on_path = [folder / f"python{python}" for python in PYTHONS for folder in folders]
    return on_path + sorted(Path.home().glob(".pyenv/versions/*/bin/python"))


def interpreters(candidates: Iterable[Path]) -> dict[str, Path]:
    """The first candidate that answers for each minor version, such as "3.12"."""
    found: dict[str, Path] = {}
    for candidate in candidates:
        version = exact_version(candidate) if candidate.is_file() else ""
        found.setdefault(".".join(version.split(".")[:2]), candidate)
    return found


def exact_version(python: Path) -> str:
    """An interpreter's own version, such as "3.12.1", or nothing where it does not start."""
    asked = "import platform; print(platform.python_version())"
    return subprocess.run([python, "-I", "-c", asked], capture_output=True, text=True, check=False).stdout.strip()


def measure_python(python: Path, given: argparse.Namespace) -> Entry:
    """Install all in a fresh environment of one Python, and compare the notebooks there."""
    with tempfile.TemporaryDirectory() as home:
        environment = {k: v for k, v in impersonal_environment(os.environ, Path(home)).items() if k not in HOSTS}
        fresh = install_project(python, Path(home) / "venv", environment)
        entry = {
            "date": datetime.fromtimestamp(SystemClock().now() / 1000, UTC).date().isoformat(),
            "digest": source_digest(ROOT),
            "python": exact_version(fresh),
            "packages": package_versions(fresh),
            "notebooks": given.notebooks,
            "runs": [],
        }
        for time_ in range(1, given.times + 1):
            entry["runs"].append(compare_notebooks(fresh, given.notebooks, ROOT, environment))
            print(f"Python {entry['python']}, run {time_} of {given.times}: {entry['runs'][-1]}", flush=True)
    return entry


def install_project(python: Path, folder: Path, environment: Mapping[str, str]) -> Path:
    """A new environment with this project and its pinned packages; returns its interpreter."""
    print(f"installing for {python}", flush=True)
    subprocess.run([python, "-m", "venv", folder], env=environment, check=True)
    fresh = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [str(fresh), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-e", ".[dev]", "-c", "constraints.txt"], cwd=ROOT, env=environment, check=True)
    return fresh


def package_versions(python: Path) -> dict[str, str]:
    """The versions of the packages that the project names, as they are installed for an interpreter."""
    needed = [Requirement(line) for line in importlib.metadata.requires("twitterlab") or []]
    named = [need.name for need in needed if "extra" not in str(need.marker)]
    told = subprocess.run([python, "-m", "pip", "list", "--format=json"], capture_output=True, text=True, check=True)
    versions = {canonicalize_name(one["name"]): one["version"] for one in json.loads(told.stdout)}
    return {name: versions[name] for name in sorted(map(canonicalize_name, {*named, *TOOLS}))}


def compare_notebooks(
    python: Path, notebooks: Sequence[str], root: Path, environment: Mapping[str, str]
) -> dict[str, float]:
    """Run the notebooks below `root` once: cells compared, cells that differed or failed, seconds.

    Where nothing could be compared, as with a notebook that cannot be read, that counts as a difference.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [str(python), "-m", "pytest", *NBVAL, "-q", f"--junitxml={report}", *notebooks]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
        suite = next(ET.parse(report).iter("testsuite")).attrib if report.exists() else {}
    wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    if done.returncode:
        print(done.stdout, done.stderr, flush=True)
    cells = int(suite.get("tests", 0))
    return {"cells": cells, "differences": max(wrong, int(done.returncode != 0)), "seconds": round(seconds, 1)}


def source_digest(root: Path) -> str:
    """The SHA-256 over the notebooks and the package's source, their names included."""
    notebooks = (path for folder in NOTEBOOKS for path in (root / folder).glob("*.ipynb"))
    found = [*notebooks, *(root / "twitterlab").rglob("*")]
    summed = hashlib.sha256()
    for path in sorted(path for path in found if path.suffix in {".ipynb", ".py", ".toml", ".json"}):
        summed.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode())
        summed.update(path.read_bytes())
    return summed.hexdigest()


def differences_in(entry: Entry) -> int:
    """How many cells differed in all runs of a Python; a missing one has none."""
    return sum(int(run["differences"]) for run in entry.get("runs", []))


def release_table(entries: Mapping[str, Entry]) -> str:
    """The entries for a terminal, a Python a line."""
    rows = []
    for python, entry in sorted(entries.items()):
        runs = entry.get("runs", [])
        cells = "/".join(map(str, sorted({run["cells"] for run in runs})))
        exactly = "missing" if "missing" in entry else entry["python"]
        rows.append(
            [python, exactly, len(runs), cells, differences_in(entry), round(sum(run["seconds"] for run in runs))]
        )
    head = ["Python", "", "runs", "cells a run", "differences", "seconds"]
    return tabulate(rows, head, tablefmt="plain", disable_numparse=[0, 1, 3], colglobalalign="right")


if __name__ == "__main__":
    sys.exit(main())
