"""The command line: `twitterlab tour`, `serve`, `lab` and more: `twitterlab --help` names all."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from twitterlab.commands import (
    catch_up,
    doctor,
    estimate,
    grading,
    graph,
    handout,
    lab,
    policies,
    progress,
    reset,
    serve,
    summary,
    tour,
    user_token,
)
from twitterlab.model import TwitterlabError

# In the order of `--help`. That is quick: a module's `add_command` imports next to nothing, its `run_command` does.
COMMANDS = (
    *(tour, policies, estimate, graph, serve, user_token),
    *(lab, reset, progress, catch_up, summary, handout, grading, doctor),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 2 with one line on stderr when it could not."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["lab"]:  # its options are JupyterLab's
        return lab.serve_course(arguments[1:])
    try:
        options = command_parser().parse_args(arguments)
        return int(options.run(options))
    except (TwitterlabError, OSError, ValueError) as error:
        print(f"twitterlab {arguments[0]}: {error}", file=sys.stderr)
        return 2


def command_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="twitterlab", description=__doc__.splitlines()[0] if __doc__ else None)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_command(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
