"""The commands about progress: `twitterlab progress`, `twitterlab catch-up` and `twitterlab summary`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add them to the parser's commands."""
    progress = commands.add_parser("progress", help="the map of the course, and how far you are")
    _course_option(progress)
    which = progress.add_mutually_exclusive_group()
    which.add_argument("--export", type=Path, metavar="FILE", help="save your progress and your parts as one file")
    which.add_argument("--import", type=Path, metavar="FILE", dest="coming", help="join a saved file with what is here")
    progress.add_argument("--name", default="", metavar="NAME", help="your name, for the file that --export writes")
    progress.set_defaults(run=_progress)

    catch_up = commands.add_parser("catch-up", help="our answers where you have none, so that you can go on")
    catch_up.add_argument("--to", type=int, required=True, choices=range(1, 8), metavar="5", help="the last stage")
    _course_option(catch_up)
    catch_up.set_defaults(run=_catch_up)

    summary = commands.add_parser("summary", help="a class at a glance, from the files that its learners exported")
    summary.add_argument("folder", type=Path, metavar="FOLDER", help="with a file a learner, there or one level below")
    summary.add_argument("--json", action="store_true", help="print the numbers as JSON")
    summary.set_defaults(run=_summary)


def _course_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--course", metavar="DIR", help="where your copy of the course is")


def _progress(options: argparse.Namespace) -> int:
    from twitterlab.classroom.course import progress, progress_export, progress_map

    home = progress.chosen(options.course)
    if options.name and not options.export:
        raise ValueError("--name goes with --export: it is the name in the file")
    if options.export:
        print(progress_export.export(home, options.export, options.name))
        return 0
    if options.coming:
        print(*progress_export.take_in(home, options.coming), sep="\n", end="\n\n")
    there = progress_map.of(home)
    print(progress_map.text(there), progress_map.summary(there), sep="\n\n")
    return 0


def _catch_up(options: argparse.Namespace) -> int:
    from twitterlab.classroom.course import catch_up, progress

    print(*catch_up.catch_up(progress.chosen(options.course), options.to).lines(), sep="\n")
    return 0


def _summary(options: argparse.Namespace) -> int:
    from twitterlab.instructor.class_summary import summarise

    found = summarise(options.folder)
    print(found.as_json() if options.json else found)
    return 0
