"""What a page, a post and a delivery cost as a service grows tenfold twice, and the slope of each: 0 flat, 1 linear.

Three sweeps, since they answer different questions: everything grows together; the tweets stored grow and the graph
does not; the tweets of strangers grow, and those of the reader's followees do not. Rows and deliveries are counted, the
same on every machine; times are this machine's.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.common import Result, Table, interleaved, percentiles, seconds_of
from benchmarks.worlds import TEXT, World, empty, everything, settled, stored, strangers, uncounted

if TYPE_CHECKING:
    from twitterlab.model import Page
    from twitterlab.stages.base import Stage
    from twitterlab.work import Work

ALL, FAN_OUT, HYBRID = (1, 2, 3, 4, 5, 6, 7), (6, 7), 7
STORED = (1, 2, 6, 7)  # priced while the tweets stored grow: what must be flat, beside what is not
STRANGERS = (1, 2, 4)
READERS, READERS_AMONG_STRANGERS = 20, 5
GROUP = 1_000  # posts that are drained together
OWN = 20  # the strangers write so many tweets, at the smallest size, for one of the readers' followees
SIZES = {
    "users": (1_000, 20, "at the smallest size"),
    "follows": (50.0, 6.0, "followees of a mean user"),
    "tweets": (10_000, 200, "at the smallest size"),
    "rounds": (100, 5, "pages and posts timed at each size"),
    "fixed_users": (500, 40, "where the graph does not grow"),
    "fixed_follows": (20.0, 4.0, "followees of a mean user there"),
}  # of each the default, what `--quick` takes, and what it is


@dataclass(frozen=True)
class Cost:
    """What something costs at each size of a sweep: a count, which may be 0, or a time."""

    stage: int
    of: str
    unit: str
    at: list[float]

    def slope(self, sizes: Sequence[int]) -> float:
        """How the cost grows with the size; 1 is added to a count, since 0 has no logarithm."""
        return slope(sizes, self.at if self.unit in TIMES else [cost + 1 for cost in self.at])

    def row(self, sizes: Sequence[int]) -> dict[str, Any]:
        """The cost at each size, and its slope."""
        shown = {f"{size:,}": cost for size, cost in zip(sizes, self.at, strict=True)}
        return {"stage": self.stage, "of a": self.of, "cost": self.unit, **shown, "slope": self.slope(sizes)}


TIMES = {"p50 ms": "time", "mean us": "time"}


@dataclass(frozen=True)
class Sweep:
    """The costs in some worlds; `page` is what its pages are called among the figures."""

    title: str
    page: str
    worlds: list[World]
    costs: list[Cost]

    @property
    def sizes(self) -> list[int]:
        """What grew."""
        return [world.size for world in self.worlds]

    def table(self) -> Table:
        """A row for each cost."""
        return [cost.row(self.sizes) for cost in self.costs]

    def figures(self) -> dict[str, float]:
        """The slope of each cost, by name."""
        return {f"slope_{self.named(cost)}": cost.slope(self.sizes) for cost in self.costs}

    def named(self, cost: Cost) -> str:
        """A cost's name: of what, at which stage, in what."""
        return f"{self.page if cost.of == 'page' else cost.of}_stage{cost.stage}_{TIMES.get(cost.unit, cost.unit)}"


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """d log(cost) / d log(size) by least squares: 0 is flat, 1 linear; exactly 0 where all costs are equal."""
    x, y = np.log(sizes), np.log(costs)
    x, y = x - x.mean(), y - y[0]
    return float((x * y).sum() / (x * x).sum())


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of this part."""
    for name, (default, _, what) in SIZES.items():
        flag = "--" + name.replace("_", "-")
        parser.add_argument(flag, type=type(default), default=default, help=f"{what}; default: %(default)s")
    parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")


def run(options: argparse.Namespace) -> Result:
    """Price everything in the three sweeps."""
    from twitterlab import FollowGraph

    size: dict[str, Any] = {
        name: quick if options.quick else getattr(options, name) for name, (_, quick, _) in SIZES.items()
    }
    tweets, rounds, seed = size["tweets"], size["rounds"], options.seed
    grown = everything(size["users"], size["follows"], tweets, rounds, seed)
    fixed = FollowGraph.synthetic(size["fixed_users"], size["fixed_follows"], seed)
    filled = stored(fixed, tweets, READERS, seed)
    crowded = strangers(fixed, tweets, tweets // OWN, READERS_AMONG_STRANGERS, seed)
    costs = prices(ALL, grown, rounds, posts=True)
    for number in FAN_OUT:
        costs += deliveries(number, grown, rounds, seed)
    sweeps = [
        Sweep("everything grows; by users", "page", grown, costs),
        Sweep("stored tweets grow; by tweets", "warm_page", filled, prices(STORED, filled, rounds)),
        Sweep("strangers' tweets grow; by their tweets", "strangers", crowded, prices(STRANGERS, crowded, rounds)),
    ]
    figures = {name: value for sweep in sweeps for name, value in sweep.figures().items()}
    return Result("growth", {**size, "seed": seed}, figures, {sweep.title: sweep.table() for sweep in sweeps}, notes())


def prices(stages: Sequence[int], worlds: Sequence[World], rounds: int, *, posts: bool = False) -> list[Cost]:
    """What pages cost at some stages, and posts where asked for; an AssertionError where a stage has other pages."""
    costs: list[Cost] = []
    expected: list[list[Page]] = []
    for number in stages:
        with ExitStack() as opened:
            systems = [opened.enter_context(settled(number, world)) for world in worlds]
            pages = [read(system, world) for system, world in zip(systems, worlds, strict=True)]
            if pages != (expected := expected or pages):
                raise AssertionError(f"stage {number} and stage {stages[0]} have different pages")
            costs += counted(number, systems, worlds)
            for system in systems:
                uncounted(system)
            costs += timed(number, systems, worlds, rounds, posts=posts)
    return costs


def counted(number: int, systems: Sequence[Stage], worlds: Sequence[World]) -> list[Cost]:
    """Rows that a page reads, and authors that it pulls, when it is read again."""
    works: list[Work] = []
    for system, world in zip(systems, worlds, strict=True):
        before = system.work
        read(system, world)
        works.append(system.work - before)
    pages = [len(world.readers) for world in worlds]
    rows = [work.rows_read / count for work, count in zip(works, pages, strict=True)]
    pulls = [work.pulls / count for work, count in zip(works, pages, strict=True)]
    return [Cost(number, "page", "rows", rows), Cost(number, "page", "pulls", pulls)][: 1 + (number == HYBRID)]


def timed(number: int, systems: Sequence[Stage], worlds: Sequence[World], rounds: int, *, posts: bool) -> list[Cost]:
    """How long pages take, and posts; the sizes take turns."""
    pairs = list(zip(systems, worlds, strict=True))
    pages = in_turn(rounds, lambda i: [partial(s.feed, w.readers[i % len(w.readers)]) for s, w in pairs])
    costs = [Cost(number, "page", "p50 ms", pages)]
    if posts:
        sent = in_turn(rounds, lambda i: [partial(s.post, int(w.authors[i % len(w.authors)]), TEXT) for s, w in pairs])
        costs.append(Cost(number, "post", "p50 ms", sent))
    return costs


def deliveries(number: int, worlds: Sequence[World], rounds: int, seed: int) -> list[Cost]:
    """How long a delivery takes, and how many a post makes, when all users are active and their feeds are in use."""
    with ExitStack() as opened:
        systems = [opened.enter_context(empty(number, world)) for world in worlds]
        for system in systems:
            fill(system)
        before = [system.work for system in systems]
        rng, seconds, groups = np.random.default_rng(seed), np.zeros(len(systems)), max(1, rounds // 10)
        for _ in range(groups):
            for i, system in enumerate(systems):
                system.post_many([(author, TEXT) for author in rng.integers(0, system.users, GROUP).tolist()])
                seconds[i] += seconds_of(system.drain)
        made = np.array([(s.work - work).deliveries for s, work in zip(systems, before, strict=True)])
    return [
        Cost(number, "post", "deliveries", (made / (groups * GROUP)).tolist()),
        Cost(number, "delivery", "mean us", (seconds / made * 1e6).tolist()),
    ]


def fill(system: Stage) -> None:
    """Let everybody post twice, so that most feeds are full."""
    everybody = [(author, TEXT) for author in range(system.users)] * 2
    for start in range(0, len(everybody), GROUP):
        system.post_many(everybody[start : start + GROUP])
        system.drain()


def read(system: Stage, world: World) -> list[Page]:
    """The first page of each of the world's readers."""
    return [system.feed(reader) for reader in world.readers]


def in_turn(rounds: int, calls: Callable[[int], list[Callable[[], object]]]) -> list[float]:
    """The median milliseconds of each of some calls, which take turns; `calls(i)` are those of a round."""
    taken: dict[str, list[float]] = {}
    for i in range(rounds):
        for name, seconds in interleaved({str(n): call for n, call in enumerate(calls(i))}, 1).items():
            taken.setdefault(name, []).extend(seconds)
    return [percentiles(seconds)["p50"] for seconds in taken.values()]


def notes() -> list[str]:
    """What must be known to read the tables."""
    return [
        "A slope is d log(cost) / d log(size): 0 is flat, 1 linear. To counts 1 is added, since they may be 0.",
        "All is in memory; each page was read once before. Pages and posts: the tweets were laid straight into the",
        "tables, and stages 6 and 7 begin as after a restart, with cold feeds, which the first reading rebuilds.",
        f"Deliveries: everybody is active and has posted twice. {GROUP:,} posts by anybody are drained together; where",
        "they meet few users, the same feeds come many times in one drain. Stages 1 to 5 make no deliveries.",
        "Stage 7 pulls one author in a thousand, of whom a reader follows more where there are more users.",
        "Counts are the same on every machine, with counting on; times are this machine's, with counting off.",
    ]
