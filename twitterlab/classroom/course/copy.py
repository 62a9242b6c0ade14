"""The learner's working copy of the course: outside git, made anew with each newer version, never written over.

A hidden manifest in the course folder remembers the fingerprint of every version of a file that was ever put there. A
file with one of those is as we wrote it; any other is the learner's, and so is one with the outputs of a run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from twitterlab.classroom.course.contents import CourseError, course_files, find_path, fingerprint
from twitterlab.files import free_name, replace_file

VARIABLE = "TWITTERLAB_COURSE"
DEFAULT = "~/twitterlab-course"
MANIFEST = ".twitterlab-course.json"
LOCK = ".twitterlab-course.lock"
WAIT_S = 30

Manifest = dict[str, list[str]]


@dataclass
class Refreshed:
    """What became of each file, by its path in the course folder; what is not named here was up to date."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # the learner's, where the course has a newer version


def chosen_folder(chosen: str | None, environ: Mapping[str, str]) -> Path:
    """Where the course is: what was chosen, else what the environment says, else a folder in the home directory."""
    return Path(os.path.abspath(Path(chosen or environ.get(VARIABLE) or DEFAULT).expanduser()))


def is_course(path: Path) -> bool:
    """Whether this is a learner's copy, and so no place to copy from."""
    return (path / MANIFEST).is_file()


def refresh_course(clone: Path, course: Path) -> Refreshed:
    """Make the course, or bring it up to date; what the learner changed or made is left as it is, to the byte.

    A file of ours that the learner deleted is put back; one that the course no longer has goes if it is as we wrote it.
    Ended at any moment, it leaves whole files, each old or new, and the next call does the rest.
    """
    refuse_clone(clone, course)
    course.mkdir(parents=True, exist_ok=True)
    with course_lock(course):
        fresh, known = course_files(clone), read_manifest(course)
        done = Refreshed()
        for name, data in fresh.items():
            _bring_file(course, name, data, known, done)
        for name in known.keys() - fresh.keys():
            if fingerprint_there(course / name) in known[name]:
                (course / name).unlink()
                done.removed.append(name)
        return done


def _bring_file(course: Path, name: str, data: bytes, known: Manifest, done: Refreshed) -> None:
    """Put one file there unless the learner's is in its place."""
    new, current, ours = fingerprint(data, name), fingerprint_there(course / name), known.get(name, [])
    if current is None or (current in ours and current != new):
        write_ours(course, name, data, known)
        done.written.append(name)
    elif current == new:
        note_version(course, name, new, known)
    elif new not in ours:
        done.kept.append(name)


def reset_file(clone: Path, course: Path, asked: str) -> str:
    """Give the learner a fresh copy of one file and keep theirs beside it; returns what was done, in a sentence.

    An unknown or ambiguous name is a CourseError that lists what there is, and nothing is changed.
    """
    if not is_course(course):
        raise CourseError(f"there is no course in {course} yet: twitterlab lab makes it; --course names another folder")
    with course_lock(course):
        fresh, known = course_files(clone), read_manifest(course)
        name = find_path(asked, fresh)
        current = fingerprint_there(course / name)
        if current == fingerprint(fresh[name], name):
            return f"{name} is as the course has it: nothing to reset."
        learners = current is not None and current not in known.get(name, [])
        aside = set_aside(course / name) if learners else None
        write_ours(course, name, fresh[name], known)
        return f"{name} is fresh again." + (f" Yours is kept beside it as {aside.name}." if aside else "")


def set_aside(path: Path) -> Path:
    """Rename the learner's file to the first free `NAME.before-reset-N`; the same bytes, and nothing is replaced."""
    return path.rename(free_name(path, "before-reset"))


def refuse_clone(clone: Path, course: Path) -> None:
    """The course lies outside the clone, where no git command touches it, else CourseError."""
    if course.resolve().is_relative_to(clone.resolve()):
        raise CourseError(f"{course} lies in the clone {clone}: choose a folder outside, where your work is safe")


def write_ours(course: Path, name: str, data: bytes, known: Manifest) -> None:
    """Write one file of ours, remembered before it is there: ended in between, it is not taken for the learner's."""
    note_version(course, name, fingerprint(data, name), known)
    (course / name).parent.mkdir(parents=True, exist_ok=True)
    replace_file(course / name, data)


def note_version(course: Path, name: str, version: str, known: Manifest) -> None:
    """Note a version as ours."""
    if version not in known.get(name, []):
        known[name] = [*known.get(name, []), version]
        replace_file(course / MANIFEST, (json.dumps(known, indent=1, sort_keys=True) + "\n").encode())


def read_manifest(course: Path) -> Manifest:
    """What we wrote so far; without a manifest, or with a broken one, every file counts as the learner's."""
    try:
        known = json.loads((course / MANIFEST).read_text(encoding="utf-8"))
        return {str(name): [str(version) for version in versions] for name, versions in known.items()}
    except (FileNotFoundError, ValueError, AttributeError, TypeError):
        return {}


@contextmanager
def course_lock(course: Path) -> Iterator[None]:
    """One process at a time writes into the course."""
    lock = FileLock(course / LOCK)
    try:
        lock.acquire(timeout=WAIT_S)
    except Timeout:
        raise CourseError(f"another twitterlab command has been writing into {course} for {WAIT_S} seconds") from None
    try:
        yield
    finally:
        lock.release()


def fingerprint_there(path: Path) -> str | None:
    """The fingerprint of the file that is there, or None where there is no file."""
    return fingerprint(path.read_bytes(), path.name) if path.is_file() else None
