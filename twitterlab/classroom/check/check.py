"""The verb `check`: `check.merge_newest(merge_newest)` judges an answer, notes it, and keeps it where it is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from twitterlab.classroom.check import answers
from twitterlab.classroom.check.exercise import Exercise, exercise_named, exercise_names
from twitterlab.classroom.check.reply import Reply
from twitterlab.classroom.check.verdict import Verdict
from twitterlab.classroom.check.worker import judge_apart
from twitterlab.classroom.course import my_parts, progress
from twitterlab.model import TwitterlabError

_judged: dict[tuple[str, str], Reply] = {}  # by exercise and source: the same cell is not judged, or counted, twice


class Check:
    """One method an exercise, by the name that its answer has."""

    def __getattr__(self, name: str) -> Callable[[Any], Reply]:
        if name not in exercise_names():
            raise AttributeError(f"there is no exercise {name!r}: there are {', '.join(exercise_names())}")
        return partial(check_answer, name)

    def __dir__(self) -> list[str]:
        return exercise_names()


check = Check()


def check_answer(name: str, value: Any) -> Reply:
    """The reply to an answer; a right one is kept under `my_parts/` of the learner's course."""
    asked, given = exercise_named(name), answers.answer_with_cell(name, value)
    at = (name, given.source) if given.source is not None else None
    if at in _judged:
        return _judged[at]
    reply = Reply(**vars(note_verdict(asked, judge_apart(asked, given), answers.not_kept_because(given))))
    if at is not None and reply.lasting and reply.kind != "not attempted":
        _judged[at] = reply
    return reply


def note_verdict(asked: Exercise, verdict: Verdict, not_kept: str = "") -> Verdict:
    """The verdict, noted in the learner's course, and the answer kept there if it is right; it says so if it is not."""
    right = verdict.kind == "right"
    try:
        progress.note_answer(asked.key, verdict.kind, verdict.why)
        if right and verdict.source is not None and not not_kept and (home := progress.course_folder()):
            my_parts.save_part(home, asked.name, asked.key, answers.kept_source(verdict.source))
    except (TwitterlabError, OSError) as error:
        return replace(verdict, says=(*verdict.says, f"It could not be kept in your course: {error}"))
    return replace(verdict, source=None, says=(*verdict.says, not_kept)) if right and not_kept else verdict
