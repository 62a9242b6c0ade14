"""The learner's progress: `progress.json` in the course folder, and nowhere else. Nothing is sent anywhere.

One process at a time writes it, whole or not at all. Outside of a course folder nothing is noted.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.progress_records import (
    NotProgress,
    Progress,
    ProgressFile,
    Record,
    decode_file,
    file_bytes,
    valid_key,
)
from twitterlab.clock import SystemClock
from twitterlab.files import free_name, replace_file

FILE = "progress.json"
_callers: list[Callable[[], None]] = []  # who wants to know when something was noted


def course_folder() -> Path | None:
    """The learner's course folder: the one of the environment, else the nearest one around here, else None."""
    named = os.environ.get(course.VARIABLE)
    around = (Path.cwd(), *Path.cwd().parents)
    places = (course.chosen_folder(named, {}), *around) if named else around
    return next(filter(course.is_course, places), None)


def chosen_course(named: str | None) -> Path:
    """The course folder that a command means: the one that --course names, else `course_folder`, else the usual one.

    Where there is no course, a CourseError says how to get one.
    """
    found = course.chosen_folder(named, {}) if named else course_folder() or course.chosen_folder(None, os.environ)
    if not course.is_course(found):
        raise CourseError(f"there is no course in {found} yet: twitterlab lab makes it; --course names another folder")
    return found


def note_answer(key: str, kind: str, why: str = "") -> None:
    """Count one checked answer, with the key of the misconception behind it; one that was not attempted counts not."""
    if kind != "not attempted":
        _change_record(key, lambda record: record.count_answer(kind, why, utc_today()))


def note_help(key: str, hints: int, solution: bool = False) -> None:
    """Remember the highest hint that was opened, and whether the solution was; neither is ever taken back."""

    def change(record: Record) -> None:
        record.hints, record.solution = max(record.hints, hints), record.solution or solution

    _change_record(key, change)


def _change_record(key: str, change: Callable[[Record], None]) -> None:
    folder = course_folder()
    if folder is None:
        return
    with course.course_lock(folder):
        known = read_progress_locked(folder)
        change(known.exercises.setdefault(valid_key(key), Record()))
        write_progress_locked(folder, known)
    tell_callers()


def utc_today() -> date:
    """The day, in UTC."""
    return datetime.fromtimestamp(SystemClock().now() / 1000, UTC).date()


def read_progress(folder: Path) -> Progress:
    """What is known of this course's learner; a broken file is set aside as `progress.broken-N.json`, never lost."""
    try:
        return _parse_file(folder)
    except NotProgress:
        with suppress(OSError, CourseError), course.course_lock(folder):
            return read_progress_locked(folder)
        return Progress()  # it cannot be set aside here, so it stays where it is


def _parse_file(folder: Path) -> Progress:
    try:
        return Progress(decode_file((folder / FILE).read_bytes(), ProgressFile).exercises)
    except FileNotFoundError:
        return Progress()
    except IsADirectoryError:
        raise NotProgress("it is a folder") from None


def read_progress_locked(folder: Path) -> Progress:
    """As `read_progress`, for who holds the course's lock."""
    try:
        return _parse_file(folder)
    except NotProgress:
        (folder / FILE).rename(free_name(folder / FILE, "broken"))
        return Progress()


def write_progress_locked(folder: Path, known: Progress) -> None:
    """Write it whole or not at all, for who holds the course's lock."""
    replace_file(folder / FILE, file_bytes(known.as_dict()))


def call_on_change(call: Callable[[], None]) -> None:
    """Have `call()` called after each note."""
    _callers.append(call)


def tell_callers() -> None:
    """Call all who want to know."""
    for call in tuple(_callers):
        call()
