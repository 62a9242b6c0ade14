"""What the exercises say: titles, minutes, hints and misconceptions, one file a stage in `exercises/`.

A stage's file `exercises/NN.toml` has a table `[exercise."4.2"]` with `name`, `title`, `minutes`, `core`, three `hints`
and, for each wrong answer that is known, a table `[exercise."4.2".wrong.KEY]` with `misconception` and `says`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "exercises"


@dataclass(frozen=True)
class Misconception:
    """A belief that leads to a wrong answer, in a few words, and what it is answered with."""

    key: str
    misconception: str
    says: str


@dataclass(frozen=True)
class Texts:
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


def texts(key: str) -> Texts:
    """The words of the exercise `key`, such as "4.2"; an unknown one is a KeyError that names those that there are."""
    known = all_texts()
    if key not in known:
        raise KeyError(f"there is no exercise {key!r}: there are {', '.join(known)}")
    return known[key]


@cache
def all_texts() -> dict[str, Texts]:
    """The words of every exercise, in the order of the course."""
    found = [one for path in sorted(FOLDER.glob("[0-9][0-9].toml")) for one in in_file(path)]
    return {one.key: one for one in found}


def in_file(path: Path) -> list[Texts]:
    """The exercises of one file, in the order of their keys."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["exercise"]
    return [made(key, tables[key]) for key in sorted(tables)]


def made(key: str, table: dict[str, Any]) -> Texts:
    """One exercise from its table."""
    wrong = {name: Misconception(name, **words) for name, words in table.pop("wrong", {}).items()}
    return Texts(key=key, wrong=wrong, **{**table, "hints": tuple(table["hints"])})
