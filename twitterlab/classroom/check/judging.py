"""Judging an answer: every small history, some of them disguised, random longer ones, then one run in the real stage.

The small histories come in order of size, and Hypothesis shrinks what it finds, so that a learner sees the smallest
history on which their answer fails, told as a story. What fails only because of calls that came before is asked once
more in a fresh namespace, and told so.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from twitterlab.classroom.check import answers, guard
from twitterlab.classroom.check.answers import Answer
from twitterlab.classroom.check.disguise import PLAIN, Look
from twitterlab.classroom.check.exercise import RANDOM, Exercise, WrongAnswer
from twitterlab.classroom.check.memory import changed_places
from twitterlab.classroom.check.verdict import Kind, Verdict
from twitterlab.clock import SystemClock

TOGETHER_S = 5.0  # for all small histories; an answer that is slower is held to fewer of them, and of the others
AFTER_S = 1.5  # for the disguised ones, and again for the random ones
LEAST, SPREAD, DISGUISED = 60, 40, 240  # histories: an answer must manage; of those left; with other numbers
NAMING_S, SHRINKING_S = 1.0, 3.0

PRINTED = "It printed: {}"
ENDLESS = "Your code did not end here, and was stopped after a while. Is there a loop that nothing ends?"
FICKLE = "Your code gave two different answers to the same question. It must depend on nothing but what it is given."
REMEMBERS = (
    "Asked this alone, your code is right. It is wrong after other calls, so it remembers something of them{}. Begin "
    "afresh with each call: it may be another reader's, and come to another process."
)
SLOW = "Your code is right so far, but after {:g} s it had done only a part of the small histories. What takes so long?"
MEMORY = ("remembers", "chance")  # the misconceptions of answers that depend on more than what they are given
CLOCK = "Your code asks what time it is. A clock may stand still for several calls, and the time of day may step back."


class Found(NamedTuple):
    """What a history showed of an answer that is not right; `lasting` unless it rests on how long something took."""

    kind: Kind
    says: tuple[str, ...]
    why: tuple[str, ...] = ()
    lasting: bool = True


class Loaded(NamedTuple):
    """An answer that is being judged: its value, the module that its cell made, and how it is made again."""

    value: Any
    module: ModuleType
    given: Answer

    @classmethod
    def afresh(cls, given: Answer) -> Loaded:
        """The answer in a namespace of its own; raises what its cell raises."""
        with guard.time_limit():
            module = answers.module_afresh(given)
            return cls(answers.value_in(module, given), module, given)


class TimeSpent:
    """How long something has taken: of the processor, so that other work on the machine counts half at most."""

    def __init__(self) -> None:
        self._processor, self._clock = time.process_time(), SystemClock().now()

    def over(self, seconds: float) -> bool:
        """Whether it took more than `seconds` of the processor, or twice as long by the clock."""
        by_clock = (SystemClock().now() - self._clock) / 1000
        return time.process_time() - self._processor > seconds or by_clock > 2 * seconds


told_before: Callable[[str], object] = len  # hears what is about to be asked, before a learner's code runs (`worker`)


def judge_answer(exercise: Exercise, given: Answer, random: int = RANDOM) -> Verdict:
    """The verdict on an answer; whatever the answer does short of ending the process, this returns."""
    if answers.is_untouched(given):
        return verdict_on(exercise, given, Found("not attempted", ("Write your answer where the cell says so.",)))
    printed, reads = guard.fresh_printed(), guard.unreliable_clock.reads
    found = found_in_cell(exercise, given, random)
    asks_clock = found.kind != "right" and guard.unreliable_clock.reads > reads
    said = (PRINTED.format(printed),) if printed.text.strip() else ()
    return verdict_on(exercise, given, found._replace(says=(*found.says, *(CLOCK,) * asks_clock, *said)))


def verdict_on(exercise: Exercise, given: Answer, found: Found) -> Verdict:
    """What was found, with the words of the misconception behind it."""
    known = [exercise.texts.wrong[why] for why in found.why[:1]]
    words = tuple(f"{one.misconception}? {one.says}" for one in known)
    why = "".join(one.key for one in known)
    return Verdict(exercise.key, found.kind, (*found.says, *words), why, given.source, found.lasting)


def found_in_cell(exercise: Exercise, given: Answer, random: int) -> Found:
    """Run the answer's cell afresh, and judge what it makes."""
    answers.note_judged(given)
    loaded: list[Loaded] = []
    where = "Your cell does not run where no other cell was run before it."
    if failed := found_while_running(lambda: loaded.append(Loaded.afresh(given)), where):
        return failed
    value = loaded[0].value
    if answers.is_ours(value):
        return Found("wrong", (answers.OURS.format(getattr(value, "__name__", given.name)),))
    if not exercise.takes(value):
        return Found("wrong", (f"Your answer is {guard.short_repr(value)}, and {exercise.wanted} was asked for.",))
    return found_in_histories(exercise, loaded[0], random) or found_in_stage(exercise, value)


