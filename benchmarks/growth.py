"""What a page, a post and a delivery cost as a service grows tenfold twice, and the slope of each: 0 flat, 1 linear.

Three sweeps, since they answer different questions: everything grows together; the tweets stored grow and the graph
does not; the tweets of strangers grow, and those of the reader's followees do not. Rows and deliveries are counted, the
same on every machine; times are this machine's.
"""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import linregress

from benchmarks.common import Result, Table, must_agree, seconds_of, take_turns
from benchmarks.stages import open_stage
from twitterlab import FollowGraph, ManualClock
from twitterlab.model import Page
from twitterlab.parts.store.changes import insert_arrow
from twitterlab.snowflake import EPOCH_MS, TIME_SHIFT
from twitterlab.stages.base import Stage
from twitterlab.stages.fanned_out import FannedOut
from twitterlab.work import Work
from twitterlab.workloads.mixes import START_MS

Authors: TypeAlias = NDArray[np.int32]

STEPS = (1, 10, 100)  # tenfold, twice
ALL, FAN_OUT, HYBRID = (1, 2, 3, 4, 5, 6, 7), (6, 7), 7
STORED = (1, 2, 6, 7)  # priced while the tweets stored grow: what must be flat, beside what is not
STRANGERS = (1, 2, 4)
READERS, READERS_AMONG_STRANGERS = 20, 5
GROUP = 1_000  # posts that are drained together
OWN = 20  # the strangers write so many tweets, at the smallest size, for one of the readers' followees
TIMES = {"p50 ms": "time", "mean us": "time"}  # what they are called among the figures
TEXT = "as many words as a tweet may have on a day like this"


class World(NamedTuple):
    """One size of a sweep: `authors` of the stored tweets, oldest first, and whose pages are read."""

    size: int
    graph: FollowGraph
    authors: Authors
    readers: list[int]


Systems: TypeAlias = Sequence[Stage]
Worlds: TypeAlias = Sequence[World]


class Cost(NamedTuple):
    """What something costs at each size of a sweep: a count, which may be 0, or a time."""

    stage: int
    of: str
    unit: str
    at: list[float]

    def row(self, sizes: Sequence[int]) -> dict[str, Any]:
        """The cost at each size, and its slope; 1 is added to a count, since 0 has no logarithm."""
        grown = slope(sizes, self.at if self.unit in TIMES else [cost + 1 for cost in self.at])
        columns = {f"{size:,}": cost for size, cost in zip(sizes, self.at, strict=True)}
        return {"stage": self.stage, "of a": self.of, "cost": self.unit, **columns, "slope": grown}


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """d log(cost) / d log(size) by least squares: 0 is flat, 1 linear; exactly 0 where all costs are equal."""
    logs = np.log(costs)
    return float(linregress(np.log(sizes), logs - logs[0]).slope)


