"""The lessons stop where an exercise comes, and say of it what it says of itself."""

from __future__ import annotations

import re

import nbformat
import pytest

from authoring.verify import ROOT
from twitterlab.classroom.course.exercise_texts import all_texts, texts_of
from twitterlab.classroom.course.outline import Lesson, key_numbers, outline

POINTER = re.compile(
    r"\*\*Now exercise (?P<key>\d+\.\d+)\*\*, (?P<minutes>\d+) minutes(?P<core>, the core of this stage)?: "
    r"\[[^\]]+\]\(\.\./exercises/(?P<file>[\w.]+)\)\."
)
LESSONS = pytest.mark.parametrize("lesson", outline().lessons, ids=lambda lesson: lesson.notebook)


def pointers(lesson: Lesson) -> list[re.Match[str]]:
    """The pointers of a lesson, in their order."""
    cells = nbformat.read(ROOT / lesson.lesson_file, as_version=4).cells
    return list(POINTER.finditer("\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")))


@LESSONS
def test_a_lesson_points_once_to_each_exercise_of_its_stage(lesson: Lesson) -> None:
    pointed = [match["key"] for match in pointers(lesson)]
    assert sorted(pointed, key=key_numbers) == [*lesson.exercises]


@LESSONS
def test_a_pointer_says_the_minutes_the_core_and_the_file(lesson: Lesson) -> None:
    for match in pointers(lesson):
        one = texts_of(match["key"])
        assert (int(match["minutes"]), bool(match["core"])) == (one.minutes, one.core)
        assert match["file"] == f"{lesson.notebook}.ipynb"


@pytest.mark.parametrize("key", all_texts())
def test_an_exercise_notebook_says_the_title_and_the_minutes(key: str) -> None:
    one = texts_of(key)
    path = ROOT / outline().lesson(one.lesson).solution_file
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    head = f"## {key} · {one.title}\n\n*{one.minutes} minutes{', core' if one.core else ''}*\n\n"
    assert sum(f"\n{cell}".count(f"\n{head}") for cell in cells) == 1
