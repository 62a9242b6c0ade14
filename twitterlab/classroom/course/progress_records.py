"""What is remembered of a learner's answers: a record an exercise, read strictly, joined without loss.

As JSON it is `{"version": 1, "exercises": {"4.2": {"tries": 3, …}}}`. It names no folder and no machine, so that it can
be moved, sent and joined.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

VERSION = 1
MOST = 1_000_000  # no count of a learner's is larger
KEY = re.compile(r"\d{1,2}(\.\d{1,2})?")


class NotProgress(ValueError):
    """What was read is no progress of this course; says why, as the end of a sentence."""


@dataclass
class Record:
    """One exercise: how often it was checked, with which verdicts, and when it was right first."""

    tries: int = 0
    answers: dict[str, int] = field(default_factory=dict)  # by kind of verdict
    misconceptions: dict[str, int] = field(default_factory=dict)
    right_at: str | None = None  # a day, in UTC
    hints: int = 0  # the highest that was opened
    solution: bool = False

    @property
    def right(self) -> bool:
        """Whether it was right once; that stays."""
        return self.right_at is not None

    @property
    def tries_needed(self) -> int:
        """The tries up to the first right one, as far as counts can tell: right ones after it are left out."""
        again = max(0, self.answers.get("right", 0) - 1)
        return max(min(1, self.tries), self.tries - again)

    def count_answer(self, kind: str, why: str, today: str) -> None:
        """Count one answer."""
        self.tries += 1
        self.answers[kind] = self.answers.get(kind, 0) + 1
        if why:
            self.misconceptions[why] = self.misconceptions.get(why, 0) + 1
        if kind == "right":
            self.right_at = self.right_at or today

    def joined(self, other: Record) -> Record:
        """Both as one: the larger of each count, the earlier day; joining the same twice changes nothing."""
        return Record(
            tries=max(self.tries, other.tries),
            answers=larger_counts(self.answers, other.answers),
            misconceptions=larger_counts(self.misconceptions, other.misconceptions),
            right_at=min(filter(None, (self.right_at, other.right_at)), default=None),
            hints=max(self.hints, other.hints),
            solution=self.solution or other.solution,
        )


@dataclass
class Progress:
    """The records by the exercises' keys; an exercise that was not begun has none."""

    exercises: dict[str, Record] = field(default_factory=dict)

    def of(self, key: str) -> Record:
        """The record of an exercise, an empty one where it was not begun."""
        return self.exercises.get(key, Record())

    def joined(self, other: Progress) -> Progress:
        """Both as one, record by record."""
        keys = self.exercises.keys() | other.exercises.keys()
        return Progress({key: self.of(key).joined(other.of(key)) for key in sorted(keys)})

    def as_dict(self) -> dict[str, Any]:
        """What the file holds."""
        return {"version": VERSION, "exercises": {key: asdict(record) for key, record in self.exercises.items()}}


def larger_counts(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    """For each name the larger count."""
    return {name: max(some.get(name, 0), others.get(name, 0)) for name in sorted({*some, *others})}


def as_bytes(data: Mapping[str, Any]) -> bytes:
    """JSON as our files hold it: the same bytes for the same data."""
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()


def parsed(data: bytes) -> dict[str, Any]:
    """The JSON object of a progress file of this version, else NotProgress."""
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        raise NotProgress("it is not JSON") from None
    if not isinstance(told, dict) or not isinstance(told.get("exercises"), dict) or "version" not in told:
        raise NotProgress("it is JSON, but no progress")
    if told["version"] != VERSION:
        raise NotProgress(f"it is of another version than {VERSION}, which this course reads")
    return told


def of_dict(told: Mapping[str, Any]) -> Progress:
    """The records of what `parsed` gave, else NotProgress: nothing is guessed."""
    return Progress({valid(key): _record(record) for key, record in told["exercises"].items()})


def valid(key: str) -> str:
    """The key of an exercise, such as "4.2"; anything else is NotProgress."""
    if not KEY.fullmatch(key):
        raise NotProgress(f"{key!r:.40} is not the key of an exercise")
    return key


def _record(told: Any) -> Record:
    if not isinstance(told, dict):
        raise NotProgress("an exercise has no record")
    return Record(
        tries=_count(told.get("tries", 0)),
        answers=_counts(told.get("answers", {})),
        misconceptions=_counts(told.get("misconceptions", {})),
        right_at=_day(told.get("right_at")),
        hints=_count(told.get("hints", 0)),
        solution=told.get("solution", False) is True,
    )


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise NotProgress("a count in it is not a number")
    return value


def _counts(told: Any) -> dict[str, int]:
    if not isinstance(told, dict):
        raise NotProgress("an exercise has no counts")
    return {name: _count(value) for name, value in told.items()}


def _day(value: Any) -> str | None:
    with suppress(TypeError, ValueError):
        if value is None or value == date.fromisoformat(value).isoformat():
            return value if value is None else str(value)
    raise NotProgress("a day in it is not one")
