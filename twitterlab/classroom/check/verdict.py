"""A verdict: how an answer was judged, in words for the learner and in points for a grader; `reply` shows it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Literal, TypeAlias

from twitterlab.classroom.course.exercise_texts import texts_of

Kind: TypeAlias = Literal["not attempted", "error", "wrong", "over budget", "right"]

HEADS: dict[Kind, str] = {
    "not attempted": "Not attempted yet.",
    "error": "Your code stopped with an error.",
    "wrong": "Not yet.",
    "over budget": "Right, but over budget.",
    "right": "Right.",
}
SHARES: dict[Kind, float] = {"right": 1.0, "over budget": 0.5}  # of the points; the other kinds get none


@dataclass(frozen=True)
class Verdict:
    """How an answer to the exercise `key` was judged: its kind, paragraphs that say why, and a misconception's key."""

    key: str
    kind: Kind
    says: tuple[str, ...] = ()
    why: str = ""
    source: str | None = None  # the answer's own cell
    lasting: bool = True  # whether the same cell would be judged so again, whatever else the machine does

    def points(self, most: float) -> float:
        """All of the points where it is right, half of them where it is over budget, else 0."""
        return most * SHARES.get(self.kind, 0.0)

    @property
    def head(self) -> str:
        """The verdict in a few words, with the exercise that it is about."""
        about = texts_of(self.key)
        return f"{HEADS[self.kind]} Exercise {self.key}, {about.title}."

    @property
    def html(self) -> str:
        """The verdict for a notebook's output."""
        paragraphs = "".join(f"<p>{html.escape(one)}</p>" for one in self.says)
        return f"<p><b>{html.escape(self.head)}</b></p>{paragraphs}"

    @property
    def text(self) -> str:
        """The same in plain text."""
        return "\n".join([self.head, *self.says])

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text
