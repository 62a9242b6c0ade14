"""What the exercises say: titles, minutes, hints and misconceptions, one file a lesson beside this one.

A lesson's file `exercise_texts/NN.toml` has a table `[exercise."4.2"]` with `title`, `minutes`, `core`, three `hints`
and, for each wrong answer that is known, a table `[exercise."4.2".wrong.KEY]` with `misconception` and `says`. Which
exercises there are, in which order and by which names, says `course.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from twitterlab.classroom.course.outline import CourseFileError, Lesson, key_numbers, outline

FOLDER = Path(__file__).parent / "exercise_texts"


@dataclass(frozen=True)
class Misconception:
    """A belief that leads to a wrong answer, in a few words, and what it is answered with."""

    key: str
    misconception: str
    says: str


@dataclass(frozen=True)
class ExerciseTexts:
    """The words of one exercise."""

    key: str
    name: str
    title: str
    minutes: int
    core: bool
    hints: tuple[str, ...]
    wrong: dict[str, Misconception]

    @property
    def lesson(self) -> int:
        """The number of the lesson that it belongs to."""
        return key_numbers(self.key)[0]


def texts_of(key: str) -> ExerciseTexts:
    """The words of the exercise `key`, such as "4.2"; an unknown one is a KeyError that names those that there are."""
    known = all_texts()
    if key not in known:
        raise KeyError(f"there is no exercise {key!r}: there are {', '.join(known)}")
    return known[key]


@cache
def all_texts() -> dict[str, ExerciseTexts]:
    """The words of every exercise, in the order of the course."""
    return {one.key: one for lesson in outline().with_exercises for one in texts_of_lesson(lesson)}


def texts_of_lesson(lesson: Lesson) -> list[ExerciseTexts]:
    """The words of a lesson's exercises; a CourseFileError where its file has others than the course."""
    path = FOLDER / f"{lesson.number:02}.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["exercise"] if path.is_file() else {}
    if tables.keys() != lesson.exercises.keys():
        there, asked = (", ".join(keys) or "none" for keys in (tables, lesson.exercises))
        raise CourseFileError(f"lesson {lesson.number} has the exercises {asked} in course.toml, and {there} in {path}")
    return [texts_from_table(key, name, tables[key]) for key, name in lesson.exercises.items()]


def texts_from_table(key: str, name: str, table: dict[str, Any]) -> ExerciseTexts:
    """One exercise from its table."""
    wrong = {why: Misconception(why, **words) for why, words in table.pop("wrong", {}).items()}
    return ExerciseTexts(key=key, name=name, wrong=wrong, **{**table, "hints": tuple(table["hints"])})
