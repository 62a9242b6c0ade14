"""The tour: one seeded workload through the stages, and one row of measurements for each.

Every stage replays the same posts, follows, unfollows, deletes and reads under the same clock; before each read the
background work is drained, so every page must equal stage 1's. Counters are the same on every machine; the times are
this machine's.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np

from twitterlab import STAGES, FollowGraph, HybridFeeds, ManualClock
from twitterlab.model import Page
from twitterlab.stages.base import Stage
from twitterlab.work import Work
from twitterlab.workloads.mixes import START_MS, Event, lecture, replay

DEFAULT_USERS = 5_000
DEFAULT_MEAN_FOLLOWS = 25
COUNTED_KINDS = ("post", "follow", "unfollow", "delete", "feed")
POSTS_A_COMMIT = 500  # posts in one group commit
CELEBRITY_SHARE = 0.001  # of users above the tour's threshold: laptops' graphs have no author with 10,000 followers

# The lecture reads 20 pages for each post; a tour keeps its day's cycle and its skews, and reads fewer.
LIVE_HABITS: dict[str, Any] = {
    "pages_per_post": 0.5,
    "follows_per_post": 0.05,
    "unfollows_per_post": 0.02,
    "deletes_per_post": 0.05,
}
LIVE_POSTS = 400  # the posts among which pages are read; all others are there before

ReportProgress: TypeAlias = Callable[[int], object]


@dataclass(frozen=True)
class StageRow:
    """What one stage did: counts per page or per post, seconds of this machine, bytes at the end."""

    stage: int
    name: str
    pages: int
    rows_per_page: float
    queries_per_page: float
    shards_per_page: float
    hit_ratio: float | None
    deliveries_per_post: float
    page_p50_ms: float
    page_p99_ms: float
    bytes_held: int
    pages_differing: int


@dataclass(frozen=True)
class Tour:
    """The tour's rows, and all that is needed to make them again."""

    graph: dict[str, int]
    workload: dict[str, int]
    threshold: int
    machine: dict[str, str]
    stages: list[StageRow]

    def as_dict(self) -> dict[str, Any]:
        """The tour as plain lists and dictionaries, ready for JSON."""
        return asdict(self)


