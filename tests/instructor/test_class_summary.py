"""The instructor's view: what a folder of learners' files says about a class."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import made_up_course

from twitterlab.classroom.course import progress
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.progress_export import export_progress
from twitterlab.commands.cli import main
from twitterlab.instructor.class_summary import SHOWN, summarise


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield made_up_course.make_course(tmp_path, monkeypatch)
    made_up_course.forget_course()


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    """Three learners: Ada solved 1.1 and is stuck at 4.2; Bo is stuck at 1.1; cy has not begun."""
    made = tmp_path / "class"
    (made / "cy").mkdir(parents=True)
    (made / "cy" / "progress.json").write_bytes(b'{"version": 1, "exercises": {}}')
    note("1.1", "wrong:backwards", "wrong:backwards", "right")
    note("4.2", "error")
    export_progress(home, made / "file of a.json", "Ada")
    (home / "progress.json").unlink()
    note("1.1", "wrong:own_tweets", "wrong:backwards", "over budget", "wrong:nobody_knows", "wrong:own_tweets")
    export_progress(home, made / "Bo.json")
    return made


def note(key: str, *answers: str) -> None:
    for answer in answers:
        kind, _, why = answer.partition(":")
        progress.note_answer(key, kind, why)


def write(path: Path, **exercises: Any) -> None:
    records = {key.replace("_", "."): record for key, record in exercises.items()}
    path.write_text(json.dumps({"version": 1, "exercises": records}))


def numbers(folder: Path) -> Any:
    return json.loads(summarise(folder).as_json())


# The numbers


def test_each_exercise_says_who_got_it_who_is_stuck_and_who_has_not_begun(folder: Path) -> None:
    assert numbers(folder)["exercises"] == [
        {"exercise": "1.1", "title": "Ask <the> table", "right": 1, "stuck": 1, "not_begun": 1, "median_tries": 4.0},
        {"exercise": "1.2", "title": "Count", "right": 0, "stuck": 0, "not_begun": 3, "median_tries": None},
        {"exercise": "4.2", "title": "Merge", "right": 0, "stuck": 1, "not_begun": 2, "median_tries": 1.0},
    ]


def test_each_learner_says_how_many_are_right_and_where_they_are_stuck(folder: Path) -> None:
    assert numbers(folder)["learners"] == [
        {"name": "Ada", "right": 1, "stuck": ["4.2"]},
        {"name": "Bo", "right": 0, "stuck": ["1.1"]},
        {"name": "cy", "right": 0, "stuck": []},
    ]


def test_misconceptions_are_in_words_and_those_of_most_learners_come_first(folder: Path) -> None:
    assert numbers(folder)["misconceptions"] == [
        {"exercise": "1.1", "misconception": "The oldest come first", "learners": 2, "times": 3},
        {"exercise": "1.1", "misconception": "One follows oneself", "learners": 1, "times": 2},
        {"exercise": "1.1", "misconception": "nobody_knows", "learners": 1, "times": 1},
    ]


def test_only_the_most_common_misconceptions_of_an_exercise_are_shown(folder: Path) -> None:
    write(folder / "d.json", **{"4_2": {"tries": 9, "misconceptions": dict.fromkeys("edcba", 1)}})
    shown = [row["misconception"] for row in numbers(folder)["misconceptions"] if row["exercise"] == "4.2"]
    assert shown == ["a", "b", "c"][:SHOWN]


def test_a_right_answer_that_is_run_again_does_not_raise_the_median(folder: Path) -> None:
    write(folder / "d.json", **{"1_2": {"tries": 9, "answers": {"right": 8, "wrong": 1}, "right_at": "2026-11-26"}})
    write(folder / "e.json", **{"1_2": {"tries": 1, "answers": {"wrong": 1}}})
    assert numbers(folder)["exercises"][1]["median_tries"] == 1.5


def test_an_exercise_that_the_course_has_not_is_left_out(folder: Path) -> None:
    before = numbers(folder)["exercises"]
    write(folder / "cy" / "progress.json", **{"9_9": {"tries": 3, "misconceptions": {"a": 1}}})
    assert numbers(folder)["exercises"] == before


# Whose files


def test_a_learner_without_a_name_is_called_as_the_file_or_its_folder(folder: Path) -> None:
    (folder / "dee").mkdir()
    write(folder / "dee" / "my progress.json")
    write(folder / "progress.json")
    assert [one["name"] for one in numbers(folder)["learners"]] == ["Ada", "Bo", "cy", "my progress", "progress"]


def test_two_learners_of_one_name_are_two(folder: Path, home: Path) -> None:
    export_progress(home, folder / "another.json", "Ada")
    assert [one["name"] for one in numbers(folder)["learners"]] == ["Ada", "Ada", "Bo", "cy"]


def test_files_that_are_hidden_set_aside_or_deeper_are_passed_over(folder: Path) -> None:
    before = numbers(folder)
    (folder / "cy" / "deep").mkdir()
    for name in (
        ".hidden.json",
        "cy/.x.json",
        "Bo.before-export-1.json",
        "cy/progress.broken-1.json",
        "cy/deep/d.json",
    ):
        (folder / name).write_text("{")
    assert numbers(folder) == before


def test_unreadable_files_are_named_and_stop_nothing(folder: Path) -> None:
    (folder / "half.json").write_text("{")
    (folder / "cy" / "other.json").write_text('{"cells": []}')
    found = summarise(folder)
    other = "it is JSON, but no progress: Object missing required field `version`"
    assert found.unreadable == [f"cy/other.json ({other})", "half.json (it is not JSON)"]
    assert len(found.learners) == 3
    assert str(found).splitlines()[-1] == f"Not read: {'; '.join(found.unreadable)}"


def test_without_any_progress_the_command_says_how_to_get_some(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "half.json").write_text("{")
    for folder in (tmp_path / "nowhere", tmp_path / "class"):
        assert main(["summary", str(folder)]) == 2
        said = capsys.readouterr().err
        assert "twitterlab progress --export" in said
        assert said.count("\n") == 1
    assert "half.json (it is not JSON)" in said
    with pytest.raises(CourseError):
        summarise(tmp_path / "nowhere")


def test_what_strangers_wrote_cannot_steer_the_terminal(folder: Path) -> None:
    data = {"version": 1, "name": "\x1b[2J", "exercises": {"1.1": {"tries": 1, "misconceptions": {"\x1b[3J\n": 1}}}}
    (folder / "d\x1b[1J.json").write_text("{")
    (folder / "e.json").write_text(json.dumps(data))
    assert "\x1b" not in str(summarise(folder))


# The commands


def test_the_command_prints_the_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Learners: 3, exercises: 3",
        "",
        "exercise    title              right    stuck    not begun    median tries",
        "1.1         Ask <the> table        1        1            1               4",
        "1.2         Count                  0        0            3               -",
        "4.2         Merge                  0        1            2               1",
        "",
        "exercise    misconception            learners    times",
        "1.1         The oldest come first           2        3",
        "1.1         One follows oneself             1        2",
        "1.1         nobody_knows                    1        1",
        "",
        "name      right  stuck at",
        "Ada           1  4.2",
        "Bo            0  1.1",
        "cy            0  -",
    ]


def test_the_command_prints_the_numbers_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == numbers(folder)


def test_a_class_that_has_met_no_misconception_is_told_so(home: Path, tmp_path: Path) -> None:
    progress.note_answer("1.1", "right")
    (tmp_path / "class").mkdir()
    export_progress(home, tmp_path / "class" / "a.json")
    assert "No misconception was met." in str(summarise(tmp_path / "class"))
    assert numbers(tmp_path / "class")["misconceptions"] == []
