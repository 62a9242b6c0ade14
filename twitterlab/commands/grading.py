"""`twitterlab grading`: a folder in which nbgrader grades the exercises."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from twitterlab.commands.handout import lesson_numbers


def add_command(commands: Any) -> None:
    """Add the command."""
    grading = commands.add_parser("grading", help="a folder in which nbgrader grades the exercises")
    grading.add_argument("folder", type=Path, metavar="DIR", help="a new folder, or an empty one")
    grading.add_argument("--stages", type=lesson_numbers, metavar="1-4", help="as 4, 2-5 or 1,6,7 (default: all)")
    grading.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Make the folder, and say what comes next."""
    from twitterlab.classroom.course.outline import outline
    from twitterlab.commands.clones import found_clone
    from twitterlab.instructor.grading import make_grading

    made = make_grading(found_clone(), options.stages or outline().numbers, options.folder)
    print(f"assignments in {options.folder}: {', '.join(made)}")
    print(f"in that folder, `nbgrader generate_assignment {made[0]}` comes next; docs/instructors.md says the rest")
    return 0
