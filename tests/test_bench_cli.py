"""`twitterlab bench` on the command line: its parts, their files, and what it says where a part cannot run."""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from twitterlab.bench import command, limit
from twitterlab.bench.common import Result, Unavailable
from twitterlab.cli import main, parser

ROOT = Path(__file__).parents[1]
RESULT = Result("limit", {"users": 5}, {"ratio": 1.5}, {"rows": [{"way": "ours", "a second": 3_000_000}]})


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "run", lambda options: RESULT)


def unavailable(options: Namespace) -> Result:
    raise Unavailable("there is no server")


@pytest.mark.parametrize("part", command.PARTS)
def test_every_part_has_a_quick_size_and_json(part: str) -> None:
    options = parser().parse_args(["bench", part, "--quick", "--json"])
    assert (options.part, options.quick, options.json) == (part, True, "-")


@pytest.mark.parametrize("part", [*command.PARTS, "page"])
def test_every_part_is_in_the_readme(part: str) -> None:
    assert f"twitterlab bench {part}" in (ROOT / "README.md").read_text()


@pytest.mark.usefixtures("measured")
def test_json_alone_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "limit", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == RESULT.as_dict()


@pytest.mark.usefixtures("measured")
def test_json_into_a_file_prints_the_table_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "limit.json"
    assert main(["bench", "limit", "--json", str(file)]) == 0
    assert json.loads(file.read_text()) == RESULT.as_dict()
    assert "3,000,000" in capsys.readouterr().out


def test_a_file_that_cannot_be_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(limit, "run", lambda options: pytest.fail("it ran"))
    (tmp_path / "file").touch()
    assert main(["bench", "limit", "--json", str(tmp_path / "file" / "limit.json")]) == 2
    assert capsys.readouterr().err.startswith("twitterlab bench: ")


def test_a_part_that_cannot_run_here_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(limit, "run", unavailable)
    assert main(["bench", "limit", "--json"]) == 3
    printed = capsys.readouterr()
    assert printed.err == "twitterlab bench limit: there is no server\n"
    assert printed.out == ""


def test_other_commands_import_no_part_of_the_bench() -> None:
    program = "import sys; from twitterlab.cli import main; main(['estimate']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    modules = ran.stdout.split()
    assert [name for name in command.PARTS if f"twitterlab.bench.{name}" in modules] == []
    assert "twitterlab.bench.command" in modules
    assert "matplotlib" not in modules
