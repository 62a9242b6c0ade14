"""A page at all seven stages on one history, beside the SQL of stages 1 and 2 by hand and beside SQLite.

Every system has the same follows and the same tweets, in memory, all background work done. The same readers ask all of
them for their first page, each reader all systems in a random order, and all must answer alike.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import by_hand
from benchmarks.common import Result, Table, interleaved, percentiles

if TYPE_CHECKING:
    from benchmarks.by_hand import Read
    from twitterlab.clock import ManualClock
    from twitterlab.model import Page, Tweet
    from twitterlab.stages.base import Stage
    from twitterlab.work import Work
    from twitterlab.workloads.graph import FollowGraph

HAND_1, HAND_2 = "stage 1's SQL by hand (DuckDB)", "stage 2's SQL by hand (DuckDB)"
SQLITE = "SQLite, obvious indexes"
SKEW = 1.0  # Zipf's exponent over the readers
WARMING = 2  # untimed pages for each timed one, so that caches are as warm as these readers keep them
QUICK = {"users": 600, "follows": 12.0, "tweets": 2_000, "rounds": 40}
POSTS_ALONE: dict[str, Any] = {
    "pages_per_post": 0.0,
    "follows_per_post": 0.0,
    "unfollows_per_post": 0.0,
    "deletes_per_post": 0.0,
}


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this part."""
    parser.add_argument("--users", type=int, default=20_000, help="default: %(default)s")
    parser.add_argument("--follows", type=float, default=50.0, help="followees of a mean user; default: %(default)s")
    parser.add_argument("--tweets", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=800, help="pages timed of each system; default: %(default)s")
    parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")


def run(options: argparse.Namespace) -> Result:
    """Build all systems, read the same pages from each, and compare."""
    from twitterlab import STAGES, FollowGraph, ManualClock
    from twitterlab.studies.tour import celebrity_threshold
    from twitterlab.workloads.mixes import START_MS

    size = {name: getattr(options, name) for name in QUICK} | (QUICK if options.quick else {})
    graph = FollowGraph.synthetic(size["users"], size["follows"], options.seed)
    clock, threshold = ManualClock(START_MS), celebrity_threshold(graph)
    with ExitStack() as opened:
        systems = [opened.enter_context(open_stage(n, graph, clock, threshold)) for n in range(1, len(STAGES) + 1)]
        tweets = post_history(systems, graph, clock, size["tweets"], options.seed)
        reads = readings(systems, graph, tweets)
        draw = readers(graph, options.seed)
        measure(reads, draw(WARMING * size["rounds"]), options.seed)
        before = [system.work for system in systems]
        seconds = measure(reads, draw(size["rounds"]), options.seed + 1)
        worked = zip(reads, systems, before, strict=False)
        hits = {name: hit_ratio(system.work - work) for name, system, work in worked}
    rows = compared(seconds, hits)
    settings = {**size, "seed": options.seed, "skew": SKEW, "threshold": threshold, "counting": False}
    return Result("stages", settings, figures(rows), {"a first page of 20 tweets": rows}, notes())


def open_stage(number: int, graph: FollowGraph, clock: ManualClock, threshold: int, *, counting: bool = False) -> Stage:
    """A stage in memory with its default settings, but for stage 7's threshold."""
    from twitterlab import STAGES, HybridFeeds

    stage = STAGES[number - 1]
    if stage is HybridFeeds:
        return HybridFeeds(graph, clock=clock, threshold=threshold, counting=counting)
    return stage(graph, clock=clock, counting=counting)


def post_history(
    systems: Sequence[Stage], graph: FollowGraph, clock: ManualClock, tweets: int, seed: int
) -> list[Tweet]:
    """Post the lecture's writers' tweets at every system, within a day, and do all background work."""
    from twitterlab.clock import DAY_MS
    from twitterlab.workloads.mixes import lecture

    events = lecture(graph, tweets, seed, span_ms=DAY_MS, **POSTS_ALONE)
    stored: list[Tweet] = []
    for start in range(0, len(events), by_hand.GROUP):
        group = events[start : start + by_hand.GROUP]
        clock.advance(max(0, group[-1].at_ms - clock.now()))
        rows = [(event.user, event.text) for event in group]
        posted = [system.post_many(rows) for system in systems]
        stored += posted[0]
        for system in systems:
            system.drain()
    return stored


