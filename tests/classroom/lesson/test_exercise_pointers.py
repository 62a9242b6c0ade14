"""The lessons stop where an exercise comes, and say of it what it says of itself."""

from __future__ import annotations

import re

import nbformat
import pytest

from authoring.verify import ROOT
from twitterlab.classroom.course.exercise_texts import all_texts, texts_of

POINTER = re.compile(
    r"\*\*Now exercise (?P<key>\d\.\d)\*\*, (?P<minutes>\d+) minutes(?P<core>, the core of this stage)?: "
    r"\[[^\]]+\]\(\.\./exercises/(?P<file>[\w.]+)\)\."
)
LESSONS = {int(path.name[:2]): path for path in sorted((ROOT / "notebooks").glob("0[1-7]_*.ipynb"))}


def pointers(lesson: int) -> list[re.Match[str]]:
    """The pointers of a lesson, in their order."""
    cells = nbformat.read(LESSONS[lesson], as_version=4).cells
    return list(POINTER.finditer("\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_points_once_to_each_exercise_of_its_stage(lesson: int) -> None:
    pointed = [match["key"] for match in pointers(lesson)]
    assert sorted(pointed) == [key for key, one in all_texts().items() if one.stage == lesson]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_pointer_says_the_minutes_the_core_and_the_file(lesson: int) -> None:
    for match in pointers(lesson):
        one = texts_of(match["key"])
        assert (int(match["minutes"]), bool(match["core"])) == (one.minutes, one.core)
        assert match["file"] == LESSONS[lesson].name


@pytest.mark.parametrize("key", all_texts())
def test_an_exercise_notebook_says_the_title_and_the_minutes(key: str) -> None:
    one = texts_of(key)
    (path,) = (ROOT / "solutions").glob(f"{one.stage:02}_*.ipynb")
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    head = f"## {key} · {one.title}\n\n*{one.minutes} minutes{', core' if one.core else ''}*\n\n"
    assert sum(f"\n{cell}".count(f"\n{head}") for cell in cells) == 1
