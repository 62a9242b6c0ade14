"""Answers as a learner writes them, judged as in a notebook: what the tests of the exercises share."""

from __future__ import annotations

from textwrap import dedent

from twitterlab.classroom.check.answers import Answer, fresh
from twitterlab.classroom.check.exercise import RANDOM, exercise
from twitterlab.classroom.check.judging import judge
from twitterlab.classroom.check.verdict import Verdict


def judged(name: str, source: str, random: int = RANDOM) -> Verdict:
    """The verdict on a cell that holds this source."""
    given = Answer(name, None, dedent(source).strip() + "\n")
    try:
        value = fresh(given)
    except Exception:
        value = "not to be had: the cell raises"
    return judge(exercise(name), Answer(name, value, given.source), random)


def refused(name: str, source: str) -> tuple[str, str]:
    """How a wrong answer is judged and the misconception it is told; its words must be among what is said."""
    verdict = judged(name, source)
    known = exercise(name).texts.wrong
    assert not verdict.why or known[verdict.why].says in verdict.text
    return verdict.kind, verdict.why
