"""Where the project is that a command copies from."""

from __future__ import annotations

import sys
from pathlib import Path

from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.copy import is_course


def found_clone() -> Path:
    """As `find_clone`, but its absence is a CourseError."""
    found = find_clone()
    if found is None:
        raise CourseError("no folder notebooks/ here; run it in a clone of the project")
    return found


def find_clone() -> Path | None:
    """The folder that holds notebooks/: the current one, else the clone in which this package lies, else None.

    A workshop's handout, in which the environment was made that runs this, serves as a clone does.

    A learner's copy is no clone, though it looks like one: its terminal is where `twitterlab reset` is called.
    """
    homes = (Path.cwd(), Path(__file__).resolve().parents[2], Path(sys.prefix).parent)
    return next((home for home in homes if (home / "notebooks").is_dir() and not is_course(home)), None)
