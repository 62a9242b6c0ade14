"""The doctor: every look can find something wrong, and what is wrong comes with what to do."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import socket
import sys
from pathlib import Path

import pytest

from authoring.verify import ROOT
from twitterlab.classroom.course import copy as course
from twitterlab.commands import clones, doctor, lab, probes
from twitterlab.commands.cli import main
from twitterlab.commands.doctor import Check, Finding
from twitterlab.model import InvalidGraph

GB = 10**9


def installed(**versions: str):  # type: ignore[no-untyped-def]
    def version(name: str) -> str:
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    return version


# Each look


def test_an_old_python_is_a_problem() -> None:
    assert probes.python("3.11.0", ">=3.11") == ("ok", "3.11.0 (>=3.11)")
    assert probes.python("3.15.0rc1", ">=3.11")[0] == "ok"
    assert probes.python("3.10.14", ">=3.11")[0] == "problem"


def test_packages_that_are_missing_or_too_old_are_named() -> None:
    required = ["duckdb>=2.0", "numpy>=2.1", 'redis>=6; extra == "cluster"', 'tomli; python_version < "3"']
    assert probes.packages(required, installed(duckdb="2.0.0", numpy="2.4.6")) == ("ok", "all 2 that are required")
    assert probes.packages(required, installed(duckdb="1.4.9")) == (
        "problem",
        "duckdb is 1.4.9, required is >=2.0; numpy is missing",
    )


def test_memory_warns_where_it_is_taken_and_is_a_problem_where_there_is_none() -> None:
    assert probes.memory(8 * GB, 3 * GB) == ("ok", "8.0 GB, 3.0 GB of it free")
    assert probes.memory(8 * GB, 1 * GB)[0] == "warning"
    assert probes.memory(1 * GB, 1 * GB)[0] == "problem"


def test_the_limit_of_a_container_counts_as_its_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "CGROUP_LIMIT", tmp_path / "memory.max")
    machine = probes.machine_memory()[0]
    for limit, total in (("max", machine), (str(10**6), 10**6)):
        (tmp_path / "memory.max").write_text(limit + "\n")
        assert probes.machine_memory()[0] == total


def test_room_is_measured_where_the_folder_will_be(tmp_path: Path) -> None:
    asked = []

    def free(room: int):  # type: ignore[no-untyped-def]
        return lambda path: asked.append(path) or room

    course = tmp_path / "not" / "yet"
    assert probes.disk(course, free(3 * GB)) == ("ok", f"3.0 GB free at {course}")
    assert probes.disk(course, free(GB // 2))[0] == "warning"
    assert probes.disk(course, free(GB // 10))[0] == "problem"
    assert asked == [tmp_path] * 3


def test_a_course_folder_can_be_written_or_made_and_is_left_as_it_was(tmp_path: Path) -> None:
    assert probes.course_folder_writable(tmp_path) == ("ok", str(tmp_path))
    assert probes.course_folder_writable(tmp_path / "new" / "course") == (
        "ok",
        f"{tmp_path / 'new' / 'course'}, to be made",
    )
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        probes.course_folder_writable(tmp_path / "file" / "course")


def test_datasets_must_be_there_and_be_the_ones_that_the_card_names(tmp_path: Path) -> None:
    clone, home = tmp_path / "clone", tmp_path / "course"
    (clone / "datasets").mkdir(parents=True)
    for name in ("README.md", "small.parquet", "middle.parquet"):
        shutil.copy(ROOT / "datasets" / name, clone / "datasets")
    assert probes.datasets(clone, home) == ("ok", f"small.parquet, middle.parquet in {clone / 'datasets'}")
    shutil.copytree(clone / "datasets", home / "datasets")
    assert str(home) in probes.datasets(clone, home)[1]
    shutil.copy(home / "datasets/small.parquet", home / "datasets/middle.parquet")
    assert probes.datasets(clone, home) == ("problem", "not as made: middle.parquet")
    (home / "datasets/small.parquet").unlink()
    with pytest.raises(InvalidGraph, match=r"small\.parquet: no such file"):
        probes.datasets(clone, home)
    (clone / "datasets" / "README.md").write_text("an empty card")
    assert probes.datasets(clone, home) == ("problem", "not as made: the card names no graph")
    assert probes.datasets(None, home)[0] == "problem"


def test_duckdb_must_be_new_and_add_up() -> None:
    assert probes.duckdb_answers()[0] == "ok"
    assert probes.duckdb_answer("v1.4.4", 5050) == ("problem", "v1.4.4 answers, needed is 2 or newer")
    assert probes.duckdb_answer("v2.0.0", 5051)[0] == "problem"


@pytest.mark.timeout(180)
def test_a_kernel_really_starts_and_answers_and_its_errors_are_heard() -> None:
    status, found = probes.kernel(probes.run_in_kernel)
    assert (status, found[:20]) == ("ok", "answers with Python ")
    with pytest.raises(RuntimeError, match=r"ModuleNotFoundError: .*no_such_package"):
        probes.run_in_kernel("import no_such_package")


def test_a_kernel_that_says_nothing_is_a_problem() -> None:
    assert probes.kernel(lambda code: "") == ("problem", "does not answer")


def test_a_port_is_bound_where_it_may_be() -> None:
    assert probes.own_address()[0] == "ok"
    with pytest.raises(OSError, match=r"."):
        probes.own_address("192.0.2.1")  # an address for documentation, which no machine has


def test_no_browser_only_warns() -> None:
    assert probes.browser(True)[0] == "ok"
    assert probes.browser(False)[0] == "warning"


# What is said


def test_a_look_that_fails_is_a_problem_with_its_remedy_and_the_next_goes_on() -> None:
    def broken() -> probes.Seen:
        raise PermissionError("no\n  entry")

    findings = doctor.findings_of([Check("a", broken, "mend it"), Check("b", lambda: ("ok", "fine"), "never said")])
    assert list(findings) == [
        Finding("a", "problem", "PermissionError: no entry", "mend it"),
        Finding("b", "ok", "fine", ""),
    ]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Enough memory, no kernel and a temporary course: the doctor is quick, and says the same on every machine."""
    monkeypatch.setattr(probes, "run_in_kernel", lambda code: "3.11")
    monkeypatch.setattr(probes, "machine_memory", lambda: (8 * GB, 8 * GB))
    monkeypatch.setenv(course.VARIABLE, str(tmp_path / "course"))
    return tmp_path / "course"


