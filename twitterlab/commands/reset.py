"""`twitterlab reset`: a fresh copy of one notebook, beside the learner's."""

from __future__ import annotations

import argparse
import os
from typing import Any

from twitterlab.commands import options as shared


def add_command(commands: Any) -> None:
    """Add the command."""
    reset = commands.add_parser("reset", help="a fresh copy of one notebook; yours is kept beside it")
    reset.add_argument("notebook", metavar="NOTEBOOK", help="its number, name or path: 03, tour, exercises/03")
    shared.add_course_option(reset)
    reset.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Do it, and say what was done."""
    from twitterlab.classroom.course import copy as course
    from twitterlab.commands.clones import found_clone

    done = course.reset_file(found_clone(), course.chosen_folder(options.course, os.environ), options.notebook)
    print(done)
    if "fresh again" in done:
        print("Where it is open in JupyterLab: File > Reload Notebook from Disk, then Kernel > Restart Kernel.")
    return 0
