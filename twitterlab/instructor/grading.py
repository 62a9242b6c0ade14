"""A folder in which nbgrader grades the exercises: its configuration, and what assignments are made from."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path

from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.outline import outline

CONFIG = '''"""How nbgrader grades the exercises of twitterlab. Made by `twitterlab grading`, and yours to change."""

import os
import sys

from nbgrader import preprocessors as steps

from twitterlab.instructor.given_cells import CellsAsGiven

c = get_config()

# Points cells are as they were given out, wherever they were deleted, changed or copied, and a cell that was split is
# graded as it runs.
c.Autograde.sanitize_preprocessors = [
    CellsAsGiven,
    steps.ClearOutput,
    steps.OverwriteKernelspec,
    steps.OverwriteCells,
    steps.CheckCellMetadata,
]
c.Execute.timeout = 120  # seconds for a cell: more where a machine is slow

# Feedback shows the words of a verdict, and not the buttons that it has in JupyterLab.
c.NbConvertBase.display_data_priority = ["text/html", "image/svg+xml", "image/png", "image/jpeg", "text/plain"]

# What nbgrader releases says what our exercises say.
c.ClearSolutions.code_stub = {"python": "pass  # your code here"}

# Files from a mailbox, called STUDENT-04_user_shards.ipynb, may lie in downloaded/04_user_shards/archive/, and
# `nbgrader zip_collect 04_user_shards` sorts them in.
c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>[^/]+)-(?P<file_id>[^/]+)"

# nbgrader calls a program of the environment in which it runs, which need not be active.
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
'''


def make_grading(clone: Path, stages: Collection[int], folder: Path) -> list[str]:
    """Make the folder, which must be empty or absent, with an assignment for each exercise notebook; gives their names.

    Git never sees it, wherever it is: its first file says so.
    """
    if find_spec("nbgrader") is None:
        raise CourseError("nbgrader grades: pip install 'twitterlab[workshop]' -c constraints.txt")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is there and not empty: name a new folder")
    sources = [clone / name for name in solution_files(stages)]
    if missing := [path.name for path in sources if not path.is_file()]:
        raise CourseError(f"{clone} lacks solutions/{missing[0]}: run it in a whole clone of the project")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    for path in sources:
        place = folder / "source" / path.stem
        place.mkdir(parents=True)
        shutil.copy(path, place)
    return [path.stem for path in sources]


def solution_files(stages: Collection[int]) -> list[str]:
    """Where our solutions to the exercises of some stages are, by their paths in a clone."""
    return [one.solution_file for one in outline().lessons if one.number in stages and one.exercises]
