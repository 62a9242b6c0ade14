"""Catching up: our answers, labelled as ours, fill the gaps in `my_parts/` up to a stage, never over the learner's."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course import my_parts, progress
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.exercise_texts import ExerciseTexts, all_texts
from twitterlab.classroom.course.outline import key_numbers


@dataclass
class CaughtUp:
    """What became of the answer to each exercise, in the order of the course."""

    saved: list[ExerciseTexts] = field(default_factory=list)
    kept: list[ExerciseTexts] = field(default_factory=list)  # the learner's own
    there: list[ExerciseTexts] = field(default_factory=list)  # ours, from before
    absent: list[ExerciseTexts] = field(default_factory=list)  # the course has no answer of ours

    def report_lines(self) -> list[str]:
        """The same for the learner, a line an exercise."""
        told = {
            "ours, saved now": self.saved,
            "yours, left as it is": self.kept,
            "ours, from before": self.there,
            "left open: the course has no answer of ours": self.absent,
        }
        rows = [(one, said) for said, some in told.items() for one in some]
        rows.sort(key=lambda row: key_numbers(row[0].key))
        return [f"{one.key}  {my_parts.FOLDER}/{one.name}.py: {said}" for one, said in rows]


def catch_up(folder: Path, to: int) -> CaughtUp:
    """Save ours for each exercise of the lessons up to `to` that has no part of the learner's own."""
    done = CaughtUp()
    with course.course_lock(folder):
        here = my_parts.parts_in(folder)
        for one in all_texts().values():
            if one.lesson <= to:
                _fill_gap(folder, here.get(one.name), one, done)
    progress.tell_callers()
    return done


def _fill_gap(folder: Path, here: my_parts.Part | None, one: ExerciseTexts, done: CaughtUp) -> None:
    """Fill one gap, if it is one."""
    if here and not here.ours:
        done.kept.append(one)
        return
    try:
        source = my_parts.our_source(one.name)
    except CourseError:
        done.absent.append(one)
        return
    if here and here.source == my_parts.normal_source(source):
        done.there.append(one)
    else:
        my_parts.save_part_locked(folder, one.name, one.key, source, ours=True)
        done.saved.append(one)
