"""An exercise: what an answer is asked, what is right, and what it may cost. One dataclass, and no tower over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NamedTuple

from twitterlab.classroom.check.disguise import Look
from twitterlab.classroom.course.exercise_texts import ExerciseTexts, all_texts, texts_of

RANDOM = 200  # random histories that an answer is held to, after all the small ones


class WrongAnswer(NamedTuple):
    """What an answer gave where something else was right, in words; `why` are the misconceptions that give it too.

    On a small history several may; the one that is named explains all the small histories on which the answer fails.
    """

    got: str
    expected: str
    why: tuple[str, ...] = ()


class StageCost(NamedTuple):
    """What a pinned run in the real stage took: a counter's name, its value, and the most that it may be.

    `why` is the key of the misconception that leads over the budget.
    """

    counter: str
    used: int
    budget: int
    why: str = ""

    @property
    def over(self) -> bool:
        """Whether it took too much."""
        return self.used > self.budget

    def __str__(self) -> str:
        return f"{self.counter}: {self.used:,}, at most {self.budget:,}"


@dataclass(frozen=True)
class Exercise:
    """How the answers to one exercise are judged; its words are in a file beside it.

    `small_histories` gives every small history, the smallest first, and `longer_histories` Hypothesis' strategy for
    longer ones; a history is whatever the exercise makes it. `story` tells one in a sentence or two, and `problem` says
    what is wrong with an answer to it, or None: in plain numbers, or in those of one of the `looks`. `problem` and
    `stage_costs` reach the answer through `guard.call_answer` or within `guard.time_limit`. `stage_costs` runs it in
    the real stage once, on pinned input. `accepts` says what kind of thing an answer is, and `wanted` says it in words:
    what is of another kind is refused before anything runs.
    """

    key: str
    small_histories: Callable[[], Iterable[Any]]
    longer_histories: Callable[[], Any]
    story: Callable[[Any], str]
    problem: Callable[[Any, Any, Look], WrongAnswer | None]
    stage_costs: Callable[[Any], Sequence[StageCost]]
    accepts: type | tuple[type, ...] | Callable[[Any], bool] = callable
    says_when_right: str = ""
    wanted: str = "a function"
    looks: tuple[Look, ...] = ()

    @property
    def texts(self) -> ExerciseTexts:
        """Its title, minutes, hints and misconceptions."""
        return texts_of(self.key)

    @property
    def name(self) -> str:
        """What the learner calls the answer."""
        return self.texts.name

    def takes(self, answer: Any) -> bool:
        """Whether an answer is of the right kind."""
        if isinstance(self.accepts, (type, tuple)):
            return isinstance(answer, self.accepts)
        return self.accepts(answer)


def exercise_named(name: str) -> Exercise:
    """The exercise whose answer is called `name`; an unknown one is a KeyError that names those that there are."""
    if name not in exercise_names():
        raise KeyError(f"there is no exercise {name!r}: there are {', '.join(exercise_names())}")
    found: Exercise = import_module(f"twitterlab.classroom.check.exercises.{name.lower()}").EXERCISE
    return found


def exercise_names() -> list[str]:
    """The names of all exercises, in the order of the course."""
    return [one.name for one in all_texts().values()]
