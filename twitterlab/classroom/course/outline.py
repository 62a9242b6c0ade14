"""What the course consists of, as `course.toml` says: the tour, lessons and exercises in their order, the capstone.

No other file lists or counts them. `course.toml` lies beside this folder, in a clone as in an installed package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from keyword import iskeyword
from pathlib import Path

import msgspec
from msgspec import Struct

from twitterlab.model import TwitterlabError

FILE = Path(__file__).parents[1] / "course.toml"
NOTEBOOK = re.compile(r"\d\d_[a-z]\w*")
KEY = re.compile(r"[1-9]\d?\.[1-9]\d?")


class CourseFileError(TwitterlabError):
    """`course.toml` does not describe a course: says where it is wrong, and what would be right."""


class Lesson(Struct, frozen=True, forbid_unknown_fields=True):
    """A lesson, and the names of its exercises by their keys; one without exercises has no notebook of them."""

    notebook: str
    title: str
    panel: str
    exercises: dict[str, str] = {}

    def __post_init__(self) -> None:
        if not NOTEBOOK.fullmatch(self.notebook):
            raise ValueError(f"{self.notebook!r} names no lesson: its notebook is called such as 04_user_shards")
        for key, name in self.exercises.items():
            if not KEY.fullmatch(key) or key_numbers(key)[0] != self.number:
                raise ValueError(f"{key!r} is no key in lesson {self.number}: they are {self.number}.1 and so on")
            if not name.isidentifier() or iskeyword(name):
                raise ValueError(f"{name!r} cannot be what the answer to {key} is called: it is no name of Python's")
        if not is_ascending(map(key_numbers, self.exercises)):
            raise ValueError(f"exercises stand in the order of their keys, not {', '.join(self.exercises)}")

    @property
    def number(self) -> int:
        """Its number; a lesson about a stage has the stage's."""
        return int(self.notebook[:2])

    @property
    def lesson_file(self) -> str:
        """Where it is, by its path in a clone and in a learner's copy."""
        return f"notebooks/{self.notebook}.ipynb"

    @property
    def exercise_file(self) -> str:
        """Where its exercises are, if it has any."""
        return f"exercises/{self.notebook}.ipynb"

    @property
    def solution_file(self) -> str:
        """Where our answers to them are."""
        return f"solutions/{self.notebook}.ipynb"


class Capstone(Struct, frozen=True, forbid_unknown_fields=True):
    """The notebook in which the answers to all exercises up to those of lesson `after` run together."""

    notebook: str
    title: str
    after: int

    @property
    def exercise_file(self) -> str:
        """Where it is, by its path in a clone and in a learner's copy."""
        return f"exercises/{self.notebook}.ipynb"


class Outline(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole course."""

    tour: str
    capstone: Capstone
    lessons: tuple[Lesson, ...] = msgspec.field(name="lesson")

    def __post_init__(self) -> None:
        if not is_ascending((lesson.number,) for lesson in self.lessons):
            found = ", ".join(lesson.notebook for lesson in self.lessons)
            raise ValueError(f"lessons stand in the order of their numbers, each once, not {found}")
        names = [name.lower() for lesson in self.lessons for name in lesson.exercises.values()]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two exercises are called {', '.join(sorted(twice))}: each answer has a name of its own")
        if self.capstone.after not in [lesson.number for lesson in self.lessons]:
            raise ValueError(f"the capstone comes after lesson {self.capstone.after}, which there is not")

    @property
    def numbers(self) -> list[int]:
        """The numbers of the lessons after lesson 0, which comes before them all and needs no choosing."""
        return [lesson.number for lesson in self.lessons if lesson.number]

    @property
    def with_exercises(self) -> tuple[Lesson, ...]:
        """The lessons that have exercises."""
        return tuple(lesson for lesson in self.lessons if lesson.exercises)

    @property
    def before_the_capstone(self) -> tuple[Lesson, ...]:
        """The lessons whose exercises the capstone runs."""
        return tuple(lesson for lesson in self.with_exercises if lesson.number <= self.capstone.after)

    @property
    def exercises(self) -> dict[str, str]:
        """The names of all exercises by their keys."""
        return {key: name for lesson in self.lessons for key, name in lesson.exercises.items()}

    def lesson(self, number: int) -> Lesson:
        """The lesson of this number; a KeyError that names those that there are."""
        known = {lesson.number: lesson for lesson in self.lessons}
        if number not in known:
            raise KeyError(f"there is no lesson {number}: there are {', '.join(map(str, known))}")
        return known[number]


@cache
def outline() -> Outline:
    """The course of this package, read once; where `course.toml` is not as it should be, a CourseFileError."""
    return read_outline(FILE)


def read_outline(file: Path) -> Outline:
    """The course that a file describes, else a CourseFileError that says where it is wrong."""
    try:
        return msgspec.toml.decode(file.read_bytes(), type=Outline)
    except (OSError, ValueError) as error:
        raise CourseFileError(f"{file.name} describes no course: {error}") from None


def key_numbers(key: str) -> tuple[int, ...]:
    """A key as its numbers, by which keys are put in order: "4.10" comes after "4.2"."""
    return tuple(map(int, key.split(".")))


def is_ascending(found: Iterable[tuple[int, ...]]) -> bool:
    """Whether each is larger than the one before."""
    return all(before < after for before, after in pairwise(found))
