"""`twitterlab handout`: a folder for a workshop, with lessons and exercises and without solutions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from twitterlab.commands import options as shared


def add_command(commands: Any) -> None:
    """Add the command."""
    handout = commands.add_parser("handout", help="a folder for a workshop: lessons and exercises, without solutions")
    handout.add_argument("folder", type=Path, metavar="DIR", help="a new folder, or an empty one")
    handout.add_argument("--stages", type=lesson_numbers, metavar="1-4", help="as 4, 2-5 or 1,6,7 (default: all)")
    handout.set_defaults(run=run_command)


def lesson_numbers(value: str) -> list[int]:
    """The numbers of some lessons."""
    from twitterlab.classroom.course.outline import outline

    return shared.numbers_among(outline().numbers, value)


def run_command(options: argparse.Namespace) -> int:
    """Make the folder, and say what came of it."""
    from twitterlab.classroom.course.outline import outline
    from twitterlab.commands.clones import found_clone
    from twitterlab.instructor.handout import make_handout

    made = make_handout(found_clone(), options.stages or outline().numbers, options.folder)
    print(f"{len(made)} files in {options.folder}; its README.md says how to begin")
    return 0
