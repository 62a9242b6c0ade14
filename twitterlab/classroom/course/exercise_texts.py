"""What the exercises say: titles, minutes, hints and misconceptions, one file a stage beside this one.

A stage's file `exercise_texts/NN.toml` has a table `[exercise."4.2"]` with `name`, `title`, `minutes`, `core`, three
`hints` and, for each wrong answer that is known, a table `[exercise."4.2".wrong.KEY]` with `misconception` and `says`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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
    def stage(self) -> int:
        """The stage that it belongs to."""
        return int(self.key.partition(".")[0])


def texts_of(key: str) -> ExerciseTexts:
    """The words of the exercise `key`, such as "4.2"; an unknown one is a KeyError that names those that there are."""
    known = all_texts()
    if key not in known:
        raise KeyError(f"there is no exercise {key!r}: there are {', '.join(known)}")
    return known[key]


@cache
def all_texts() -> dict[str, ExerciseTexts]:
    """The words of every exercise, in the order of the course."""
    found = [one for path in sorted(FOLDER.glob("[0-9][0-9].toml")) for one in texts_in_file(path)]
    return {one.key: one for one in found}


def texts_in_file(path: Path) -> list[ExerciseTexts]:
    """The exercises of one file, in the order of their keys."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["exercise"]
    return [texts_from_table(key, tables[key]) for key in sorted(tables)]


def texts_from_table(key: str, table: dict[str, Any]) -> ExerciseTexts:
    """One exercise from its table."""
    wrong = {name: Misconception(name, **words) for name, words in table.pop("wrong", {}).items()}
    return ExerciseTexts(key=key, wrong=wrong, **{**table, "hints": tuple(table["hints"])})
