"""Answers as a learner would write them, each kept once in `tests/answers/NAME/`, and judged as in a notebook.

A file is the cell of one answer to the exercise NAME. The comment that it begins with is no part of the cell: its first
line is the verdict meant for the answer, with the key of the misconception that is named, if one is, or `any` where
no key is meant for it. What follows is what the check says, paragraph by paragraph, with … for whatever stands there:

    # wrong: late_is_lost
    #
    # User 1 follows user 0. A feed has room for 2. The tweets of user 0 come to a worker in this order: t2, t1.
    #
    # Yours gave t2 in the feed of user 1; expected was t2, t1.
    #
    # …
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from support.depth import CI

from twitterlab.classroom.check.answers import Answer, value_afresh
from twitterlab.classroom.check.exercise import RANDOM, exercise_named
from twitterlab.classroom.check.judging import judge_answer
from twitterlab.classroom.check.verdict import Kind, Verdict

FOLDER = Path(__file__).parents[1] / "answers"
HISTORIES = RANDOM if CI else 20  # random ones for an answer that is right on all the small ones
ANY = "any"  # of the misconceptions, or none, may be named
HEAD = re.compile(r"((?:#.*\n)+)\n*")
MEANT = re.compile(rf"({'|'.join(get_args(Kind))})(?:: (\w+))?")


@dataclass(frozen=True)
class KnownAnswer:
    """An answer to an exercise, with the verdict that is meant for it.

    `why` is the key of the misconception that is named, empty where none is, or ANY; `says` is what the check says,
    with … for whatever stands there, or empty where the file leaves that open; `source` is the cell.
    """

    exercise: str
    name: str
    kind: Kind
    why: str
    says: str
    source: str

    def __str__(self) -> str:
        return f"{self.exercise}/{self.name}"

    @property
    def value(self) -> Any:
        """What the cell makes of the exercise's name."""
        return value_afresh(Answer(self.exercise, None, self.source))

    def is_told(self, says: tuple[str, ...]) -> bool:
        """Whether a check says what is meant to be said."""
        pattern = ".*".join(map(re.escape, self.says.split("…")))
        return not self.says or re.fullmatch(pattern, "\n\n".join(says), re.DOTALL) is not None


@cache
def known_answers() -> dict[str, KnownAnswer]:
    """Every answer of the folder, by its exercise and name, such as "merge_newest/chained"."""
    return {str(known): known for known in map(read_answer, sorted(FOLDER.glob("*/*.py")))}


def known_answer(name: str) -> KnownAnswer:
    """One of them; a KeyError where there is none of this name."""
    return known_answers()[name]


def read_answer(path: Path) -> KnownAnswer:
    """The answer in a file; ValueError where its head says no verdict."""
    text = path.read_text(encoding="utf-8")
    head = HEAD.match(text)
    meant, *paragraphs = paragraphs_of(head[1]) if head else [""]
    verdict = MEANT.fullmatch(meant)
    if not head or not verdict:
        raise ValueError(f"{path} begins with no verdict: {meant!r}")
    kind: Any = verdict[1]
    return KnownAnswer(path.parent.name, path.stem, kind, verdict[2] or "", "\n\n".join(paragraphs), text[head.end() :])


def paragraphs_of(comment: str) -> list[str]:
    """The paragraphs of a comment, each in one line."""
    text = re.sub(r"(?m)^# ?", "", comment)
    return [" ".join(paragraph.split("\n")) for paragraph in text.strip().split("\n\n")]


def judge_cell(name: str, source: str, random: int = HISTORIES) -> Verdict:
    """The verdict on a cell with this source."""
    given = Answer(name, None, source)
    try:
        value = value_afresh(given)
    except Exception:
        value = "not to be had: the cell raises"
    return judge_answer(exercise_named(name), Answer(name, value, source), random)
