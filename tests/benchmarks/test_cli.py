"""`python -m benchmarks` on the command line: its parts, their files, and what it says where a part cannot run."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

import pytest

from authoring.verify import ROOT
from benchmarks import limit
from benchmarks.command import main, part_parser
from benchmarks.common import PARTS, Result, Unavailable, sizes_of

RESULT = Result.here("limit", {"users": 5}, {"ratio": 1.5}, {"rows": [{"way": "ours", "a second": 3_000_000}]})


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "run", lambda size: RESULT)


def unavailable(size: Namespace) -> Result:
    raise Unavailable("there is no server")


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_a_quick_size_and_json(part: str) -> None:
    options = part_parser(part).parse_args(["--quick", "--json"])
    assert (options.quick, options.json) == (True, "-")
    quick, usual = vars(sizes_of(part, quick=True)), vars(sizes_of(part))
    assert quick.keys() == usual.keys() == PARTS[part].sizes.keys()
    assert all(type(quick[name]) is type(usual[name]) and quick[name] <= usual[name] for name in usual)
    assert quick != usual


def test_what_is_asked_for_is_taken_quick_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Namespace] = []
    monkeypatch.setattr(limit, "run", lambda size: asked.append(size) or RESULT)
    assert main(["limit", "--turns", "9"]) == main(["limit", "--quick", "--turns", "9"]) == 0
    assert asked == [sizes_of("limit", turns=9), sizes_of("limit", quick=True, turns=9)]


@pytest.mark.parametrize("part", [*PARTS, "page"])
def test_every_part_is_in_the_readme(part: str) -> None:
    assert f"python -m benchmarks {part}" in (ROOT / "README.md").read_text()


@pytest.mark.usefixtures("measured")
def test_json_alone_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limit", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == asdict(RESULT)


@pytest.mark.usefixtures("measured")
def test_json_into_a_file_prints_the_table_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "limit.json"
    assert main(["limit", "--json", str(file)]) == 0
    assert json.loads(file.read_text()) == asdict(RESULT)
    assert "3,000,000" in capsys.readouterr().out


def test_a_file_that_cannot_be_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(limit, "run", lambda size: pytest.fail("it ran"))
    (tmp_path / "file").touch()
    assert main(["limit", "--json", str(tmp_path / "file" / "limit.json")]) == 2
    assert capsys.readouterr().err.startswith("python -m benchmarks limit: ")


def test_a_part_that_cannot_run_here_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(limit, "run", unavailable)
    assert main(["limit", "--json"]) == 3
    printed = capsys.readouterr()
    assert printed.err == "python -m benchmarks limit: there is no server\n"
    assert printed.out == ""


@pytest.mark.parametrize(
    ("part", "package", "extras"),
    [("peers", "redis", "cluster"), ("profile", "pyinstrument", "profile"), ("service", "httpx2", "service,load")],
)
def test_a_package_that_is_missing_is_named_with_what_installs_it(
    part: str, package: str, extras: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in (f"benchmarks.{part}", "benchmarks.redis_peer"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    assert main([part, "--quick"]) == 3
    error = capsys.readouterr().err
    assert error.startswith(f"python -m benchmarks {part}: {package} is not installed: ")
    assert f"pip install -e '.[{extras}]'" in error


def test_asking_for_help_imports_no_part() -> None:
    program = "import sys; from benchmarks.command import parser; parser().format_help(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = ran.stdout.split()
    assert [name for name in PARTS if f"benchmarks.{name}" in modules] == []
    assert "benchmarks.command" in modules
    assert "matplotlib" not in modules


def test_the_installed_commands_know_no_benchmarks() -> None:
    program = "import sys; from twitterlab.commands.cli import main; main(['estimate']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not [name for name in ran.stdout.split() if name.startswith(("benchmarks", "authoring"))]