def readings(systems: Sequence[Stage], graph: FollowGraph, tweets: Sequence[Tweet]) -> dict[str, Read]:
    """How each system, by its name, reads a page; the ones by hand get what the stages stored, row by row."""
    reads: dict[str, Read] = {f"stage {n}, {type(s).__name__}": s.feed for n, s in enumerate(systems, 1)}
    for name, read, system in zip((HAND_1, HAND_2), (by_hand.stage_1, by_hand.stage_2), systems, strict=False):
        (table,) = system.tables.databases
        reads[name] = read(table.arrow_table("SELECT * FROM follows"), table.arrow_table("SELECT * FROM tweets"))
    return {**reads, SQLITE: by_hand.sqlite(graph, tweets)}


def readers(graph: FollowGraph, seed: int) -> Callable[[int], list[int]]:
    """A source of readers, some of whom read far more than others."""
    from twitterlab.workloads.draws import zipf

    rng = np.random.default_rng(seed)
    draw = zipf(rng.permutation(graph.users), SKEW)
    return lambda count: draw(rng, count).tolist()


def measure(reads: dict[str, Read], readers: Sequence[int], seed: int) -> dict[str, list[float]]:
    """Seconds of each system's pages, one for each reader.

    Whoever reads second finds the reader's rows in the processor's cache, so the order is drawn anew each time.
    """
    rng = np.random.default_rng(seed)
    seconds: dict[str, list[float]] = {name: [] for name in reads}
    for reader in readers:
        pages: dict[str, Page] = {}
        order: list[str] = rng.permutation(list(reads)).tolist()
        for name, taken in interleaved({name: keeping(pages, name, reads[name], reader) for name in order}, 1).items():
            seconds[name] += taken
        must_agree(reader, pages)
    return seconds


def keeping(pages: dict[str, Page], name: str, read: Read, reader: int) -> Callable[[], object]:
    """A call that keeps the page which it reads."""

    def call() -> None:
        pages[name] = read(reader)

    return call


def must_agree(reader: int, pages: dict[str, Page]) -> None:
    """Every system has the same page for this reader; else an AssertionError names one that has not."""
    first, expected = next(iter(pages.items()))
    for name, page in pages.items():
        if page != expected:
            raise AssertionError(f"reader {reader} gets one page from {first!r} and another from {name!r}")


def hit_ratio(work: Work) -> float | None:
    """Which share of the tweets wanted from the cache it had; None where nothing asks a cache."""
    wanted = work.cache_hits + work.cache_misses
    return work.cache_hits / wanted if wanted else None


def compared(seconds: dict[str, list[float]], hits: dict[str, float | None]) -> Table:
    """A row for each system, its median beside that of stage 1 and of SQLite; `hits` are hit ratios by name."""
    times = {name: percentiles(taken) for name, taken in seconds.items()}
    first, last = next(iter(times.values()))["p50"], times[SQLITE]["p50"]
    return [
        {
            "system": name,
            "p50 ms": found["p50"],
            "p99 ms": found["p99"],
            "times stage 1": found["p50"] / first,
            "times SQLite": found["p50"] / last,
            "hit ratio": hits.get(name),
        }
        for name, found in times.items()
    ]


def figures(rows: Table) -> dict[str, float]:
    """Our overhead over the same SQL, and each stage's median beside stage 1's and SQLite's."""
    p50 = {row["system"]: row["p50 ms"] for row in rows}
    stages = [row for row in rows if row["system"] not in (HAND_1, HAND_2, SQLITE)]
    return {
        "stage1_overhead": stages[0]["p50 ms"] / p50[HAND_1],
        "stage2_overhead": stages[1]["p50 ms"] / p50[HAND_2],
        **{f"stage{n}_over_stage1": row["times stage 1"] for n, row in enumerate(stages, 1) if n > 1},
        **{f"stage{n}_over_sqlite": row["times SQLite"] for n, row in enumerate(stages, 1)},
    }


def notes() -> list[str]:
    """What must be known to read the table."""
    import sqlite3

    return [
        f"SQLite {sqlite3.sqlite_version} in memory, by Python's sqlite3; its statements are prepared once and kept.",
        "All systems are in memory, without replication across machines or a network; rows are not counted here.",
        "The history is one day's, so that every user counts as active and the feeds of stages 6 and 7 are warm.",
        "By hand: the stage's own statements, configuration, rows and indexes, without its checks and locks.",
        "The systems take turns, so each finds the processor's caches full of the others' rows.",
        "Ratios are of medians within this run; milliseconds are this machine's.",
    ]
