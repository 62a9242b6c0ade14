"""`twitterlab catch-up`: our answers, labelled, where the learner has none."""

from __future__ import annotations

import argparse
from typing import Any

from twitterlab.commands import options as shared


def add_command(commands: Any) -> None:
    """Add the command."""
    catch_up = commands.add_parser("catch-up", help="our answers where you have none, so that you can go on")
    catch_up.add_argument("--to", type=lesson_number, required=True, metavar="5", help="the last stage")
    shared.add_course_option(catch_up)
    catch_up.set_defaults(run=run_command)


def lesson_number(value: str) -> int:
    """The number of a lesson."""
    from twitterlab.classroom.course.outline import outline

    known = outline().numbers
    if not value.isdecimal() or int(value) not in known:
        raise argparse.ArgumentTypeError(f"{value}: stages are numbers from {known[0]} to {known[-1]}")
    return int(value)


def run_command(options: argparse.Namespace) -> int:
    """Fill the gaps, and say what became of each exercise."""
    from twitterlab.classroom.course import catch_up, progress

    print(*catch_up.catch_up(progress.chosen_course(options.course), options.to).report_lines(), sep="\n")
    return 0
