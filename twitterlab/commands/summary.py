"""`twitterlab summary`: a class at a glance."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_command(commands: Any) -> None:
    """Add the command."""
    summary = commands.add_parser("summary", help="a class at a glance, from the files that its learners exported")
    summary.add_argument("folder", type=Path, metavar="FOLDER", help="with a file a learner, there or one level below")
    summary.add_argument("--json", action="store_true", help="print the numbers as JSON")
    summary.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Print the tables, or the numbers in them."""
    from twitterlab.instructor.class_summary import summarise

    found = summarise(options.folder)
    print(found.as_json() if options.json else found)
    return 0
