"""The HTTP service at all seven stages under one load: requests a second, percentiles, and the rows behind them.

Each stage is served by a process of its own, on the same graph with the same tweets, and called by locust in another: a
closed loop, in which a fixed number of callers ask again as soon as they are answered. The stages take their turns from
1 to 7 and then from 7 to 1. Of the two runs of a stage the one with more requests a second is reported, as a whole; the
requests a second of the other stand beside it, and tell how far two runs of the same are apart on this machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.common import Result, Table, percentiles, versions
from benchmarks.service_plan import PAGES_A_VISIT, PAGES_PER_POST, actions, write_graph, write_plan
from benchmarks.service_running import Failed, called, needed, served

if TYPE_CHECKING:
    from benchmarks.service_plan import Action
    from twitterlab.workloads.graph import FollowGraph

STAGES = range(1, 8)
ACTIONS = 20_000  # posts and visits; whoever needs more begins again
COMPARED = 20  # readers whose first pages must be the same at every stage
DEFAULTS = {"users": 100_000, "follows": 40.0, "tweets": 50_000, "callers": 8, "seconds": 6, "warm": 2, "seed": 7}
QUICK = {"users": 400, "follows": 12.0, "tweets": 500, "callers": 4, "seconds": 1, "warm": 0}
PACKAGES = ("twitterlab", "duckdb", "numpy", "fastapi", "uvicorn", "uvloop", "h11", "locust", "gevent")
TITLE = "the service at each stage"
Tally = dict[str, Any]


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this part."""
    purposes = {
        "users": "of the graph",
        "follows": "followees of a mean user",
        "tweets": "of each system at the start",
        "callers": "who call at the same time",
        "seconds": "of each run that count",
        "warm": "seconds of each run before those",
        "seed": "of graph and load",
    }
    for name, purpose in purposes.items():
        default = DEFAULTS[name]
        parser.add_argument(
            f"--{name}", type=type(default), default=default, metavar="N", help=f"{purpose}; default: %(default)s"
        )


def run(options: argparse.Namespace) -> Result:
    """Serve each stage and call it, in both orders, or quickly in one alone; raises Unavailable and Failed."""
    from twitterlab import FollowGraph

    needed()
    size = {name: getattr(options, name) for name in DEFAULTS} | (QUICK if options.quick else {})
    graph = FollowGraph.synthetic(size["users"], size["follows"], size["seed"])
    order = [*STAGES] if options.quick else [*STAGES, *reversed(STAGES)]
    tallies = measure(order, graph, size, actions(graph, ACTIONS, size["seed"]))
    rows = [row(stage, size["seconds"], found) for stage, found in sorted(tallies.items())]
    settings = {**size, **fixed(graph), "runs of a stage": len(order) // len(STAGES), "command": command(options, size)}
    return Result("service", settings, figures(rows), {TITLE: rows}, notes(graph), versions=versions(PACKAGES))


def measure(
    order: list[int], graph: FollowGraph, size: dict[str, Any], actions: list[Action]
) -> dict[int, list[Tally]]:
    """The tallies of each stage, whose turns come in this order; all must show the same pages beforehand."""
    tallies: dict[int, list[Tally]] = {stage: [] for stage in order}
    pages: dict[int, Any] = {}
    readers = list(dict.fromkeys(user for user, text, _ in actions if not text))[:COMPARED]
    with TemporaryDirectory(prefix="twitterlab-service-") as name:
        folder = Path(name)
        plan, follows = folder / "plan.json", folder / "graph.parquet"
        write_graph(graph, follows)
        for stage in order:
            with served(stage, follows, size["tweets"], folder) as service:
                pages[stage] = {reader: service.page(reader) for reader in readers}
                must_agree(pages)
                write_plan(plan, actions, service.signer.token)
                tallies[stage].append(called(service, plan, size["callers"], size["warm"], size["seconds"]))
    return tallies


def must_agree(pages: dict[int, Any]) -> None:
    """Every stage shows each reader the same authors and texts in the same order; else raises Failed."""
    first, expected = next(iter(pages.items()))
    for stage, shown in pages.items():
        for reader, page in shown.items():
            if page != expected[reader]:
                raise Failed(f"reader {reader} gets one page from stage {first} and another from stage {stage}")


def row(stage: int, seconds: float, runs: list[Tally]) -> dict[str, Any]:
    """A stage's row: its run with the most requests a second, and beside it those of its other run."""
    from twitterlab import STAGES as CLASSES

    best, *others = sorted(runs, key=answered, reverse=True)
    taken = best["milliseconds"]
    return {
        "stage": stage,
        "class": CLASSES[stage - 1].__name__,
        "requests/s": answered(best) / seconds,
        "other run": answered(others[0]) / seconds if others else None,
        **{f"{kind} {name} ms": value for kind in taken for name, value in middle_and_tail(taken[kind]).items()},
        "rows a page": best["work"]["rows_read"] / len(taken["page"]),
        "errors": sum(tally["errors"] for tally in runs),
        "callers busy": best["busy"],
    }


def middle_and_tail(milliseconds: list[float]) -> dict[str, float | None]:
    """p50 and p99, None where there was no call."""
    found = percentiles(milliseconds, unit=1) if milliseconds else {}
    return {name: found.get(name) for name in ("p50", "p99")}


def answered(tally: Tally) -> int:
    """How many calls were answered in the time that counts."""
    return sum(map(len, tally["milliseconds"].values()))


def figures(rows: Table) -> dict[str, float]:
    """How many times stage 1's requests a second each stage answers, and how far the two runs of a stage are apart."""
    first, *later = rows
    apart = [row["requests/s"] / row["other run"] - 1 for row in rows if row["other run"]]
    return {
        **{f"stage{row['stage']}_over_stage1": row["requests/s"] / first["requests/s"] for row in later},
        **({"runs_apart_at_most": max(apart)} if apart else {}),
    }


def fixed(graph: FollowGraph) -> dict[str, Any]:
    """Settings that no option changes."""
    return {
        "graph's follows": graph.edges,
        "celebrities": celebrities(graph),
        "pages a post": PAGES_PER_POST,
        "pages a visit": round(PAGES_A_VISIT, 2),
        "counting": True,
    }


def celebrities(graph: FollowGraph) -> int:
    """How many users stage 7 pulls, with the threshold that it has where none is given."""
    from benchmarks.load import THRESHOLD

    return int((graph.follower_counts >= THRESHOLD).sum())


def command(options: argparse.Namespace, size: dict[str, Any]) -> str:
    """What measures the same again."""
    if options.quick:
        return f"python -m benchmarks service --quick --seed {size['seed']}"
    changed = [f" --{name} {value}" for name, value in size.items() if value != DEFAULTS[name]]
    return "python -m benchmarks service" + "".join(changed)


def notes(graph: FollowGraph) -> list[str]:
    """What must be known to read the table."""
    return [
        "A closed loop: as many calls are under way as there are callers, so one takes about callers / (requests/s).",
        "Callers and service share this machine's cores; `callers busy` is the share of one core that locust took.",
        "Every action is another user's, with that user's token: 20 pages read for a post. A visit is a first page, "
        "then with a chance of a quarter an older one, and so on.",
        "Of two runs of a stage the table has the one with more requests a second; `other run` is the other's.",
        "Each answer must have the right status and say its work; an error ends the run, so the column is always 0. "
        f"Before the load the first pages of {COMPARED} readers are compared: the same at all stages.",
        "All is in memory; rows are counted by the system, for each call, which costs time at every stage.",
        f"Stage 7 pulls {celebrities(graph):,} users, and pushes what all others write.",
    ]
