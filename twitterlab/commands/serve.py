"""`twitterlab serve`: any stage as an HTTP service, and a page to scroll in a browser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twitterlab import STAGES, HybridFeeds
from twitterlab.commands import options as shared
from twitterlab.service import PORT, RATE

if TYPE_CHECKING:
    from twitterlab import FollowGraph

USERS, MEAN_FOLLOWS, TWEETS = 1_000, 30, 5_000


def add_command(commands: Any) -> None:
    """Add the command."""
    last = len(STAGES)
    serve = commands.add_parser("serve", help="any stage as an HTTP service, and a page to scroll in a browser")
    serve.add_argument(
        "--stage", type=int, choices=range(1, last + 1), default=last, help=f"1 to {last} (default %(default)s)"
    )
    serve.add_argument("--graph", type=Path, metavar="FILE", help="who follows whom (default: a graph of 1,000 users)")
    shared.add_columns_option(serve)
    serve.add_argument("--path", type=Path, metavar="DIR", help="keep the system here (default: in memory)")
    serve.add_argument("--host", default="127.0.0.1", help="where to listen (default: this machine alone)")
    serve.add_argument("--port", type=shared.port, default=PORT, metavar="P", help="0: any (default %(default)s)")
    serve.add_argument("--tweets", type=int, default=TWEETS, metavar="N", help="of a new system (default %(default)s)")
    serve.add_argument(
        "--threshold", type=int, metavar="N", help="of stage 7 (default: a thousandth of the users are celebrities)"
    )
    serve.add_argument("--rate", default=RATE, help="calls that a caller may make (default %(default)s)")
    serve.add_argument("--quiet", action="store_true", help="no log")
    serve.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Serve until a signal ends it."""
    from twitterlab.service import demo
    from twitterlab.service.logs import json_log
    from twitterlab.service.server import serve

    stage = STAGES[options.stage - 1]
    old = options.path is not None and (options.path / "system").exists()
    clock = None if old else demo.past_clock()
    graph = None if old and options.graph is options.columns is None else served_graph(options)
    settings = celebrity_settings(options.threshold, graph) if stage is HybridFeeds else {}
    with stage(graph, options.path, clock, **settings) as system:
        if graph is not None and not old:
            demo.write_demo_tweets(system, graph, options.tweets)
        whom = demo.demo_users(graph) if graph is not None else demo.first_users(system)
        log = None if options.quiet else json_log()
        serve(system, options.host, options.port, folder=options.path, demo=whom, rate=options.rate, log=log)
    return 0


def served_graph(options: argparse.Namespace) -> FollowGraph:
    """The graph of a file, or a small one that is made."""
    from twitterlab import FollowGraph

    read = shared.file_graph(options)
    return FollowGraph.synthetic(USERS, MEAN_FOLLOWS, seed=7) if read is None else read


def celebrity_settings(threshold: int | None, graph: FollowGraph | None) -> dict[str, Any]:
    """Those of stage 7: the threshold that is asked for; else one that a graph of any size has celebrities for."""
    from twitterlab.studies.tour import celebrity_threshold

    if threshold is None and graph is not None:
        threshold = celebrity_threshold(graph)
    return {} if threshold is None else {"threshold": threshold}