def run(size: Namespace) -> Result:
    """Price everything in the three sweeps."""
    tweets, rounds, seed = size.tweets, size.rounds, size.seed
    grown = worlds_that_grow(size.users, size.follows, tweets, rounds, seed)
    fixed = FollowGraph.synthetic(size.fixed_users, size.fixed_follows, seed)
    filled = worlds_with_more_tweets(fixed, tweets, READERS, seed)
    crowded = worlds_with_more_strangers(fixed, tweets, tweets // OWN, READERS_AMONG_STRANGERS, seed)
    costs = page_costs(ALL, grown, rounds, posts=True)
    for number in FAN_OUT:
        costs += delivery_costs(number, grown, rounds, seed)
    sweeps = {
        "everything grows; by users": ("page", grown, costs),
        "stored tweets grow; by tweets": ("warm_page", filled, page_costs(STORED, filled, rounds)),
        "strangers' tweets grow; by their tweets": ("strangers", crowded, page_costs(STRANGERS, crowded, rounds)),
    }
    tables: dict[str, Table] = {}
    figures: dict[str, float] = {}
    for title, (page, worlds, priced) in sweeps.items():
        tables[title] = [cost.row([world.size for world in worlds]) for cost in priced]
        for cost, row in zip(priced, tables[title], strict=True):
            of = page if cost.of == "page" else cost.of
            figures[f"slope_{of}_stage{cost.stage}_{TIMES.get(cost.unit, cost.unit)}"] = row["slope"]
    return Result.here("growth", vars(size), figures, tables)


def page_costs(stages: Sequence[int], worlds: Worlds, rounds: int, *, posts: bool = False) -> list[Cost]:
    """What pages cost at some stages, and posts where asked for; all stages must have the same pages."""
    costs: list[Cost] = []
    pages: dict[str, list[list[Page]]] = {}
    for number in stages:
        with ExitStack() as opened:
            systems = [opened.enter_context(restarted_stage(number, world)) for world in worlds]
            pages[f"stage {number}"] = list(map(read_pages, systems, worlds))
            must_agree("a reader", pages)
            costs += counted_costs(number, systems, worlds)
            for system in systems:
                count_no_rows(system)
            costs += timed_costs(number, systems, worlds, rounds, posts=posts)
    return costs


def counted_costs(number: int, systems: Systems, worlds: Worlds) -> list[Cost]:
    """Rows that a page reads, and at stage 7 authors that it pulls, when it is read again."""
    works: list[Work] = []
    for system, world in zip(systems, worlds, strict=True):
        before = system.work
        read_pages(system, world)
        works.append(system.work - before)
    counts = {"rows": [work.rows_read for work in works], "pulls": [work.pulls for work in works]}
    pages = np.array([len(world.readers) for world in worlds])
    units = ("rows", "pulls") if number == HYBRID else ("rows",)
    return [Cost(number, "page", unit, (counts[unit] / pages).tolist()) for unit in units]


def timed_costs(number: int, systems: Systems, worlds: Worlds, rounds: int, *, posts: bool) -> list[Cost]:
    """How long pages take, and posts; the sizes take turns."""
    pairs = list(zip(systems, worlds, strict=True))
    pages = [[partial(s.feed, reader) for reader in w.readers] for s, w in pairs]
    sent = [[partial(s.post, author, TEXT) for author in w.authors[:rounds].tolist()] for s, w in pairs]
    costs = [Cost(number, "page", "p50 ms", medians_ms(rounds, pages))]
    return [*costs, Cost(number, "post", "p50 ms", medians_ms(rounds, sent))] if posts else costs


def medians_ms(rounds: int, calls: Sequence[Sequence[Callable[[], object]]]) -> list[float]:
    """The median milliseconds of the calls at each size, which take turns, again from their first after their last."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for i in range(rounds):
        take_turns({str(n): of_size[i % len(of_size)] for n, of_size in enumerate(calls)}, seconds)
    return [1000 * float(np.median(taken)) for taken in seconds.values()]


def delivery_costs(number: int, worlds: Worlds, rounds: int, seed: int) -> list[Cost]:
    """How long a delivery takes, and how many a post makes, when all users are active and their feeds are in use."""
    rng, groups = np.random.default_rng(seed), max(1, rounds // 10)
    with ExitStack() as opened:
        systems = [opened.enter_context(open_stage(number, world.graph, ManualClock(START_MS))) for world in worlds]
        for system in systems:
            everybody = list(range(system.users)) * 2  # twice, so that most feeds are full
            for start in range(0, len(everybody), GROUP):
                post_and_drain(system, everybody[start : start + GROUP])
        before, seconds = [system.work for system in systems], np.zeros(len(systems))
        for _ in range(groups):
            seconds += [post_and_drain(system, rng.integers(0, system.users, GROUP).tolist()) for system in systems]
        made = np.array([(s.work - work).deliveries for s, work in zip(systems, before, strict=True)])
    return [
        Cost(number, "post", "deliveries", (made / (groups * GROUP)).tolist()),
        Cost(number, "delivery", "mean us", (seconds / made * 1e6).tolist()),
    ]


def post_and_drain(system: Stage, authors: list[int]) -> float:
    """Let some users post, and deliver that; returns the seconds of the delivering."""
    system.post_many([(author, TEXT) for author in authors])
    return seconds_of(system.drain)


def read_pages(system: Stage, world: World) -> list[Page]:
    """The first page of each of the world's readers."""
    return [system.feed(reader) for reader in world.readers]


def worlds_that_grow(users: int, follows: float, tweets: int, readers: int, seed: int) -> list[World]:
    """Users, follows and tweets grow together; everybody writes as many tweets, and follows as many on average."""
    worlds = []
    for step in STEPS:
        graph = FollowGraph.synthetic(users * step, follows, seed)
        authors = shuffled_authors(np.arange(tweets * step) % graph.users, seed)
        worlds.append(World(graph.users, graph, authors, typical_readers(graph, readers)))
    return worlds


def worlds_with_more_tweets(graph: FollowGraph, tweets: int, readers: int, seed: int) -> list[World]:
    """Tweets grow, in a graph that does not; everybody writes as many."""
    sizes, chosen = [tweets * step for step in STEPS], typical_readers(graph, readers)
    return [World(size, graph, shuffled_authors(np.arange(size) % graph.users, seed), chosen) for size in sizes]


def worlds_with_more_strangers(graph: FollowGraph, tweets: int, own: int, readers: int, seed: int) -> list[World]:
    """The tweets of those whom no reader follows grow, between `own` tweets of the readers' followees."""
    sizes, chosen = [tweets * step for step in STEPS], typical_readers(graph, readers)
    followed = np.unique(np.concatenate([graph.followees(reader) for reader in chosen]))
    others = np.setdiff1d(np.arange(graph.users), followed)
    if not (len(followed) and len(others)):
        raise ValueError(f"of {graph.users} users, {len(chosen)} readers follow {len(followed)}: too many or none")
    ours = np.resize(followed, own)
    return [World(size, graph, shuffled_authors([*ours, *np.resize(others, size)], seed), chosen) for size in sizes]


def typical_readers(graph: FollowGraph, count: int) -> list[int]:
    """Users who follow about as many as the mean user does."""
    distance = np.abs(graph.followee_counts - graph.edges / graph.users)
    return [int(user) for user in np.argsort(distance, kind="stable")[:count]]


def shuffled_authors(authors: Sequence[int] | NDArray[np.integer], seed: int) -> Authors:
    """The authors in a random order."""
    return np.random.default_rng(seed).permutation(authors).astype(np.int32)


def restarted_stage(number: int, world: World) -> Stage:
    """A counting stage with the world's tweets, as if it had just been opened: its caches empty, its feeds cold."""
    system = open_stage(number, world.graph, ManualClock(START_MS), counting=True)
    lay_tweets(system, world.authors)
    if isinstance(system, FannedOut):
        everybody = np.arange(system.users, dtype=np.int32)
        system.fanout.rules.begin_with_stored(world.graph.follower_counts.tolist())
        system.fanout.feeds.cool_feeds(everybody)
        system.fanout.timelines.cool_feeds(everybody)
    return system


def count_no_rows(system: Stage) -> None:
    """Count no rows from now on, so that reads cost what they cost with `counting=False`."""
    for database in system.tables.databases:
        database.set_counting(False)


def lay_tweets(system: Stage, authors: Authors) -> None:
    """Store tweets straight in the tables, as posts of one a millisecond up to now would have left them.

    By posting, a million tweets would take minutes at the stages that fan out.
    """
    at_ms = np.arange(len(authors)) + (system.clock.now() - len(authors))
    places = getattr(system.tables, "places", None)  # without shards, every database holds all tweets
    for number, database in enumerate(system.tables.databases):
        mine = np.arange(len(authors)) if places is None else np.flatnonzero(places[authors] == number)
        columns = {
            "id": (at_ms[mine] - EPOCH_MS) << TIME_SHIFT,
            "author": authors[mine],
            "created_at": at_ms[mine],
            "text": pa.array([TEXT] * len(mine), pa.string()),
            "media": pa.nulls(len(mine), pa.string()),
        }
        with database.transaction() as tx:
            insert_arrow(tx, "tweets", pa.table(columns))
