"""Judging an answer: first every small history, then random longer ones, then one run in the real stage for its cost.

The small histories come in order of size, and Hypothesis shrinks what it finds, so that a learner sees the smallest
history on which their answer fails, told as a story.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from twitterlab.classroom import answers, guard
from twitterlab.classroom.answers import Answer
from twitterlab.classroom.exercise import RANDOM, Exercise, Wrong
from twitterlab.classroom.verdict import Kind, Verdict
from twitterlab.clock import SystemClock

TOGETHER_MS = 5_000  # for all histories; an answer that is slower is held to fewer random ones
NAMING_MS = 1_000

SAID = "It printed: {}"
ENDLESS = "Your code did not end here within {:g} s, and was stopped. Is there a loop that nothing ends?"
FICKLE = "Your code gave two different answers to the same question. It must depend on nothing but what it is given."
SLOW = "Your code is right so far, but after {:g} s it had done only a part of the small histories. What takes so long?"


class Found(NamedTuple):
    """What a history showed of an answer that is not right."""

    kind: Kind
    says: tuple[str, ...]
    why: tuple[str, ...] = ()


def judge(exercise: Exercise, given: Answer, random: int = RANDOM) -> Verdict:
    """The verdict on an answer; whatever the answer does, this returns."""
    if answers.untouched(given):
        return verdict(exercise, given, Found("not attempted", ("Write your answer where the cell says so.",)))
    printed = guard.quiet()
    found = opened(exercise, given, random)
    said = (SAID.format(printed),) if printed.text.strip() else ()
    return verdict(exercise, given, found._replace(says=(*found.says, *said)))


def verdict(exercise: Exercise, given: Answer, found: Found) -> Verdict:
    """What was found, with the words of the misconception behind it."""
    known = [exercise.texts.wrong[why] for why in found.why[:1]]
    words = tuple(f"{one.misconception}? {one.says}" for one in known)
    return Verdict(exercise.key, found.kind, (*found.says, *words), "".join(one.key for one in known), given.source)


def opened(exercise: Exercise, given: Answer, random: int) -> Found:
    """Run the answer's cell afresh, and judge what it makes."""
    value = given.value

    def load() -> None:
        nonlocal value
        with guard.limited():
            value = answers.fresh(given)

    if failed := failing(load, "Your cell does not run where no other cell was run before it."):
        return failed
    if not exercise.takes(value):
        return Found("wrong", (f"Your answer is {guard.shown(value)}: that is not the kind of thing asked for.",))
    return held(exercise, value, random) or paid(exercise, value)


def held(exercise: Exercise, value: Any, random: int) -> Found | None:
    """What the first history that is answered wrongly shows; None where all are answered rightly."""
    start = SystemClock().now()
    small = iter(exercise.small())
    for history in small:
        if found := shown_by(exercise, value, history):
            return found._replace(why=explaining(exercise, value, found.why, small))
        if SystemClock().now() - start > TOGETHER_MS:
            return Found("wrong", (SLOW.format(TOGETHER_MS / 1000),))
    return longer(exercise, value, random, lambda: SystemClock().now() - start > TOGETHER_MS)


def explaining(exercise: Exercise, value: Any, why: tuple[str, ...], others: Iterable[Any]) -> tuple[str, ...]:
    """Those of the misconceptions that explain the failures on these other histories too."""
    start = SystemClock().now()
    for history in others:
        if len(why) < 2 or SystemClock().now() - start > NAMING_MS:
            break
        found = shown_by(exercise, value, history)
        if found and found.kind == "wrong" and found.why:
            why = tuple(key for key in why if key in found.why) or why
    return why


def longer(exercise: Exercise, value: Any, random: int, late: Callable[[], bool]) -> Found | None:
    """What a random history shows, made as small as Hypothesis can; the same one on every machine."""
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "twitterlab-hypothesis"))
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import Flaky, NoSuchExample

    last: list[Found] = []  # of the history tried last that showed anything: Hypothesis ends with the smallest

    def shows(history: Any) -> bool:
        if late() and not last:
            return False
        found = shown_by(exercise, value, history)
        last.extend([found] if found else [])
        return found is not None

    rules = settings(
        max_examples=random,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        smallest = find(exercise.histories(), shows, settings=rules)
    except NoSuchExample:
        return None
    except Flaky:
        return Found("wrong", (FICKLE, *(last[-1].says if last else ())))
    return shown_by(exercise, value, smallest) or Found("wrong", (FICKLE, *last[-1].says))


def shown_by(exercise: Exercise, value: Any, history: Any) -> Found | None:
    """What one history shows of an answer, told as a story; None where it is answered rightly."""
    wrong: Wrong | None = None

    def ask() -> None:
        nonlocal wrong
        wrong = exercise.problem(value, history)

    failed = failing(ask, exercise.story(history))
    if failed or wrong is None:
        return failed
    told = (exercise.story(history), f"Yours gave {wrong.got}; expected was {wrong.expected}.")
    return Found("wrong", told, wrong.why)


def paid(exercise: Exercise, value: Any) -> Found:
    """What the run in the real stage cost; where it took too much, the counter and its budget."""
    costs: list[Any] = []

    def run() -> None:
        costs.extend(exercise.budget(value))

    if failed := failing(run, "All small histories were answered rightly. Then, in the real stage:"):
        return failed
    over = [cost for cost in costs if cost.over]
    told = tuple(str(cost) for cost in over or costs)
    right = (exercise.says_when_right,) if exercise.says_when_right else ()
    return Found("over budget", told, tuple(filter(None, [over[0].why]))) if over else Found("right", (*told, *right))


def failing(run: Callable[[], None], where: str) -> Found | None:
    """What is said of a learner's code that raises, does not end or does what no answer may; None where it runs."""
    try:
        run()
    except guard.Misbehaved as error:
        return Found("wrong", (where, str(error)))
    except guard.Stopped:
        return Found("error", (where, ENDLESS.format(guard.CASE_S)))
    except (Exception, SystemExit) as error:
        line = answers.line_of(error)
        return Found("error", (where, line, said(error)) if line else (where, said(error)))
    return None


def said(error: BaseException) -> str:
    """An error in words; of a name that is missing, where it probably is."""
    told = " ".join(str(error).split())
    text = ": ".join(filter(None, [type(error).__name__, told if len(told) <= 300 else f"{told[:299]}…"]))
    if isinstance(error, NameError):
        text += ". If another cell defines it, put that into this cell: an answer is one cell that needs no other."
    return text
