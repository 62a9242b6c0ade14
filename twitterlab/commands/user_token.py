"""`twitterlab token`: a token that proves a user to a service on this machine."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twitterlab.commands import options as shared
from twitterlab.model import StorageError
from twitterlab.service import MINUTES


def add_command(commands: Any) -> None:
    """Add the command."""
    token = commands.add_parser("token", help="a token that proves a user to a service of yours")
    token.add_argument("user", type=int, metavar="USER", help="the user's ID")
    where = token.add_mutually_exclusive_group()
    where.add_argument("--port", type=shared.port, metavar="P", help="of the running service (default: the only one)")
    where.add_argument("--path", type=Path, metavar="DIR", help="the service's directory, whether it runs or not")
    token.add_argument("--minutes", type=int, default=MINUTES, metavar="M", help="it holds (default %(default)s)")
    token.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Print the token."""
    from twitterlab.clock import SystemClock
    from twitterlab.service import keys
    from twitterlab.service.tokens import Signer

    if options.path is not None:
        file = keys.key_file(options.path)
    else:
        file = keys.running_file(chosen_port(options.port, keys.running_ports()))
    print(Signer.read(file, SystemClock().now).token(options.user, options.minutes))
    return 0


def chosen_port(asked: int | None, found: Sequence[int]) -> int:
    """The port that was asked for, or the only one there is."""
    if asked is not None:
        return asked
    if len(found) != 1:
        listed = ", ".join(map(str, found)) or "none"
        raise StorageError(f"say which service with --port or --path; of yours, {listed} run")
    return found[0]
