"""Judging an answer: first every small history, then random longer ones, then one run in the real stage for its cost.

The small histories come in order of size, and Hypothesis shrinks what it finds, so that a learner sees the smallest
history on which their answer fails, told as a story.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from twitterlab.classroom.check import answers, guard
from twitterlab.classroom.check.answers import Answer
from twitterlab.classroom.check.exercise import RANDOM, Exercise, WrongAnswer
from twitterlab.classroom.check.verdict import Kind, Verdict
from twitterlab.clock import SystemClock

TOGETHER_S = 5.0  # for all histories; an answer that is slower is held to fewer random ones
NAMING_S, SHRINKING_S = 1.0, 3.0

PRINTED = "It printed: {}"
ENDLESS = "Your code did not end here, and was stopped after a while. Is there a loop that nothing ends?"
FICKLE = "Your code gave two different answers to the same question. It must depend on nothing but what it is given."
SLOW = "Your code is right so far, but after {:g} s it had done only a part of the small histories. What takes so long?"


class Found(NamedTuple):
    """What a history showed of an answer that is not right."""

    kind: Kind
    says: tuple[str, ...]
    why: tuple[str, ...] = ()


class TimeSpent:
    """How long something has taken: of the processor, so that other work on the machine counts half at most."""

    def __init__(self) -> None:
        self._processor, self._clock = time.process_time(), SystemClock().now()

    def over(self, seconds: float) -> bool:
        """Whether it took more than `seconds` of the processor, or twice as long by the clock."""
        by_clock = (SystemClock().now() - self._clock) / 1000
        return time.process_time() - self._processor > seconds or by_clock > 2 * seconds


def judge_answer(exercise: Exercise, given: Answer, random: int = RANDOM) -> Verdict:
    """The verdict on an answer; whatever the answer does, this returns."""
    if answers.is_untouched(given):
        return verdict_on(exercise, given, Found("not attempted", ("Write your answer where the cell says so.",)))
    printed = guard.fresh_printed()
    found = found_in_cell(exercise, given, random)
    said = (PRINTED.format(printed),) if printed.text.strip() else ()
    return verdict_on(exercise, given, found._replace(says=(*found.says, *said)))


def verdict_on(exercise: Exercise, given: Answer, found: Found) -> Verdict:
    """What was found, with the words of the misconception behind it."""
    known = [exercise.texts.wrong[why] for why in found.why[:1]]
    words = tuple(f"{one.misconception}? {one.says}" for one in known)
    return Verdict(exercise.key, found.kind, (*found.says, *words), "".join(one.key for one in known), given.source)


def found_in_cell(exercise: Exercise, given: Answer, random: int) -> Found:
    """Run the answer's cell afresh, and judge what it makes."""
    value = given.value

    def load() -> None:
        nonlocal value
        with guard.time_limit():
            value = answers.value_afresh(given)

    if failed := found_while_running(load, "Your cell does not run where no other cell was run before it."):
        return failed
    if not exercise.takes(value):
        return Found("wrong", (f"Your answer is {guard.short_repr(value)}, and {exercise.wanted} was asked for.",))
    return found_in_histories(exercise, value, random) or found_in_stage(exercise, value)


def found_in_histories(exercise: Exercise, value: Any, random: int) -> Found | None:
    """What the first history that is answered wrongly shows; None where all are answered rightly."""
    spent = TimeSpent()
    small = iter(exercise.small_histories())
    for history in small:
        if found := found_in_history(exercise, value, history):
            return found._replace(why=misconceptions_explaining(exercise, value, found.why, small))
        if spent.over(TOGETHER_S):
            return Found("wrong", (SLOW.format(TOGETHER_S),))
    return found_in_random_histories(exercise, value, random, spent)


def misconceptions_explaining(
    exercise: Exercise, value: Any, why: tuple[str, ...], others: Iterable[Any]
) -> tuple[str, ...]:
    """Those of the misconceptions that explain the failures on these other histories too."""
    spent = TimeSpent()
    for history in others:
        if len(why) < 2 or spent.over(NAMING_S):
            break
        found = found_in_history(exercise, value, history)
        if found and found.kind == "wrong" and found.why:
            why = tuple(key for key in why if key in found.why) or why
    return why


def found_in_random_histories(exercise: Exercise, value: Any, random: int, spent: TimeSpent) -> Found | None:
    """What a random history shows, made as small as Hypothesis can; the same one on every machine.

    Where time runs out, no more are tried, and what was found last is as small as it gets.
    """
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "twitterlab-hypothesis"))
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis.errors import Flaky, NoSuchExample

    found: list[Found] = []  # on the histories that showed anything: Hypothesis ends with the smallest
    shrinking = TimeSpent()

    def late() -> bool:
        return shrinking.over(SHRINKING_S) if found else spent.over(TOGETHER_S)

    def shows(history: Any) -> bool:
        nonlocal shrinking
        one = None if late() else found_in_history(exercise, value, history)
        if one is not None:
            shrinking = shrinking if found else TimeSpent()
            found.append(one)
        return one is not None

    rules = settings(
        max_examples=random,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        smallest = find(exercise.longer_histories(), shows, settings=rules)
    except NoSuchExample:
        return found[-1] if found else None
    except Flaky:
        return found[-1] if late() else found_fickle(found)
    return found[-1] if late() else found_in_history(exercise, value, smallest) or found_fickle(found)


def found_fickle(found: list[Found]) -> Found:
    """What is said of an answer that was wrong on a history, and right on the same one a moment later."""
    return Found("wrong", (FICKLE, *(found[-1].says if found else ())))


def found_in_history(exercise: Exercise, value: Any, history: Any) -> Found | None:
    """What one history shows of an answer, told as a story; None where it is answered rightly."""
    wrong: WrongAnswer | None = None

    def ask() -> None:
        nonlocal wrong
        wrong = exercise.problem(value, history)

    failed = found_while_running(ask, exercise.story(history))
    if failed or wrong is None:
        return failed
    told = (exercise.story(history), f"Yours gave {wrong.got}; expected was {wrong.expected}.")
    return Found("wrong", told, wrong.why)


def found_in_stage(exercise: Exercise, value: Any) -> Found:
    """What the run in the real stage cost; where it took too much, the counter and its budget."""
    costs: list[Any] = []

    def run() -> None:
        costs.extend(exercise.stage_costs(value))

    if failed := found_while_running(run, "All small histories were answered rightly. Then, in the real stage:"):
        return failed
    over = [cost for cost in costs if cost.over]
    told = tuple(str(cost) for cost in over or costs)
    right = (exercise.says_when_right,) if exercise.says_when_right else ()
    return Found("over budget", told, tuple(filter(None, [over[0].why]))) if over else Found("right", (*told, *right))


def found_while_running(run: Callable[[], None], where: str) -> Found | None:
    """What is said of a learner's code that raises, does not end or does what no answer may; None where it runs."""
    try:
        run()
    except guard.Misbehaved as error:
        return Found("wrong", (where, str(error)))
    except guard.Stopped:
        return Found("error", (where, ENDLESS))
    except (Exception, SystemExit) as error:
        line = answers.error_line(error)
        return Found("error", (where, line, error_words(error)) if line else (where, error_words(error)))
    return None


def error_words(error: BaseException) -> str:
    """An error in words; of a name that is missing, where it probably is."""
    told = " ".join(str(error).split())
    text = ": ".join(filter(None, [type(error).__name__, told if len(told) <= 300 else f"{told[:299]}…"]))
    if isinstance(error, NameError):
        text += ". If another cell defines it, put that into this cell: an answer is one cell that needs no other."
    return text