# Histories


def found_in_histories(exercise: Exercise, loaded: Loaded, random: int) -> Found | None:
    """What the first history that is answered wrongly shows; None where all are answered rightly."""
    spent, small = TimeSpent(), list(exercise.small_histories())
    for number, history in enumerate(small):
        if found := found_in_history(exercise, loaded.value, history):
            remembered = found_remembering(exercise, loaded, history, PLAIN, found)
            return remembered or with_misconception(exercise, loaded.value, found, small[number + 1 :])
        if spent.over(TOGETHER_S):
            if number < min(LEAST, len(small) - 1):
                return Found("wrong", (SLOW.format(TOGETHER_S),), lasting=False)
            if found := found_in_some(exercise, loaded, spread(small[number + 1 :], SPREAD), (PLAIN,)):
                return found
            break
    if found := found_in_some(exercise, loaded, spread(small, DISGUISED), exercise.looks, small):
        return found
    return found_in_random_histories(exercise, loaded, random)


def spread(histories: Sequence[Any], most: int) -> Sequence[Any]:
    """At most so many of the histories, in their order, from all places of it; always the last."""
    step = max(1, -(-len(histories) // most))
    return histories[::-1][::step][::-1]


def found_in_some(
    exercise: Exercise, loaded: Loaded, histories: Iterable[Any], looks: Sequence[Look], smaller: Iterable[Any] = ()
) -> Found | None:
    """What the first of these histories shows that is answered wrongly, each in the next look, while time lasts.

    Where one of the `smaller` ones, which come in order of size, shows something in the same look, it is told instead.
    """
    spent = TimeSpent()
    for history, look in zip(histories, cycle(looks)) if looks else ():
        if found := found_in_history(exercise, loaded.value, history, look):
            remembered = found_remembering(exercise, loaded, history, look, found)
            return remembered or found_before(exercise, loaded.value, smaller, history, look) or found
        if spent.over(AFTER_S):
            break
    return None


def found_before(exercise: Exercise, value: Any, histories: Iterable[Any], last: Any, look: Look) -> Found | None:
    """What the first of these histories shows in a look, of those before the last one and while time lasts."""
    spent = TimeSpent()
    for history in histories:
        if history is last or spent.over(NAMING_S):
            return None
        if found := found_in_history(exercise, value, history, look):
            return found
    return None


def found_remembering(exercise: Exercise, loaded: Loaded, history: Any, look: Look, found: Found) -> Found | None:
    """What is said where the same history, asked alone in a fresh namespace, is answered rightly; else None."""
    if loaded.given.source is None or not found.lasting:
        return None
    fresh: list[Loaded] = []
    if found_while_running(lambda: fresh.append(Loaded.afresh(loaded.given)), ""):
        return None
    unused = Loaded.afresh(loaded.given).module
    if found_in_history(exercise, fresh[0].value, history, look):
        return None
    places = changed_places(loaded.module, unused)
    told = REMEMBERS.format(f": see {' and '.join(places[:2])}") if places else FICKLE
    why = [key for key in MEMORY if key in found.why] or [key for key in MEMORY if key in exercise.texts.wrong]
    return Found("wrong", (*found.says, told), tuple(why[:1]))


def with_misconception(exercise: Exercise, value: Any, found: Found, others: Iterable[Any]) -> Found:
    """What was found, with those misconceptions that explain the failures on these other histories too."""
    spent, why = TimeSpent(), found.why
    for history in others:
        if len(why) < 2 or spent.over(NAMING_S):
            break
        other = found_in_history(exercise, value, history)
        if other and other.kind == "wrong" and other.why:
            why = tuple(key for key in why if key in other.why) or why
    return found._replace(why=why)


def found_in_random_histories(exercise: Exercise, loaded: Loaded, random: int) -> Found | None:
    """What a random history shows, made as small as Hypothesis can; the same one on every machine.

    Where time runs out, no more are tried, and what was found last is as small as it gets.
    """
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "twitterlab-hypothesis"))
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import Flaky, NoSuchExample

    found: list[Found] = []  # on the histories that showed anything: Hypothesis ends with the smallest
    remembered: list[Found] = []
    spent = shrinking = TimeSpent()

    def late() -> bool:
        return bool(remembered) or (shrinking.over(SHRINKING_S) if found else spent.over(AFTER_S))

    def shows(drawn: tuple[Any, Look]) -> bool:
        nonlocal shrinking
        one = None if late() else found_in_history(exercise, loaded.value, *drawn)
        if one is not None:
            if not found:
                remembered.extend(filter(None, [found_remembering(exercise, loaded, *drawn, one)]))
                shrinking = TimeSpent()
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
        smallest = find(
            st.tuples(exercise.longer_histories(), st.sampled_from((PLAIN, *exercise.looks))), shows, settings=rules
        )
    except NoSuchExample:
        return next(iter(remembered or found[::-1]), None)
    except Flaky:
        return (remembered or found)[-1] if late() else found_fickle(found)
    if late():
        return (remembered or found)[-1]
    return found_in_history(exercise, loaded.value, *smallest) or found_fickle(found)


