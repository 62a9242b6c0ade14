"""What options of several commands have in common."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twitterlab import FollowGraph


def add_course_option(command: argparse.ArgumentParser, words: str = "where your copy of the course is") -> None:
    """Add --course."""
    command.add_argument("--course", metavar="DIR", help=words)


def add_graph_options(command: argparse.ArgumentParser) -> None:
    """Add --graph with --columns, or instead of it --users, and --seed; `chosen_graph` reads them."""
    which = command.add_mutually_exclusive_group()
    which.add_argument("--graph", type=Path, metavar="FILE", help="a .parquet, .csv or edge list of who follows whom")
    add_columns_option(command)
    which.add_argument("--users", type=positive, metavar="N", help="make a graph of N users")
    command.add_argument("--seed", type=int, default=7, metavar="S", help="of graph and workload (default %(default)s)")


def add_columns_option(command: argparse.ArgumentParser) -> None:
    """Add --columns, which belongs to --graph; `file_graph` reads both."""
    words = "those of --graph that hold follower and followee, by name or counted from 0, as 0,1"
    command.add_argument("--columns", type=column_pair, metavar="A,B", help=words)


def column_pair(value: str) -> tuple[str | int, str | int]:
    """Two columns of a file, by their numbers or names."""
    parts = [part.strip() for part in value.split(",")]
    if len(parts) != 2 or not all(parts):
        raise argparse.ArgumentTypeError(f"{value}: two columns, as 0,1 or source,target")
    one, other = (int(part) if part.isdecimal() else part for part in parts)
    return one, other


def file_graph(options: argparse.Namespace) -> FollowGraph | None:
    """The graph of the file that --graph names, read as --columns says; None where no file is named."""
    from twitterlab import FollowGraph

    if options.graph is None and options.columns is not None:
        raise ValueError("--columns says which columns of a file are read: name the file with --graph FILE")
    return None if options.graph is None else FollowGraph.read(options.graph, columns=options.columns)


def chosen_graph(options: argparse.Namespace) -> FollowGraph:
    """The graph of the file that --graph names, or one that is made."""
    from twitterlab import FollowGraph
    from twitterlab.studies.tour import DEFAULT_MEAN_FOLLOWS, DEFAULT_USERS

    if (graph := file_graph(options)) is not None:
        return graph
    users = options.users or DEFAULT_USERS
    return FollowGraph.synthetic(users, min(DEFAULT_MEAN_FOLLOWS, (users - 1) / 2), options.seed)


def positive(value: str) -> int:
    """A whole number of at least 1; argparse calls it by this function's name where it is none."""
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value}: at least 1")
    return number


def port(value: str) -> int:
    """A port's number."""
    number = int(value)
    if not 0 <= number < 65_536:
        raise argparse.ArgumentTypeError(f"{value}: ports are numbers from 0 to 65535")
    return number


def numbers_among(known: Sequence[int], value: str) -> list[int]:
    """Those of the `known` stages that a value names, as 4, 2-5 or 1,6,7."""
    refusal = f"{value}: stages are numbers from {min(known)} to {max(known)}, as 4, 2-5 or 1,6,7"
    chosen: set[int] = set()
    for part in value.split(","):
        first, _, last = part.partition("-")
        if not (first.isdigit() and (last or first).isdigit()):
            raise argparse.ArgumentTypeError(refusal)
        chosen |= set(range(int(first), int(last or first) + 1))
    if not chosen or not chosen <= set(known):
        raise argparse.ArgumentTypeError(refusal)
    return sorted(chosen)