def default_tweets(graph: FollowGraph) -> int:
    """How many tweets a tour posts on a graph: five for every four users, at most 100,000."""
    return min(100_000, graph.users * 5 // 4)


def celebrity_threshold(graph: FollowGraph) -> int:
    """The follower count from which on about one user in a thousand is a celebrity."""
    return max(int(np.quantile(graph.follower_counts, 1 - CELEBRITY_SHARE)), 1)


def run_tour(
    graph: FollowGraph,
    stages: Sequence[int] = range(1, len(STAGES) + 1),
    tweets: int | None = None,
    seed: int = 7,
    progress: ReportProgress = lambda n: None,
) -> Tour:
    """Replay one workload of about `tweets` posts through the stages with these numbers, 1 to 7.

    `progress` is called with the number of events done. Stage 1 always runs, as it is what the others are held to.
    """
    events = write_script(graph, default_tweets(graph) if tweets is None else tweets, seed)
    threshold = celebrity_threshold(graph)
    runs = {n: StageRun(n, graph, events, threshold, progress) for n in sorted({1, *stages})}
    return Tour(
        graph={"users": graph.users, "follows": graph.edges},
        workload={"seed": seed, **{kind: events.count(kind) for kind in COUNTED_KINDS}},
        threshold=threshold,
        machine={"processor": platform.processor() or platform.machine(), "python": platform.python_version()},
        stages=[run.stage_row(runs[1].pages) for n, run in runs.items() if n in stages],
    )


@dataclass(frozen=True)
class TourScript:
    """What a tour replays: a history of posts alone, then the live mix, whose reads are measured."""

    history: list[Event]
    live: list[Event]

    def __len__(self) -> int:
        return len(self.history) + len(self.live)

    def count(self, kind: str) -> int:
        """How many events are of this kind."""
        return sum(event.kind == kind for event in (*self.history, *self.live))


def write_script(graph: FollowGraph, tweets: int, seed: int) -> TourScript:
    """The lecture's stream with the tour's habits, about this many posts, most by those who are followed most."""
    live = min(LIVE_POSTS, tweets // 2)
    past: dict[str, Any] = dict.fromkeys(LIVE_HABITS, 0.0) | {"correlation": 1.0}
    history = lecture(graph, tweets - live, seed, **past)
    present: dict[str, Any] = LIVE_HABITS | {"correlation": 1.0, "start_ms": history[-1].at_ms if history else START_MS}
    return TourScript(history, lecture(graph, round(live * (1 + sum(LIVE_HABITS.values()))), seed + 1, **present))


class StageRun:
    """One stage's replay of the workload: its pages, what they cost, and how long each took."""

    def __init__(
        self, number: int, graph: FollowGraph, events: TourScript, threshold: int, progress: ReportProgress
    ) -> None:
        self.number, self.stage = number, STAGES[number - 1]
        self.pages: list[Page] = []
        self.reading, self.seconds = Work(), list[float]()
        clock = ManualClock(START_MS)
        with self._open(graph, clock, threshold) as system:
            for part in (events.history, events.live):
                for _ in replay(MeasuredStage(system, self), part, clock, POSTS_A_COMMIT):
                    progress(1)
            self.work, self.bytes_held = system.work, system.bytes_held
        self.posts = events.count("post")

    def stage_row(self, expected: list[Page]) -> StageRow:
        """This stage's row, its pages compared with the oracle's."""
        pages = max(len(self.pages), 1)
        looked = self.reading.cache_hits + self.reading.cache_misses
        p50, p99 = np.percentile(self.seconds or [0.0], [50, 99]) * 1000
        return StageRow(
            stage=self.number,
            name=self.stage.__name__,
            pages=len(self.pages),
            rows_per_page=self.reading.rows_read / pages,
            queries_per_page=self.reading.queries / pages,
            shards_per_page=self.reading.shard_requests / pages,
            hit_ratio=self.reading.cache_hits / looked if looked else None,
            deliveries_per_post=self.work.deliveries / max(self.posts, 1),
            page_p50_ms=float(p50),
            page_p99_ms=float(p99),
            bytes_held=self.bytes_held,
            pages_differing=sum(a != b for a, b in zip(self.pages, expected, strict=True)),
        )

    def _open(self, graph: FollowGraph, clock: ManualClock, threshold: int) -> Stage:
        if self.stage is HybridFeeds:
            return HybridFeeds(graph, clock=clock, threshold=threshold)
        return self.stage(graph, clock=clock)


class MeasuredStage:
    """A stage as `replay` sees it: a read drains first, and is timed, counted and kept."""

    def __init__(self, system: Stage, run: StageRun) -> None:
        self._system, self._run = system, run

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def feed(self, reader: int) -> Page:
        """The reader's page after all background work is done."""
        self._system.drain()
        before, start = self._system.work, time.perf_counter()
        page = self._system.feed(reader)
        self._run.seconds.append(time.perf_counter() - start)
        self._run.reading += self._system.work - before
        self._run.pages.append(page)
        return page


TABLE_COLUMNS = {
    "rows_per_page": "rows/page",
    "queries_per_page": "queries/page",
    "shards_per_page": "shards/page",
    "hit_ratio": "hit ratio",
    "deliveries_per_post": "deliveries/post",
    "page_p50_ms": "p50 ms",
    "page_p99_ms": "p99 ms",
    "bytes_held": "MB held",
    "pages_differing": "differing",
}


def tour_table(result: Tour, *, times: bool = True) -> Any:
    """The tour as a pandas table, a row a stage; `times=False` leaves out what depends on the machine."""
    import pandas as pd

    frame = pd.DataFrame([asdict(row) for row in result.stages]).set_index(["stage", "name"])
    frame["bytes_held"] = frame["bytes_held"] / 1e6
    frame["hit_ratio"] = frame["hit_ratio"].astype(float)
    wanted = [name for name in TABLE_COLUMNS if times or not name.startswith(("page_p", "bytes"))]
    return frame[wanted].rename(columns=TABLE_COLUMNS)


def tour_text(result: Tour) -> str:
    """The tour for a terminal."""
    counts = ", ".join(f"{n:,} {kind}" for kind, n in result.workload.items() if kind != "seed")
    shown = tour_table(result).to_string(float_format=lambda x: f"{x:,.2f}", na_rep="-")
    return (
        f"{result.graph['users']:,} users, {result.graph['follows']:,} follows; events: {counts}; "
        f"seed {result.workload['seed']}\n"
        f"celebrities from {result.threshold:,} followers; times are this machine's "
        f"({result.machine['processor']}, Python {result.machine['python']})\n\n{shown}"
    )
