"""JupyterLab on the learner's copy of the course with one command: `twitterlab lab`."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twitterlab.model import TwitterlabError

if TYPE_CHECKING:
    from twitterlab.classroom.course.copy import Refreshed

SETTINGS = Path(__file__).parent / "settings"
FRONT = "notebooks/README.md"
WORKSPACES = ".jupyterlab-workspaces"
HELP = """usage: twitterlab lab [--course DIR] [any option of `jupyter lab`]

Opens JupyterLab on your own copy of the course, in your browser where there is one; where there is none, it prints the
address to open. Control-C ends it. The copy is in {default}, unless --course or the environment variable
{variable} names another folder. What you change there stays as you left it, also when a lesson has a newer
version; `twitterlab reset 03` gives you a fresh copy of lesson 03 and keeps yours beside it. Two options that help on
another machine or in a container: --port=8888, --ip=0.0.0.0
"""


def add_command(commands: Any) -> None:
    """Add the command; its options are JupyterLab's, so it is run with the words that follow and not with options."""
    commands.add_parser("lab", help="open your copy of the course in JupyterLab", add_help=False)


def serve_course(argv: Sequence[str]) -> int:
    """Serve the learner's copy until Control-C; returns 0 then, or 1 where there is nothing to copy or no place for it.

    What of `argv` is not ours goes to JupyterLab as it is, after our own options, so it has the last word.
    """
    from twitterlab.classroom.course import copy as course
    from twitterlab.commands.clones import found_clone

    if {"-h", "--help"} & set(argv):
        print(HELP.format(default=course.DEFAULT, variable=course.VARIABLE), end="")
        return 0
    try:
        chosen, others = course_and_rest(argv)
        home = course.chosen_folder(chosen, os.environ)
        print("\n".join(course_news(home, course.refresh_course(found_clone(), home), chosen)), flush=True)
    except (TwitterlabError, OSError) as error:
        print(f"twitterlab lab: {error}", file=sys.stderr)
        return 1
    from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]

    os.environ |= for_terminals(home, os.environ)
    LabApp.launch_instance([*lab_options(home, has_browser(os.environ), is_root()), *others])
    return 0


def for_terminals(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What JupyterLab's terminals need for a plain `twitterlab reset 03` to find the program and the course."""
    from twitterlab.classroom.course.copy import VARIABLE

    here = str(Path(sys.executable).parent)
    return {"PATH": os.pathsep.join([here, environ.get("PATH", os.defpath)]), VARIABLE: str(home)}


def course_and_rest(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """The folder that --course names, if it is there, and all other arguments."""
    parser = argparse.ArgumentParser(prog="twitterlab lab", add_help=False, allow_abbrev=False)
    parser.add_argument("--course")
    known, others = parser.parse_known_args(list(argv))
    return known.course, others


def course_news(home: Path, done: Refreshed, chosen: str | None) -> list[str]:
    """What to tell the learner: where the course is, what came new, and what of theirs has a newer version."""
    where = f" --course {shlex.quote(chosen)}" if chosen else ""
    counts = {"new or newer files": len(done.written), "files that the course no longer has": len(done.removed)}
    return [
        f"Your copy of the course is in {home}",
        *(f"  {what}: {count}" for what, count in counts.items() if count),
        *(
            f"  kept your {name}; get the newer one: {program_name()} reset {shlex.quote(name)}{where}"
            for name in done.kept
        ),
    ]


def program_name() -> str:
    """How this shell calls twitterlab: by its name, or by its path where the environment is not active."""
    beside = Path(sys.executable).with_name("twitterlab")
    if shutil.which("twitterlab") or not beside.exists():
        return "twitterlab"
    return shlex.quote(os.path.relpath(beside) if beside.is_relative_to(Path.cwd()) else str(beside))


def lab_options(home: Path, browser: bool, root: bool) -> list[str]:
    """JupyterLab's options for the course in `home`, which is served whole: lessons link to its data and exercises."""
    chosen = [
        f"--ServerApp.root_dir={home}",
        f"--LabApp.default_url=/lab/tree/{FRONT if (home / FRONT).is_file() else 'notebooks'}",
        f"--LabApp.app_settings_dir={SETTINGS}",
        f"--LabApp.workspaces_dir={home / WORKSPACES}",  # the course's open tabs, apart from those of other work
        "--ServerApp.answer_yes=True",  # Control-C ends it, without a question
        "--LabApp.news_url=None",  # nothing is fetched, nothing is sent, and no window asks about it
        "--Application.log_level=WARN",  # the address is logged as critical, so it is still seen
    ]
    return chosen + terminal_options(os.environ) + ["--no-browser"] * (not browser) + ["--allow-root"] * root


def terminal_options(environ: Mapping[str, str]) -> list[str]:
    """Terminals that are no login shells: those forget the PATH that they are given."""
    if sys.platform == "win32":
        return []
    shell = shutil.which(environ.get("SHELL") or "bash") or "/bin/sh"
    return [f"--ServerApp.terminado_settings={{'shell_command': [{shell!r}]}}"]


def has_browser(environ: Mapping[str, str]) -> bool:
    """Whether a window can open: a text browser, which would take over the terminal, does not count."""
    if environ.get("BROWSER"):
        return True
    if sys.platform not in ("darwin", "win32") and not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def is_root() -> bool:
    """Whether this is user 0, as in most containers; JupyterLab then asks to be told that it is meant."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    sys.exit(serve_course(sys.argv[1:]))
