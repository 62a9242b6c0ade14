"""What the lessons ask: their predictions and questions, one file a lesson beside this one.

A lesson's file `questions/NN.toml` has a table `[predict.KEY]` for each prediction and one `[question.KEY]` for each
question.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "questions"


@dataclass(frozen=True)
class Prediction:
    """A number that the learner guesses before it is measured."""

    key: str
    question: str
    unit: str


@dataclass(frozen=True)
class Option:
    """One answer of a question: a wrong one names the misconception that leads to it."""

    answer: str
    why: str
    misconception: str = ""

    @property
    def right(self) -> bool:
        """Whether no misconception leads here."""
        return not self.misconception


@dataclass(frozen=True)
class Question:
    """A multiple-choice question with one right option."""

    key: str
    question: str
    options: tuple[Option, ...]


def prediction(key: str) -> Prediction:
    """The prediction `key`, such as "2.1"; an unknown one is a KeyError that names those that there are."""
    known = questions_of(key)["predict"]
    if key not in known:
        raise KeyError(f"there is no prediction {key!r}: there are {', '.join(known) or 'none'}")
    return Prediction(key, **known[key])


def question(key: str) -> Question:
    """The question `key`, such as "2.a"; an unknown one is a KeyError that names those that there are."""
    known = questions_of(key)["question"]
    if key not in known:
        raise KeyError(f"there is no question {key!r}: there are {', '.join(known) or 'none'}")
    options = tuple(Option(**option) for option in known[key]["option"])
    return Question(key, known[key]["question"], options)


def questions_of(key: str) -> dict[str, dict[str, Any]]:
    """All that the lesson of a key asks: the predictions and the questions by their keys."""
    number, dot, _ = key.partition(".")
    if not (dot and number.isdigit()):
        raise KeyError(f"{key!r} is not the key of a prediction or a question: they look like '2.1' and '2.a'")
    return questions_in_file(int(number))


@cache
def questions_in_file(number: int) -> dict[str, dict[str, Any]]:
    """One lesson's file."""
    path = FOLDER / f"{number:02}.toml"
    asked = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {"predict": asked.get("predict", {}), "question": asked.get("question", {})}
