"""The learner's own parts: right answers as `my_parts/NAME.py` in the course folder, and ours where a gap was filled.

The first line of each says which exercise it answers and whose it is. Ours carries a fingerprint there, so that a copy
that the learner changed counts as the learner's, and is never written over.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course.contents import CourseError
from twitterlab.files import replace_file

FOLDER = "my_parts"
OURS = Path(__file__).parents[1] / "check" / "ours"
HEAD = re.compile(r"# \S+ \w+: (?:yours|ours, (?P<mark>[0-9a-f]{12})).*\n")


@dataclass(frozen=True)
class Part:
    """A saved answer: its source without our first line, and whether it is ours."""

    name: str
    source: str
    ours: bool


def save_part(folder: Path, name: str, key: str, source: str, *, ours: bool = False) -> Path:
    """Keep an answer as `my_parts/NAME.py`, whole or not at all; ours never goes over the learner's."""
    with course.course_lock(folder):
        return save_part_locked(folder, name, key, source, ours=ours)


def save_part_locked(folder: Path, name: str, key: str, source: str, *, ours: bool = False) -> Path:
    """As `save_part`, for who holds the course's lock."""
    path = part_path(folder, name)
    there = read_part(path)
    if not (ours and there and not there.ours):
        path.parent.mkdir(exist_ok=True)
        replace_file(path, (head_line(name, key, source, ours) + normal_source(source)).encode())
    return path


def part_path(folder: Path, name: str) -> Path:
    """The file of a part; a name that is no Python name is a CourseError, so that no path leads out of the folder."""
    if not name.isidentifier():
        raise CourseError(f"{name!r} is not the name of a part")
    return folder / FOLDER / f"{name}.py"


def head_line(name: str, key: str, source: str, ours: bool) -> str:
    """The first line of a part's file."""
    whose = f"ours, {source_mark(source)}: once you change it, it counts as yours" if ours else "yours"
    return f"# {key} {name}: {whose}\n"


NOT_KEPT = re.compile(r"(?m)^(?:# Made by .*|\w+ = \.\.\..*)\n")  # whence ours comes, and where a value was to be


def source_mark(source: str) -> str:
    """A short fingerprint of a source."""
    return hashlib.sha256(normal_source(source).encode()).hexdigest()[:12]


def normal_source(source: str) -> str:
    """A source as it is kept: plain line ends, and one at its end."""
    return source.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"


def parts_in(folder: Path) -> dict[str, Part]:
    """All parts by their names; what has no name of Python's is none, such as a copy kept beside one."""
    paths = sorted((folder / FOLDER).glob("*.py"))
    found = [read_part(path) for path in paths if path.stem.isidentifier()]
    return {part.name: part for part in found if part}


def read_part(path: Path) -> Part | None:
    """One part, or None where there is no file; bytes that are no text are shown as such, and the part is theirs."""
    if not path.is_file():
        return None
    text = normal_source(path.read_bytes().decode("utf-8", errors="replace"))
    said = HEAD.match(text)
    source = text[said.end() :] if said else text
    return Part(path.stem, source, bool(said and said["mark"] == source_mark(source)))


def our_source(name: str) -> str:
    """Our answer's source; where there is none of that name, a CourseError."""
    path = OURS / f"{name}.py"
    if not name.isidentifier() or not path.is_file():
        raise CourseError(f"the course has no answer of ours for {name!r}")
    return NOT_KEPT.sub("", path.read_text(encoding="utf-8")).lstrip("\n")
