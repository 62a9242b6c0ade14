"""The command line: every command is in a file and in the README, answers, and is told quickly what it could do."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import twitterlab as tl
from authoring.verify import ROOT
from twitterlab.classroom.course import outline
from twitterlab.commands import catch_up, cli, handout, tour
from twitterlab.commands.cli import command_parser, main

HEAVY = ("ipywidgets", "jupyterlab", "nbformat", "pandas", "matplotlib", "fastapi", "psutil", "tqdm", "networkx")
LESSONS = outline.outline().numbers
ROOMS = ("classroom", "figures", "instructor", "studies")


def commands() -> list[str]:
    """The names of all commands, as `twitterlab --help` tells them."""
    (choices,) = (a.choices for a in command_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return [*choices]


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in commands() if f"twitterlab {name}" not in readme] == []


def test_each_command_has_a_file_of_its_own() -> None:
    assert len(commands()) == len({module.__file__ for module in cli.COMMANDS}) == len(cli.COMMANDS)


def test_asking_for_help_imports_no_command_s_own_room() -> None:
    program = "import sys; from twitterlab.commands import cli; cli.command_parser().format_help(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = ran.stdout.split()
    assert "twitterlab.commands.doctor" in modules
    assert [name for name in HEAVY if name in modules] == []
    assert [name for name in ROOMS if f"twitterlab.{name}" in modules] == []


def test_the_tour_prints_a_row_a_stage_and_saves_json_and_a_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--users", "200", "--tweets", "150", "--seed", "5", "--stages", "2,6-7"]
    files = ["--json", str(tmp_path / "t.json"), "--plot", str(tmp_path / "t.png")]
    assert main(["tour", *arguments, *files]) == 0
    printed = capsys.readouterr().out
    assert [name in printed for name in ("FollowerIndex", "HybridFeeds", "SingleTable ")] == [True, True, False]
    saved = json.loads((tmp_path / "t.json").read_text())
    assert [row["stage"] for row in saved["stages"]] == [2, 6, 7]
    assert [row["pages_differing"] for row in saved["stages"]] == [0, 0, 0]
    assert saved["graph"]["users"] == 200
    assert (tmp_path / "t.png").read_bytes().startswith(b"\x89PNG")


def test_a_bad_graph_file_is_one_line_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("follower,followee\n0,1\n1,x\n")
    assert main(["tour", "--graph", str(bad)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "'x'" in error


@pytest.mark.parametrize("value", ["0", "{more}", "3-{more}", "x", "", "5-2", "1,,2"])
@pytest.mark.parametrize(
    ("stages", "last"), [(tour.stage_numbers, len(tl.STAGES)), (handout.lesson_numbers, LESSONS[-1])]
)
def test_stages_that_there_are_not_are_refused_with_those_that_there_are(
    stages: Callable[[str], list[int]], last: int, value: str
) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"stages are numbers from 1 to {last}"):
        stages(value.format(more=last + 1))


@pytest.mark.parametrize(("value", "meant"), [("4", [4]), ("2-5", [2, 3, 4, 5]), ("7,1,6", [1, 6, 7])])
def test_stages_are_named_by_number_range_and_list(value: str, meant: list[int]) -> None:
    assert tour.stage_numbers(value) == handout.lesson_numbers(value) == meant


def test_other_commands_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate"]) == 0
    assert main(["policies", "--users", "200", "--events", "500"]) == 0
    assert main(["graph", "--users", "200", "--save", str(tmp_path / "g.parquet")]) == 0
    assert tl.FollowGraph.read(tmp_path / "g.parquet").users == 200
    printed = capsys.readouterr().out
    assert "deliver" in printed
    assert "per edge" in printed.lower() or "per-edge" in printed.lower()


def test_lessons_that_come_after_the_stages_can_be_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last, new = LESSONS[-1], LESSONS[-1] + 1
    more = f'\n[[lesson]]\nnotebook = "{new:02}_more"\ntitle = "More"\npanel = "caches"\n'
    (tmp_path / "course.toml").write_text(outline.FILE.read_text(encoding="utf-8") + more, encoding="utf-8")
    monkeypatch.setattr(outline, "FILE", tmp_path / "course.toml")
    outline.outline.cache_clear()
    try:
        assert (handout.lesson_numbers(f"{last}-{new}"), catch_up.lesson_number(str(new))) == ([last, new], new)
        with pytest.raises(argparse.ArgumentTypeError):
            tour.stage_numbers(str(new))
    finally:
        outline.outline.cache_clear()


def test_a_faulty_course_file_is_one_line_on_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "course.toml").write_text("tour = 3\n")
    monkeypatch.setattr(outline, "FILE", tmp_path / "course.toml")
    outline.outline.cache_clear()
    try:
        assert main(["catch-up", "--to", "5"]) == 2
    finally:
        outline.outline.cache_clear()
    assert capsys.readouterr().err.startswith("twitterlab catch-up: course.toml describes no course: ")
