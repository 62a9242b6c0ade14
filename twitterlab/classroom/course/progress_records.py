"""What is remembered of a learner's answers: a record an exercise, read strictly, joined without loss.

As JSON it is `{"version": 1, "exercises": {"4.2": {"tries": 3, …}}}`. It names no folder and no machine, so that it can
be moved, sent and joined.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from twitterlab.classroom.course.outline import key_numbers

VERSION = 1
MOST = 1_000_000  # no count of a learner's is larger
KEY = re.compile(r"\d{1,2}(\.\d{1,2})?")

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MOST)]


class NotProgress(ValueError):
    """What was read is no progress of this course; says why, as the end of a sentence."""


@dataclass
class Record:
    """One exercise: how often it was checked, with which verdicts, and when it was right first."""

    tries: Count = 0
    answers: dict[str, Count] = field(default_factory=dict)  # by kind of verdict
    misconceptions: dict[str, Count] = field(default_factory=dict)
    right_at: date | None = None  # in UTC
    hints: Count = 0  # the highest that was opened
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

    def count_answer(self, kind: str, why: str, today: date) -> None:
        """Count one answer."""
        self.tries += 1
        self.answers[kind] = self.answers.get(kind, 0) + 1
        if why:
            self.misconceptions[why] = self.misconceptions.get(why, 0) + 1
        if kind == "right":
            self.right_at = self.right_at or today

    def joined_with(self, other: Record) -> Record:
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

    def __post_init__(self) -> None:
        for key in self.exercises:
            valid_key(key)

    def of(self, key: str) -> Record:
        """The record of an exercise, an empty one where it was not begun."""
        return self.exercises.get(key, Record())

    def joined_with(self, other: Progress) -> Progress:
        """Both as one, record by record."""
        keys = self.exercises.keys() | other.exercises.keys()
        return Progress({key: self.of(key).joined_with(other.of(key)) for key in sorted(keys, key=key_numbers)})

    def as_dict(self) -> dict[str, Any]:
        """What the file holds."""
        return {"version": VERSION, "exercises": self.exercises}


class Versioned(msgspec.Struct):
    """What a file of any version says."""

    version: int


class ProgressFile(Versioned):
    """What a file of this version says."""

    exercises: dict[str, Record]


def larger_counts(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    """For each name the larger count."""
    return {name: max(some.get(name, 0), others.get(name, 0)) for name in sorted({*some, *others})}


File = TypeVar("File", bound=ProgressFile)


def file_bytes(data: Mapping[str, Any]) -> bytes:
    """JSON as our files hold it: the same bytes for the same data."""
    return (json.dumps(msgspec.to_builtins(data), indent=1, sort_keys=True) + "\n").encode()


def decode_file(data: bytes, kind: type[File]) -> File:
    """What a file of this version says, else NotProgress: nothing is guessed; what `kind` has not is passed over."""
    data = data.removeprefix(codecs.BOM_UTF8)  # some editors write it
    try:
        version = msgspec.json.decode(data, type=Versioned).version
        if version != VERSION:
            raise NotProgress(f"it is of another version than {VERSION}, which this course reads")
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        raise NotProgress(f"it is JSON, but no progress: {error}") from None
    except (msgspec.DecodeError, RecursionError):
        raise NotProgress("it is not JSON") from None


def valid_key(key: str) -> str:
    """The key of an exercise, such as "4.2"; anything else is NotProgress."""
    if not KEY.fullmatch(key):
        raise NotProgress(f"{key!r:.40} is not the key of an exercise")
    return key
