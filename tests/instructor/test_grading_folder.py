"""`twitterlab grading` makes a folder that nbgrader works in and Git leaves alone; what it grades is tested apart."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from authoring import starters
from authoring.verify import ROOT
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.outline import outline
from twitterlab.commands.cli import main
from twitterlab.instructor import grading


def test_there_is_an_assignment_for_each_notebook_of_exercises(tmp_path: Path) -> None:
    assert main(["grading", str(tmp_path / "class")]) == 0
    made = sorted(path.relative_to(tmp_path / "class" / "source").as_posix() for path in tmp_path.rglob("*.ipynb"))
    names = [lesson.notebook for lesson in outline().lessons if lesson.exercises]
    assert made == [f"{name}/{name}.ipynb" for name in names]
    for name in names:
        source = tmp_path / "class" / "source" / name / f"{name}.ipynb"
        assert source.read_bytes() == (ROOT / "solutions" / f"{name}.ipynb").read_bytes()


def test_stages_may_be_chosen_and_the_next_step_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grading", str(tmp_path / "class"), "--stages", "2,4"]) == 0
    assert sorted(path.stem for path in tmp_path.rglob("*.ipynb")) == ["02_follower_index", "04_user_shards"]
    assert "nbgrader generate_assignment 02_follower_index" in capsys.readouterr().out


def test_git_leaves_the_folder_alone_wherever_it_is(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    grading.make_grading(ROOT, [4], tmp_path / "a" / "class")
    seen = subprocess.run(["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert seen.stdout == ""


def test_a_folder_with_anything_in_it_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gradebook.db").write_text("grades")
    assert main(["grading", str(tmp_path)]) == 2
    assert "not empty: name a new folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.db"]


def test_without_our_solutions_or_without_nbgrader_it_says_what_is_missing_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CourseError, match=r"lacks solutions/04_user_shards\.ipynb"):
        grading.make_grading(tmp_path, [4], tmp_path / "class")
    monkeypatch.setattr(grading, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match="pip install"):
        grading.make_grading(ROOT, [4], tmp_path / "class")
    assert [*tmp_path.iterdir()] == []


def test_the_configuration_says_of_an_answer_to_come_what_our_exercises_say() -> None:
    assert repr(starters.STUB).strip("'") in grading.CONFIG
