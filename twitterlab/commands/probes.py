"""What `twitterlab doctor` looks at, one function each: what it finds, and whether that is ok.

What a look needs is handed in, or is looked up by the function itself where nothing is handed in. An exception is an
answer too: the doctor calls it a problem.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import psutil  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

Status: TypeAlias = Literal["ok", "warning", "problem"]
Seen: TypeAlias = tuple[Status, str]

GB = 10**9
LESSON_MEMORY = 2 * GB
DISK_NEEDED, DISK_WANTED = GB // 5, GB
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
KERNEL_TIMEOUT_S = 60
DUCKDB = 2


def python(version: str, wanted: str) -> Seen:
    """Whether the Python is one that the project supports."""
    return ("ok" if SpecifierSet(wanted).contains(version, prereleases=True) else "problem"), f"{version} ({wanted})"


def packages(required: Iterable[str], installed: Callable[[str], str]) -> Seen:
    """Whether each requirement is installed at a version that it allows; of the extras, the lessons need `service`."""
    needed = [one for one in map(Requirement, required) if not one.marker or one.marker.evaluate({"extra": "service"})]
    wrong = [problem for one in needed if (problem := package_problem(one, installed))]
    return ("problem", "; ".join(wrong)) if wrong else ("ok", f"all {len(needed)} that are required")


def package_problem(needed: Requirement, installed: Callable[[str], str]) -> str:
    """What is wrong with one requirement, or nothing."""
    try:
        version = installed(needed.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{needed.name} is missing"
    if needed.specifier.contains(version, prereleases=True):
        return ""
    return f"{needed.name} is {version}, required is {needed.specifier}"


def memory(total: int, available: int) -> Seen:
    """Whether a lesson fits into what is free, or at least into what there is; both in bytes."""
    found = f"{total / GB:.1f} GB, {available / GB:.1f} GB of it free"
    if total < LESSON_MEMORY:
        return "problem", found
    return ("ok" if available >= LESSON_MEMORY else "warning"), found


def machine_memory() -> tuple[int, int]:
    """Physical and available bytes, within the limit of the container if there is one."""
    has = psutil.virtual_memory()
    limit = CGROUP_LIMIT.read_text().strip() if CGROUP_LIMIT.is_file() else "max"
    most = int(limit) if limit.isdigit() else has.total
    return min(has.total, most), min(has.available, most)


def disk(folder: Path, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Seen:
    """Whether there is room where the folder is, or will be."""
    room = free(nearest_folder(folder))
    found = f"{room / GB:.1f} GB free at {folder}"
    return ("problem" if room < DISK_NEEDED else "warning" if room < DISK_WANTED else "ok"), found


def nearest_folder(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def course_folder_writable(course: Path) -> Seen:
    """A file can be made in the course, or where the course would be made; nothing is left behind."""
    place = nearest_folder(course)
    with tempfile.NamedTemporaryFile(dir=place, prefix=".twitterlab-doctor-"):
        return "ok", f"{course}" if place == course else f"{course}, to be made"


def datasets(clone: Path | None, course: Path) -> Seen:
    """The graphs that the lessons read are there and have the digests that their card names."""
    from twitterlab.workloads.graph import FollowGraph

    if clone is None:
        return "problem", "the lessons and their data are not here"
    home = course if (course / "datasets").is_dir() else clone
    card = (clone / "datasets" / "README.md").read_text(encoding="utf-8")
    digests = dict(re.findall(r"^\| `(\w+\.parquet)` \|.*`([0-9a-f]{64})` \|$", card, re.MULTILINE))
    wrong = [name for name, digest in digests.items() if FollowGraph.read(home / "datasets" / name).digest() != digest]
    if wrong or not digests:
        return "problem", f"not as made: {', '.join(wrong) or 'the card names no graph'}"
    return "ok", f"{', '.join(digests)} in {home / 'datasets'}"


def duckdb_answers() -> Seen:
    """A DuckDB that is new enough answers a query."""
    import duckdb

    with duckdb.connect() as connection:
        row = connection.execute("SELECT version(), sum(n) FROM range(101) AS numbers(n)").fetchone()
    return duckdb_answer(*(row or ("v0", 0)))


def duckdb_answer(version: str, total: int) -> Seen:
    """What it said of itself, and of the sum of the numbers up to 100."""
    if int(version.removeprefix("v").split(".")[0]) < DUCKDB:
        return "problem", f"{version} answers, needed is {DUCKDB} or newer"
    return ("ok", f"{version} answers") if total == 5050 else ("problem", f"{version} adds 1 to 100 up to {total}")


def kernel(run: Callable[[str], str]) -> Seen:
    """A kernel starts, and the Python that it runs in has this package."""
    answer = run("import twitterlab, platform; print(platform.python_version())").strip()
    return ("ok" if answer else "problem"), f"answers with Python {answer}" if answer else "does not answer"


def run_in_kernel(code: str) -> str:
    """What the code prints in a new kernel, which is ended afterwards; an error there is a RuntimeError."""
    from jupyter_client.manager import run_kernel

    printed: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        if message["content"].get("name") == "stdout":
            printed.append(message["content"]["text"])

    quiet = ["--Application.log_level=ERROR"]
    with run_kernel(kernel_name="python3", startup_timeout=KERNEL_TIMEOUT_S, extra_arguments=quiet) as started:
        client: Any = started  # a BlockingKernelClient, which run_kernel does not say
        reply = client.execute_interactive(code, output_hook=hear, timeout=KERNEL_TIMEOUT_S)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"{reply['content'].get('ename')}: {reply['content'].get('evalue')}")
    return "".join(printed)


def own_address(host: str = "127.0.0.1") -> Seen:
    """A program may listen on this machine's own address, as JupyterLab and its kernels do."""
    with socket.socket() as listening:
        listening.bind((host, 0))
        listening.listen(1)
        return "ok", f"{host} can be listened on"


def browser(there: bool | None = None) -> Seen:
    """A window can open by itself; where not, the lab prints its address, so this only warns."""
    from twitterlab.commands.lab import has_browser

    opens = has_browser(os.environ) if there is None else there
    return ("ok", "opens by itself") if opens else ("warning", "none that can be opened from here")
