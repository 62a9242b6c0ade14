"""All of the classroom that a notebook imports, and by no other path: the verbs of the course, and what lessons show.

A name is imported when it is first asked for, so that an exercise waits for no panel. `check` alone is there at once:
it is a room's name too, and the first import out of that room would put the room in the verb's place.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

from twitterlab.classroom.check.check import check as check

FOR_NOTEBOOKS = (
    "capstone.run.count_costs",
    "capstone.run.hold_to_single_table",
    "capstone.run.my_timeline",
    "capstone.timeline.Timeline",
    "check.exercises.newest.TweetTable",
    "check.reply.hint",
    "check.reply.solution",
    "course.progress.course_folder",
    "course.progress_map.my_progress",
    "lesson.architecture.architecture",
    "lesson.join_picture.join_picture",
    "lesson.panels",
    "lesson.panels.shards.heat_of",
    "lesson.panels.shards.lecture_day",
    "lesson.panels.shards.shard_loads",
    "lesson.predict.predict",
    "lesson.predict.reveal",
    "lesson.quiz.quiz",
    "lesson.shard_lanes.page_lanes",
    "lesson.timing.least_seconds",
    "lesson.timing.on_this_machine",
)
_places = {place.rpartition(".")[2]: place for place in FOR_NOTEBOOKS}


def __getattr__(name: str) -> Any:
    """Import a name that a notebook asks for, once."""
    if name not in _places:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = resolve_name(f"{__name__}.{_places[name]}")
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_places})
