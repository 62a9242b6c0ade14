"""`twitterlab doctor`: whether this machine can give the course, and what to do where it cannot."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twitterlab.commands import options as shared

if TYPE_CHECKING:
    from twitterlab.commands.probes import Seen, Status

INSTALL = "in the clone say: make lab (or: python -m pip install -e '.[service]' -c constraints.txt)"


def add_command(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("doctor", help="whether this machine can give the course, and what to do where not")
    shared.add_course_option(command, "where the course is to be")
    command.add_argument("--json", action="store_true", help="print what was found as JSON")
    command.set_defaults(run=lambda options: run_doctor(options.course, options.json))


@dataclass(frozen=True)
class Check:
    """Something to look at, and what to do where it is not ok."""

    what: str
    look: Callable[[], Seen]
    advice: str


@dataclass(frozen=True)
class Finding:
    """What one check found; `advice` is empty where all is well."""

    what: str
    status: Status
    found: str
    advice: str

    def __str__(self) -> str:
        lines = [f"{self.status:8} {self.what:16} {self.found}"]
        return "\n".join(lines + [f"{'':8} {'':16} -> {self.advice}"] * bool(self.advice))


def run_doctor(chosen: str | None, as_json: bool) -> int:
    """Look at everything and print it, a finding as soon as it is there; returns 0 where there is no problem, else 1.

    `chosen` is the course folder that --course names. Nothing is changed, and nothing leaves the machine.
    """
    found: list[Finding] = []
    for part in (basic_probes, lambda: on_this_machine(chosen)):
        for finding in findings_of(part()):
            found.append(finding)
            if not as_json:
                print(finding, flush=True)
        if any(finding.status == "problem" for finding in found):
            break  # without what is basic, the rest cannot even be asked
    problems = sum(finding.status == "problem" for finding in found)
    if as_json:
        print(json.dumps({"problems": problems, "findings": [asdict(finding) for finding in found]}, indent=1))
    else:
        print(f"\n{problems} to mend; ask again afterwards." if problems else "\nNo problem found.")
    return 1 if problems else 0


def findings_of(checks: Iterable[Check]) -> Iterator[Finding]:
    """Each check's finding in turn; an exception of any kind is a problem with the same remedy, never a traceback."""
    for check in checks:
        try:
            status, found = check.look()
        except Exception as error:  # the doctor gets to the end, whatever is broken
            status, found = "problem", " ".join(f"{type(error).__name__}: {error}".split())
        yield Finding(check.what, status, found, "" if status == "ok" else check.advice)


def basic_probes() -> list[Check]:
    """What everything else stands on."""
    from twitterlab.commands import probes

    wanted = importlib.metadata.metadata("twitterlab")["Requires-Python"]
    required = importlib.metadata.requires("twitterlab") or []
    return [
        Check("Python", lambda: probes.python(platform.python_version(), wanted), f"install a Python {wanted}"),
        Check("packages", lambda: probes.packages(required, importlib.metadata.version), INSTALL),
    ]


def on_this_machine(chosen: str | None) -> list[Check]:
    """The machine, the course and the programs that it runs on."""
    from twitterlab.classroom.course.copy import chosen_folder
    from twitterlab.commands import probes
    from twitterlab.commands.clones import find_clone

    clone, course, temporary = find_clone(), chosen_folder(chosen, os.environ), Path(tempfile.gettempdir())
    return [
        Check("memory", lambda: probes.memory(*probes.machine_memory()), "close other programs: a lesson needs 2 GB"),
        Check("room, course", lambda: probes.disk(course), "make room, or choose another folder with --course DIR"),
        Check("room, temporary", lambda: probes.disk(temporary), "make room, or set TMPDIR to a folder that has some"),
        Check(
            "course folder",
            lambda: probes.course_folder_writable(course),
            "choose one that you may write to with --course DIR",
        ),
        Check("datasets", lambda: probes.datasets(clone, course), dataset_advice(clone, course)),
        Check("DuckDB", probes.duckdb_answers, INSTALL),
        Check("kernel", lambda: probes.kernel(probes.run_in_kernel), INSTALL),
        Check("port", probes.own_address, "let programs listen on 127.0.0.1; a firewall or a sandbox forbids it now"),
        Check("browser", probes.browser, "twitterlab lab will print an address: open it in a browser on this machine"),
    ]


def dataset_advice(clone: Path | None, course: Path) -> str:
    """How to get the graphs back."""
    if clone is None:
        return "run this in a clone of the project"
    if (course / "datasets").is_dir():
        return f"delete them from {course / 'datasets'} and run twitterlab lab, which puts them back"
    return f"in {clone} say: make graphs"
