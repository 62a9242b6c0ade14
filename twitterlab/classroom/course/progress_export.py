"""Progress that travels: one JSON file with the records and the learner's parts, to go on with on another machine.

What comes from a file is not trusted: it is read strictly, its parts have names of exercises, nothing in it is run, and
of our parts only the names travel. A file is refused before anything is changed, or taken in as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course import my_parts, progress
from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.exercise_texts import all_texts
from twitterlab.classroom.course.my_parts import Part
from twitterlab.classroom.course.progress_records import NotProgress, Progress, ProgressFile, decode_file, file_bytes
from twitterlab.files import free_name, replace_file

LARGEST = 5_000_000  # bytes of a file, and far more than all parts together have


class PartInFile(msgspec.Struct):
    """A part in a file: the learner's source, or that it is ours."""

    source: str = ""
    ours: bool = False


class ExportFile(ProgressFile):
    """What a file says; a plain `progress.json` says nothing of parts and a name."""

    parts: dict[str, PartInFile] = {}
    name: str = ""


@dataclass(frozen=True)
class Export:
    """What one file holds; a plain `progress.json` is one without name and parts."""

    progress: Progress
    parts: dict[str, Part] = field(default_factory=dict)
    name: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What the file says."""
        parts = {part.name: {"ours": True} if part.ours else {"source": part.source} for part in self.parts.values()}
        return {**({"name": self.name} if self.name else {}), **self.progress.as_dict(), "parts": parts}


def export_progress(folder: Path, file: Path, name: str = "") -> str:
    """Write the progress and parts of a course to one file, whole or not at all; returns what was done, in a sentence.

    Another file that is there is kept beside as `NAME.before-export-N.json`.
    """
    if not file.parent.is_dir():
        raise CourseError(f"there is no folder {file.parent}")
    with course.course_lock(folder):
        known, names = progress.read_progress_locked(folder), keys_by_name()
        parts = {part.name: part for part in my_parts.parts_in(folder).values() if part.name in names}
    data = file_bytes(Export(known, parts, name).as_dict())
    aside = keep_copy_beside(file, "before-export") if file.is_file() and file.read_bytes() != data else None
    replace_file(file, data)
    what = f"{file} has your progress (exercises begun: {len(known.exercises)}) and your parts ({len(parts)})."
    return what + (f" What was there is kept beside it as {aside.name}." if aside else "")


def keep_copy_beside(path: Path, why: str) -> Path:
    """A copy of a file that is about to become another, one for each of its versions."""
    data = path.read_bytes()
    copies = (entry for entry in path.parent.iterdir() if entry.name.startswith(f"{path.stem}.{why}-"))
    kept = next((copy for copy in sorted(copies) if copy.read_bytes() == data), None)
    if kept is None:
        kept = free_name(path, why)
        replace_file(kept, data)
    return kept


def keys_by_name() -> dict[str, str]:
    """The key of each exercise by its name."""
    return {one.name: one.key for one in all_texts().values()}


def import_progress(folder: Path, file: Path) -> list[str]:
    """Join a file's progress and parts with those of a course; returns what was done, a sentence each.

    Right stays right and of two counts the larger holds. A learner's part goes before ours; where the course has
    another of the learner's, that is kept beside as `NAME.before-import-N.py`. The same file again changes nothing.
    """
    coming, keys = read_export(file), keys_by_name()
    strange = coming.parts.keys() - keys.keys()
    if strange:
        raise CourseError(f"{file} has a part {min(strange)!r:.60}, and this course has no exercise of that name")
    parts = [part for name in sorted(coming.parts) if (part := part_at_hand(coming.parts[name]))]
    with course.course_lock(folder):
        here = my_parts.parts_in(folder)
        done = [said for part in parts if (said := _bring_part(folder, here.get(part.name), part, keys))]
        known = progress.read_progress_locked(folder)
        joined = known.joined_with(coming.progress)
        if joined != known:
            progress.write_progress_locked(folder, joined)
            done.append("Its record of tries is joined with the one here.")
    progress.tell_callers()
    return done or ["Nothing in it was new."]


def part_at_hand(part: Part) -> Part | None:
    """A part that came, ours as this course has it; None where it has none."""
    with suppress(CourseError):
        return Part(part.name, my_parts.our_source(part.name), ours=True) if part.ours else part
    return None


def _bring_part(folder: Path, here: Part | None, part: Part, keys: Mapping[str, str]) -> str:
    """Put one part in its place unless what is there is as good; what was done, or nothing."""
    if here and (part.ours or (here.source == part.source and not here.ours)):
        return ""
    path = my_parts.part_path(folder, part.name)
    aside = keep_copy_beside(path, "before-import") if here and not here.ours else None
    my_parts.save_part_locked(folder, part.name, keys[part.name], part.source, ours=part.ours)
    beside = f", and the one that was here is kept as {aside.name}" if aside else ""
    return f"{my_parts.FOLDER}/{path.name} is {'ours' if part.ours else 'the imported one'} now{beside}."


def read_export(file: Path) -> Export:
    """What an exported file, or a plain `progress.json`, holds; anything else is a CourseError that says why."""
    try:
        return parse_export(file)
    except NotProgress as error:
        raise CourseError(f"{file} is no progress of this course: {error}") from None


def parse_export(file: Path) -> Export:
    """As `read_export`, but what is no progress is NotProgress."""
    if file.stat().st_size > LARGEST:
        raise NotProgress(f"it has more than {LARGEST:,} bytes")
    told = decode_file(file.read_bytes(), ExportFile)
    parts = {name: part_from_file(name, part) for name, part in told.parts.items()}
    return Export(Progress(told.exercises), parts, printable_line(told.name))


def part_from_file(name: str, told: PartInFile) -> Part:
    """A part as the file has it; NotProgress where it has no source."""
    if told.ours:
        return Part(name, "", ours=True)
    if not told.source:
        raise NotProgress(f"the part {name!r:.60} has no source")
    return Part(name, my_parts.normal_source(told.source), ours=False)


def printable_line(text: str) -> str:
    """A stranger's text as one short line that a terminal can show."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:80]).strip()