def found_fickle(found: list[Found]) -> Found:
    """What is said of an answer that was wrong on a history, and right on the same one a moment later."""
    return Found("wrong", (FICKLE, *(found[-1].says if found else ())))


def found_in_history(exercise: Exercise, value: Any, history: Any, look: Look = PLAIN) -> Found | None:
    """What one history shows of an answer, told as a story; None where it is answered rightly."""
    wrong: WrongAnswer | None = None
    story = " ".join(filter(None, [exercise.story(history), look.words]))

    def ask() -> None:
        nonlocal wrong
        wrong = exercise.problem(value, history, look)

    failed = found_while_running(ask, story)
    if failed or wrong is None:
        return failed
    told = (story, f"Yours gave {wrong.got}; expected was {wrong.expected}.")
    plain = look == PLAIN  # a belief would have shown without a disguise
    return Found("wrong", told, wrong.why if plain else tuple(key for key in wrong.why if key in MEMORY))


# The real stage


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


# What a learner's code may do


def found_while_running(run: Callable[[], object], where: str) -> Found | None:
    """What is said of a learner's code that raises, does not end or does what no answer may; None where it runs."""
    told_before(where)
    try:
        run()
    except guard.Misbehaved as error:
        return Found("wrong", (where, str(error)))
    except guard.Stopped:
        return Found("error", (where, ENDLESS), lasting=False)
    except BaseException as error:  # whatever a learner's code raises is told, also what ends a program
        line = answers.error_line(error)
        return Found("error", tuple(filter(None, (where, line, error_words(error)))))
    return None


def error_words(error: BaseException) -> str:
    """An error in words; of a name that is missing, where it probably is."""
    told = " ".join(guard.short_text(error).split())
    text = ": ".join(filter(None, [type(error).__name__, told if len(told) <= 300 else f"{told[:299]}…"]))
    if isinstance(error, NameError):
        text += ". If another cell defines it, put that into this cell: an answer is one cell that needs no other."
    return text
