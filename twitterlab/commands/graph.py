"""`twitterlab graph`: makes a follow graph, or looks at one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from twitterlab.commands import options as shared


def add_command(commands: Any) -> None:
    """Add the command."""
    graph = commands.add_parser("graph", help="make a graph, or look at one")
    shared.add_graph_options(graph)
    graph.add_argument("--save", type=Path, metavar="FILE", help="write its follows as Parquet")
    graph.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Print what the graph is like, and save it where that is asked for."""
    graph = shared.chosen_graph(options)
    print(f"{graph.users:,} users, {graph.edges:,} follows; {graph.mutual_share():.1%} of the links are mutual")
    print(f"most followers {graph.follower_counts.max():,}, most followees {graph.followee_counts.max():,}")
    if options.save:
        import pyarrow as pa
        import pyarrow.parquet as pq

        followers, followees = graph.edge_arrays()
        pq.write_table(pa.table({"follower": followers, "followee": followees}), options.save, compression="zstd")
    return 0
