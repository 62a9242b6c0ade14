"""A course that the tests make up: three exercises with their words, answers of ours, and a learner's empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course import exercise_texts, my_parts, outline, progress

WORDS = {
    "01.toml": """
[exercise."1.1"]
title = "Ask <the> table"
minutes = 10
core = true
hints = ["a", "b", "c"]
[exercise."1.1".wrong.backwards]
misconception = "The oldest come first"
says = "Look again."
[exercise."1.1".wrong.own_tweets]
misconception = "One follows oneself"
says = "Look again."

[exercise."1.2"]
title = "Count"
minutes = 5
core = false
hints = ["a", "b", "c"]
""",
    "04.toml": """
[exercise."4.2"]
title = "Merge"
minutes = 15
core = true
hints = ["a", "b", "c"]
""",
}
EXERCISES = {1: {"1.1": "ask", "1.2": "count_rows"}, 4: {"4.2": "merge"}}
LESSONS = outline.outline().lessons


def course_file() -> str:
    """The real lessons, with the made-up exercises in place of theirs."""
    lines = ['tour = "tour"']
    for lesson in LESSONS:
        lines += ["[[lesson]]", *(f'{field} = "{getattr(lesson, field)}"' for field in ("notebook", "title", "panel"))]
        lines += ["[lesson.exercises]", *(f'"{k}" = "{name}"' for k, name in EXERCISES.get(lesson.number, {}).items())]
    return "\n".join([*lines, "[capstone]", 'notebook = "capstone"', 'title = "Capstone"', "after = 7"])


def make_course(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the made-up exercises in the place of the real ones; returns a course folder that is the learner's home."""
    words, ours = folder / "exercises", folder / "ours"
    words.mkdir()
    ours.mkdir()
    for name, text in WORDS.items():
        (words / name).write_text(text, encoding="utf-8")
    for name in (name for some in EXERCISES.values() for name in some.values()):
        (ours / f"{name}.py").write_text(f"{name} = 'ours'\n", encoding="utf-8")
    (folder / "course.toml").write_text(course_file(), encoding="utf-8")
    monkeypatch.setattr(outline, "FILE", folder / "course.toml")
    monkeypatch.setattr(exercise_texts, "FOLDER", words)
    monkeypatch.setattr(my_parts, "OURS", ours)
    monkeypatch.setattr(progress, "_callers", [])
    forget_course()
    home = empty_course(folder / "course")
    monkeypatch.setenv(course.VARIABLE, str(home))
    return home


def forget_course() -> None:
    """Forget the exercises that were read."""
    outline.outline.cache_clear()
    exercise_texts.all_texts.cache_clear()


def empty_course(home: Path) -> Path:
    """A course in which nothing was done."""
    home.mkdir()
    (home / course.MANIFEST).write_text("{}")
    return home


def course_files(folder: Path) -> dict[str, bytes]:
    """Every file that a learner sees, by its path."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