def test_a_healthy_machine_gets_0_and_a_line_for_each_look(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "No problem found" in printed
    looks = [check.what for check in doctor.basic_probes() + doctor.on_this_machine(None)]
    assert [what for what in looks if f" {what} " not in printed] == []
    assert str(alone) in printed
    assert not alone.exists()


FAULTS = {
    "memory": ("memory", lambda *_: ("problem", "too little"), "close other programs"),
    "room, course": ("disk", lambda *_: ("problem", "full"), "--course DIR"),
    "room, temporary": ("disk", lambda *_: ("problem", "full"), "TMPDIR"),
    "course folder": ("course_folder_writable", lambda *_: 1 / 0, "--course DIR"),
    "datasets": ("datasets", lambda *_: ("problem", "not as made"), "make graphs"),
    "DuckDB": ("duckdb_answers", lambda: 1 / 0, "make lab"),
    "kernel": ("kernel", lambda *_: ("problem", "silent"), "make lab"),
    "port": ("own_address", lambda: 1 / 0, "127.0.0.1"),
    "Python": ("python", lambda *_: ("problem", "2.7"), "install a Python >=3.11"),
    "packages": ("packages", lambda *_: ("problem", "numpy is missing"), "pip install -e '.[service]'"),
}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("what", FAULTS)
def test_each_problem_gives_1_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    probe, broken, remedy = FAULTS[what]
    monkeypatch.setattr(probes, probe, broken)
    assert main(["doctor", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    (finding,) = (finding for finding in said["findings"] if finding["what"] == what)
    assert finding["status"] == "problem"
    assert remedy in finding["advice"]
    assert said["problems"] >= 1


@pytest.mark.usefixtures("alone")
def test_without_the_basics_nothing_else_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(probes, "packages", lambda *_: ("problem", "ipywidgets is missing"))
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "ipywidgets is missing\n" in printed
    assert "-> in the clone say: make lab" in printed
    assert "kernel" not in printed


@pytest.mark.usefixtures("alone")
def test_a_warning_alone_gives_0_and_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab, "has_browser", lambda environ: False)
    assert main(["doctor", "--json"]) == 0
    browser = json.loads(capsys.readouterr().out)["findings"][-1]
    assert (browser["what"], browser["status"]) == ("browser", "warning")
    assert "print an address" in browser["advice"]


@pytest.mark.usefixtures("alone")
def test_without_a_clone_the_datasets_are_a_problem_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clones, "__file__", str(tmp_path / "site-packages" / "twitterlab" / "commands" / "clones.py"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert main(["doctor"]) == 1
    assert "-> run this in a clone of the project" in capsys.readouterr().out


def test_the_course_option_goes_before_the_environment(
    alone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor", "--course", str(tmp_path / "chosen")])
    printed = capsys.readouterr().out
    assert str(tmp_path / "chosen") in printed
    assert str(alone) not in printed


def test_loopback_is_what_the_doctor_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(socket.socket):
        def bind(self, address: object) -> None:
            raise PermissionError(f"{address}")

    monkeypatch.setattr(socket, "socket", Refusing)
    with pytest.raises(PermissionError, match=r"127\.0\.0\.1"):
        probes.own_address()
