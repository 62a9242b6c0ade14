"""`twitterlab progress`: the map of the course, how far the learner is, and a file to go on with elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from twitterlab.commands import options as shared


def add_command(commands: Any) -> None:
    """Add the command."""
    progress = commands.add_parser("progress", help="the map of the course, and how far you are")
    shared.add_course_option(progress)
    which = progress.add_mutually_exclusive_group()
    which.add_argument("--export", type=Path, metavar="FILE", help="save your progress and your parts as one file")
    which.add_argument("--import", type=Path, metavar="FILE", dest="coming", help="join a saved file with what is here")
    progress.add_argument("--name", default="", metavar="NAME", help="your name, for the file that --export writes")
    progress.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Export, or take in what is to be imported and print the map."""
    from twitterlab.classroom.course import progress, progress_export, progress_map

    home = progress.chosen_course(options.course)
    if options.name and not options.export:
        raise ValueError("--name goes with --export: it is the name in the file")
    if options.export:
        print(progress_export.export_progress(home, options.export, options.name))
        return 0
    if options.coming:
        print(*progress_export.import_progress(home, options.coming), sep="\n", end="\n\n")
    there = progress_map.places_of(home)
    print(progress_map.map_text(there), progress_map.map_summary(there), sep="\n\n")
    return 0
