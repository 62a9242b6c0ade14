"""The command line: `twitterlab tour`, `serve`, `lab` and more: `twitterlab --help` names all."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from twitterlab.commands import progress as progress_commands
from twitterlab.commands import service as service_commands
from twitterlab.model import TwitterlabError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 2 with one line on stderr when it could not."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["lab"]:  # its options are JupyterLab's
        from twitterlab.commands.lab import lab

        return lab(arguments[1:])
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (TwitterlabError, OSError, ValueError) as error:
        print(f"twitterlab {options.command}: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="twitterlab", description=__doc__.splitlines()[0] if __doc__ else None)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    tour = commands.add_parser("tour", help="one workload through the seven stages, a row of measurements each")
    _graph_options(tour)
    tour.add_argument("--stages", type=stages, default=range(1, 8), metavar="1-7", help="for instance 4, 2-5 or 1,6,7")
    tour.add_argument("--tweets", type=positive, metavar="N", help="posts (default: 5 for 4 users, at most 100,000)")
    tour.add_argument("--json", type=Path, metavar="FILE", help="save the measurements")
    tour.add_argument("--plot", type=Path, metavar="FILE", help="save a figure: .png, .svg or .pdf")
    tour.set_defaults(run=_tour)

    policies = commands.add_parser("policies", help="what push, pull, a threshold and the per-edge rule cost")
    _graph_options(policies)
    policies.add_argument("--events", type=positive, default=20_000, metavar="N", help="events of each workload")
    policies.add_argument("--push", type=float, default=1.0, help="the cost of one push (default %(default)s)")
    policies.add_argument("--pull", type=float, default=1.0, help="the cost of one pull (default %(default)s)")
    policies.set_defaults(run=_policies)

    estimate = commands.add_parser("estimate", help="the lecture's capacity figures, from their givens")
    estimate.set_defaults(run=_estimate)

    graph = commands.add_parser("graph", help="make a graph, or look at one")
    _graph_options(graph)
    graph.add_argument("--save", type=Path, metavar="FILE", help="write its follows as Parquet")
    graph.set_defaults(run=_graph)

    service_commands.add(commands)

    commands.add_parser("lab", help="open your copy of the course in JupyterLab", add_help=False)

    reset = commands.add_parser("reset", help="a fresh copy of one notebook; yours is kept beside it")
    reset.add_argument("notebook", metavar="NOTEBOOK", help="its number, name or path: 03, tour, exercises/03")
    reset.add_argument("--course", metavar="DIR", help="where your copy of the course is")
    reset.set_defaults(run=_reset)

    progress_commands.add(commands)

    handout = commands.add_parser("handout", help="a folder for a workshop: lessons and exercises, without solutions")
    handout.add_argument("folder", type=Path, metavar="DIR", help="a new folder, or an empty one")
    handout.add_argument("--stages", type=stages, default=range(1, 8), metavar="1-7", help="as 4, 2-5 or 1,6,7")
    handout.set_defaults(run=_handout)

    doctor = commands.add_parser("doctor", help="whether this machine can give the course, and what to do where not")
    doctor.add_argument("--course", metavar="DIR", help="where the course is to be")
    doctor.add_argument("--json", action="store_true", help="print what was found as JSON")
    doctor.set_defaults(run=_doctor)
    return top


def _graph_options(command: argparse.ArgumentParser) -> None:
    which = command.add_mutually_exclusive_group()
    which.add_argument("--graph", type=Path, metavar="FILE", help="a .parquet, .csv or edge list of who follows whom")
    which.add_argument("--users", type=positive, metavar="N", help="make a graph of N users")
    command.add_argument("--seed", type=int, default=7, metavar="S", help="of graph and workload (default %(default)s)")


def positive(value: str) -> int:
    """A whole number of at least 1."""
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value}: at least 1")
    return number


def stages(value: str) -> list[int]:
    """Stage numbers, as 4, 2-5 or 1,6,7."""
    chosen: set[int] = set()
    for part in value.split(","):
        first, _, last = part.partition("-")
        if not (first.isdigit() and (last or first).isdigit()):
            raise argparse.ArgumentTypeError(f"{value}: stages are numbers from 1 to 7, as 4, 2-5 or 1,6,7")
        chosen |= set(range(int(first), int(last or first) + 1))
    if not chosen or not chosen <= set(range(1, 8)):
        raise argparse.ArgumentTypeError(f"{value}: stages are numbers from 1 to 7, as 4, 2-5 or 1,6,7")
    return sorted(chosen)


def _chosen_graph(options: argparse.Namespace):  # type: ignore[no-untyped-def]
    from twitterlab import FollowGraph
    from twitterlab.studies.tour import MEAN_FOLLOWS, USERS

    if options.graph is not None:
        return FollowGraph.read(options.graph)
    users = options.users or USERS
    return FollowGraph.synthetic(users, min(MEAN_FOLLOWS, (users - 1) / 2), options.seed)


def _tour(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from twitterlab.studies import tour

    for file in filter(None, (options.json, options.plot)):
        file.touch()  # where it cannot be written, say so now
    graph = _chosen_graph(options)
    tweets = options.tweets or tour.default_tweets(graph)
    total = len(tour.script(graph, tweets, options.seed)) * len({1, *options.stages})
    with tqdm(total=total, unit=" events", disable=None, leave=False) as bar:
        result = tour.tour(graph, options.stages, tweets, options.seed, bar.update)
    print(tour.text(result))
    if options.json:
        options.json.write_text(json.dumps(result.as_dict(), indent=1) + "\n")
    if options.plot:
        from twitterlab.figures.tour import tour_figure

        tour_figure(result).savefig(options.plot, dpi=150)
    return 0 if not any(row.pages_differing for row in result.stages) else 1


def _policies(options: argparse.Namespace) -> int:
    from twitterlab.parts.feeds.policy import UnitCosts
    from twitterlab.studies.policies import policies_table

    units = UnitCosts(push=options.push, pull=options.pull)
    print(policies_table(_chosen_graph(options), options.seed, units, options.events))
    return 0


def _estimate(options: argparse.Namespace) -> int:
    from twitterlab.studies.estimate import table

    print(table().to_string())
    return 0


def _graph(options: argparse.Namespace) -> int:
    graph = _chosen_graph(options)
    print(f"{graph.users:,} users, {graph.edges:,} follows; {graph.mutual_share():.1%} of the links are mutual")
    print(f"most followers {graph.follower_counts.max():,}, most followees {graph.followee_counts.max():,}")
    if options.save:
        import pyarrow as pa
        import pyarrow.parquet as pq

        followers, followees = graph.edge_arrays()
        pq.write_table(pa.table({"follower": followers, "followee": followees}), options.save, compression="zstd")
    return 0


def _reset(options: argparse.Namespace) -> int:
    from twitterlab.classroom.course import copy as course
    from twitterlab.commands import lab

    home = course.folder(options.course, os.environ)
    done = course.reset(lab.clone(), home, options.notebook)
    print(done)
    if "fresh again" in done:
        print("Where it is open in JupyterLab: File > Reload Notebook from Disk, then Kernel > Restart Kernel.")
    return 0


def _handout(options: argparse.Namespace) -> int:
    from twitterlab.commands import lab
    from twitterlab.instructor.handout import handout

    made = handout(lab.clone(), options.stages, options.folder)
    print(f"{len(made)} files in {options.folder}; its README.md says how to begin")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from twitterlab.commands.doctor import doctor

    return doctor(options.course, options.json)


if __name__ == "__main__":
    sys.exit(main())
