"""The commands `twitterlab serve` and `twitterlab token`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from twitterlab.model import StorageError
from twitterlab.service import MINUTES, PORT, RATE

USERS, MEAN_FOLLOWS, TWEETS = 1_000, 30, 5_000


def add(commands: Any) -> None:
    """Add both to the command line."""
    serving = commands.add_parser("serve", help="any stage as an HTTP service, and a page to scroll in a browser")
    serving.add_argument("--stage", type=int, choices=range(1, 8), default=7, help="1 to 7 (default %(default)s)")
    serving.add_argument(
        "--graph", type=Path, metavar="FILE", help="who follows whom (default: a graph of 1,000 users)"
    )
    serving.add_argument("--path", type=Path, metavar="DIR", help="keep the system here (default: in memory)")
    serving.add_argument("--host", default="127.0.0.1", help="where to listen (default: this machine alone)")
    serving.add_argument("--port", type=port, default=PORT, metavar="P", help="0: any (default %(default)s)")
    serving.add_argument(
        "--tweets", type=int, default=TWEETS, metavar="N", help="of a new system (default %(default)s)"
    )
    serving.add_argument(
        "--threshold", type=int, metavar="N", help="of stage 7 (default: a thousandth of the users are celebrities)"
    )
    serving.add_argument("--rate", default=RATE, help="calls that a caller may make (default %(default)s)")
    serving.add_argument("--quiet", action="store_true", help="no log")
    serving.set_defaults(run=_serve)

    token = commands.add_parser("token", help="a token that proves a user to a service of yours")
    token.add_argument("user", type=int, metavar="USER", help="the user's ID")
    where = token.add_mutually_exclusive_group()
    where.add_argument("--port", type=port, metavar="P", help="of the running service (default: the only one)")
    where.add_argument("--path", type=Path, metavar="DIR", help="the service's directory, whether it runs or not")
    token.add_argument("--minutes", type=int, default=MINUTES, metavar="M", help="it holds (default %(default)s)")
    token.set_defaults(run=_token)


def port(value: str) -> int:
    """A port's number."""
    number = int(value)
    if not 0 <= number < 65_536:
        raise argparse.ArgumentTypeError(f"{value}: ports are numbers from 0 to 65535")
    return number


def _serve(options: argparse.Namespace) -> int:
    import twitterlab as tl
    from twitterlab.service import demo
    from twitterlab.service.logs import json_log
    from twitterlab.service.server import serve

    old = options.path is not None and (options.path / "system").exists()
    clock = None if old else demo.past()
    graph = None if old and options.graph is None else _graph(options.graph)
    settings = _settings(options.threshold, graph) if options.stage == 7 else {}
    with tl.STAGES[options.stage - 1](graph, options.path, clock, **settings) as system:
        if graph is not None and not old:
            demo.fill(system, graph, options.tweets)
        whom = demo.users(graph) if graph is not None else demo.anybody(system)
        log = None if options.quiet else json_log()
        serve(system, options.host, options.port, folder=options.path, demo=whom, rate=options.rate, log=log)
    return 0


def _graph(file: Path | None) -> Any:
    from twitterlab import FollowGraph

    return FollowGraph.synthetic(USERS, MEAN_FOLLOWS, seed=7) if file is None else FollowGraph.read(file)


def _settings(threshold: int | None, graph: Any) -> dict[str, Any]:
    """Those of stage 7: the threshold that is asked for; else one that a graph of any size has celebrities for."""
    from twitterlab.studies.tour import celebrity_threshold

    if threshold is None and graph is not None:
        threshold = celebrity_threshold(graph)
    return {} if threshold is None else {"threshold": threshold}


def _token(options: argparse.Namespace) -> int:
    from twitterlab.clock import SystemClock
    from twitterlab.service import keys
    from twitterlab.service.tokens import Signer

    if options.path is not None:
        file = keys.key_file(options.path)
    else:
        file = keys.running_file(_port(options.port, keys.ports()))
    print(Signer.read(file, SystemClock().now).token(options.user, options.minutes))
    return 0


def _port(asked: int | None, found: Any) -> int:
    """The port that was asked for, or the only one there is."""
    if asked is None and len(found) != 1:
        listed = ", ".join(map(str, found)) or "none"
        raise StorageError(f"say which service with --port or --path; of yours, {listed} run")
    return found[0] if asked is None else asked
