"""Bench `rate`: how many times over one core sustains the lecture's average rate, posts durable and pages hydrated.

An open loop: calls come when they come, whether or not those before them are done, and what a call waits counts as its
latency. Posts are group commits of what has come meanwhile; pages are read one by one, or many at once.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.common import Result, one_core, seconds_of
from benchmarks.open_loop import LIMIT, Load, Run, capacity, drive

if TYPE_CHECKING:
    from twitterlab import FollowGraph, HybridFeeds

STEP = 1.08  # from one multiple to the next that is tried
ATTEMPTS = 2  # at one multiple, before it counts as one that does not hold
TRIES = 12
NOTES = [
    "An open loop: latencies count from when a call was due. One process, kept on one core, does everything: it takes",
    "in posts, commits them, delivers them and answers pages; a multiple holds where nothing waits longer and longer.",
    "One that does not is tried once more, since others on the machine may have taken its time; all runs are shown.",
    "Authors are drawn so that a post not by a celebrity has the lecture's 100 deliveries on average. Follows,",
    "unfollows and deletes are left out: the lecture gives no rate for them; `follow_ms` is what one costs.",
    "What does not fit is the size: the lecture has 200 M feeds, and this machine holds those of the users above.",
]


def options(parser: argparse.ArgumentParser) -> None:
    """The size of the system and of the run."""
    parser.add_argument("--users", type=int, default=1_000_000, help="default: %(default)s")
    parser.add_argument("--follows", type=float, default=50, help="of a user on average (default: %(default)s)")
    parser.add_argument("--history", type=int, default=300_000, help="tweets posted before (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="of each run (default: %(default)s)")
    parser.add_argument("--shards", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--threshold", type=int, default=10_000, help="of a celebrity (default: %(default)s followers)")
    parser.add_argument("--commit-ms", type=float, default=100, help="between group commits (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--at", type=float, metavar="M", help="run only this multiple, and search for none")


def run(options: argparse.Namespace) -> Result:
    """Make the system on disk, give it a history, and search for the headroom through both calls."""
    if options.quick:
        options.users, options.follows, options.history = 5_000, 20.0, 4_000
        options.seconds, options.threshold = 0.5, 500
    with one_core(), tempfile.TemporaryDirectory(prefix="twitterlab-") as folder:
        return _measured(options, Path(folder) / "system")


def _measured(options: argparse.Namespace, folder: Path) -> Result:
    import twitterlab as tl

    graph = tl.FollowGraph.synthetic(options.users, options.follows, options.seed)
    settings: dict[str, Any] = {"threshold": options.threshold, "cache_tweets": 1_000_000, "counting": False}
    made: list[HybridFeeds] = []
    create_s = seconds_of(lambda: made.append(tl.HybridFeeds(graph, folder, shards=options.shards, **settings)))
    load = Load(graph, options)
    tables, figures = {}, {"create_s": create_s, "graph_bytes_a_follow": graph.nbytes / graph.edges}
    with made.pop() as system:
        figures |= _prefill(system, load, options.history)
        gc.collect()
        gc.freeze()
        for name, many in (("headroom", False), ("headroom_many", True)):
            runs = _search(system, load, options, many=many)
            tables[f"through {'feed_many' if many else 'feed'}"] = [run.row() for run in runs]
            figures |= _best(runs, name)
        figures |= _fullness(system, load)
        figures["follow_ms"] = _follow_ms(system, graph)
        gc.unfreeze()
        figures["feed_bytes_a_user"] = system.fanout.feeds.bytes_a_user
    figures["start_s"] = seconds_of(lambda: tl.HybridFeeds(None, folder, **settings).close())
    shown = ("users", "history", "seconds", "shards", "commit_ms", "seed")
    return Result(
        "rate",
        {"stage": 7, "follows": graph.edges, **{name: getattr(options, name) for name in shown}, **settings},
        figures,
        tables,
        NOTES,
    )


def _prefill(system: HybridFeeds, load: Load, tweets: int, group: int = 1000) -> dict[str, float]:
    """Post a history and deliver it; what a post and a delivery took on the way."""
    post_s = drain_s = 0.0
    before = system.work
    for first in range(0, tweets, group):
        rows = load.posts(min(group, tweets - first))
        post_s += seconds_of(lambda rows=rows: system.post_many(rows))  # type: ignore[misc]
        drain_s += seconds_of(system.drain)
    work = system.work - before
    return {
        "history_posts_per_s": tweets / post_s,
        "history_deliveries_per_s": work.deliveries / drain_s,
        "deliveries_a_post": work.deliveries / tweets,
    }


def _search(system: HybridFeeds, load: Load, options: argparse.Namespace, *, many: bool) -> list[Run]:
    """Runs at several multiples, ascending: from below the capacity up, or down, to where it changes.

    A multiple that does not hold is tried once more: a neighbour on the machine may have taken its time.
    """
    commit_s = options.commit_ms / 1000
    if options.at is not None:
        return [drive(system, load, options.at, options.seconds, commit_s, many=many)]
    first = capacity(system, load, commit_s, many=many, multiple=1.0)  # what is read for the first time is slower
    begin = 0.95 * capacity(system, load, commit_s, many=many, multiple=first)
    tried: dict[int, list[Run]] = {}  # the runs at `begin * STEP ** k`, by k
    k = 0
    while sum(map(len, tried.values())) < TRIES:
        tried.setdefault(k, []).append(drive(system, load, begin * STEP**k, options.seconds, commit_s, many=many))
        if tried[k][-1].sustained and k + 1 not in tried:
            k += 1
        elif tried[k][-1].sustained or (len(tried[k]) == ATTEMPTS and k - 1 in tried):
            break
        elif len(tried[k]) == ATTEMPTS:
            k -= 1
    return [run for k in sorted(tried) for run in tried[k]]


def _best(runs: list[Run], name: str) -> dict[str, float]:
    """The figures of the highest multiple that held: 0 where none did."""
    held = [run for run in runs if run.sustained]
    if not held:
        return {name: 0.0}
    row = held[-1].row()
    kept = {f"{name}_{key.replace(' ', '_')}": row[key] for key in row if key.startswith(("page", "visible"))}
    return {name: held[-1].multiple, **kept, f"{name}_deliveries_per_s": held[-1].deliveries_per_s}


def _fullness(system: HybridFeeds, load: Load, readers: int = 10_000) -> dict[str, float]:
    """How many tweets a page of 20 has on average, and the share of the pages that are full."""
    there = system.feed_many(load.readers(readers), LIMIT).id > 0
    return {"tweets_a_page": float(there.sum(axis=1).mean()), "full_pages": float(there.all(axis=1).mean())}


def _follow_ms(system: HybridFeeds, graph: FollowGraph, times: int = 50) -> float:
    """What a follow costs until it shows, and an unfollow that takes it back, each in milliseconds."""
    pairs = [(user, (user * 7919 + 13) % graph.users) for user in range(times)]
    new = [(u, v) for u, v in pairs if u != v and v not in graph.followees(u)]

    def both() -> None:
        for change in (system.follow, system.unfollow):
            for pair in new:
                change(*pair)
                system.drain()

    return seconds_of(both) * 1000 / max(2 * len(new), 1)
