"""`twitterlab graph`: makes a follow graph, or looks at one, and saves it in any kind of file that is read."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from twitterlab.commands import options as shared


def add_command(commands: Any) -> None:
    """Add the command."""
    graph = commands.add_parser("graph", help="make a graph, or look at one")
    shared.add_graph_options(graph)
    graph.add_argument("--save", type=Path, metavar="FILE", help="write it: .parquet, .csv, .txt, .el or .gz")
    graph.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Print what the graph is like, and save it where that is asked for."""
    if options.save:
        check_place(options.save)
    graph = shared.chosen_graph(options)
    print(f"{graph.users:,} users, {graph.edges:,} follows; {graph.mutual_share():.1%} of the links are mutual")
    print(f"most followers {graph.follower_counts.max():,}, most followees {graph.followee_counts.max():,}")
    if options.save:
        graph.write(options.save)
    return 0


def check_place(file: Path) -> None:
    """Raise what is wrong with a file that is to be written, while nothing is computed yet."""
    from twitterlab.workloads.graph_files import file_kind

    file_kind(file)
    if file.is_dir() or not os.access(file.parent, os.W_OK):
        raise OSError(f"{file}: it cannot be written there")
