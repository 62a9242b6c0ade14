"""What an assembled timeline costs on one pinned day: theirs beside ours and a whole stage, counted, with budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from twitterlab.classroom.capstone.blame import all_ours, error_words, with_part_of
from twitterlab.classroom.capstone.parts import NAMES, Parts
from twitterlab.classroom.capstone.timeline import Timeline
from twitterlab.classroom.check import guard
from twitterlab.clock import ManualClock
from twitterlab.stages.hybrid_feeds import HybridFeeds
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.mixes import Event, lecture, replay

if TYPE_CHECKING:
    import pandas as pd

USERS, FOLLOWS, EVENTS, SEED = 200, 8, 700, 7
SHARDS, REPLICAS, LENGTH, KEPT = 5, 2, 30, 80
PUSH, PULL = 1.0, 2.0
REVIEW = 100  # events between two reviews
THRESHOLD = 30  # followers from which on the stage beside pulls an author
DAY_S = 120.0  # for one run, on a busy machine
FAIR = 1.5  # times a fair share of the users, for a shard of 40

Counts = Mapping[str, int]


class Unfinished(Exception):
    """The day could not be run to its end; the message says why."""


class Limit(NamedTuple):
    """A counter in words, the parts that it speaks of, and the most that it may be: so many times ours, or just so."""

    words: str
    parts: tuple[str, ...]
    times: float = 1.1
    most: int = 0

    def budget(self, ours: int) -> int:
        """The most that may be counted where ours takes `ours`."""
        return self.most or int(self.times * ours)


LIMITS = {
    "rows_read": Limit("rows that DuckDB read", ("layout", "hydrate", "LRU", "feed_page")),
    "rows looked at": Limit("rows that newest looked at", ("newest", "feed_page", "merge_newest", "apply_edge")),
    "shard_requests": Limit("requests to shards", ("feed_page", "hydrate", "LRU", "merge_newest", "push_edge")),
    "leader reads": Limit("reads of leaders", ("choose_replica", "apply_log"), most=20),
    "busiest": Limit("reads of the busiest replica", ("choose_replica", "feed_page", "hydrate"), 1.3),
    "fullest": Limit("users on the fullest shard", ("shard_of",), most=round(FAIR * USERS / SHARDS)),
    "movers": Limit("users who move when a shard is added", ("shard_of",), most=round(FAIR * USERS / (SHARDS + 1))),
    "rows of pages": Limit("tweets that hybrid_page took", ("hybrid_page", "push_edge")),
    "rows of rebuilds": Limit("tweets that merge_newest took", ("merge_newest",)),
    "older pages": Limit("requests of feed_page", ("feed_page",)),
    "hydration": Limit("requests of hydrate", ("hydrate", "LRU")),
    "cache_misses": Limit("tweets that the cache lacked", ("LRU", "hydrate")),
    "tweets kept": Limit("tweets in the cache at most", ("LRU",), most=KEPT),
    "longest": Limit("tweets in the longest feed", ("deliver", "apply_edge"), most=LENGTH),
    "deliveries": Limit("deliveries", ("deliver", "push_edge"), 1.3),
    "backfilled": Limit("tweets read for a backfill", ("apply_edge", "merge_newest")),
    "cost": Limit("deliveries and pulls at their prices", ("push_edge", "deliver"), 1.1),
}


@lru_cache(1)
def pinned_day() -> tuple[FollowGraph, list[Event]]:
    """The graph and the calls: the few who are active write much, and those most who are followed most."""
    graph = FollowGraph.synthetic(users=USERS, mean_follows=FOLLOWS, seed=SEED)
    return graph, lecture(
        graph, EVENTS, SEED, pages_per_post=1.5, deletes_per_post=0.05, active=0.2, writer_skew=1.0, correlation=1.0
    )


def play_day(system: Any, clock: ManualClock) -> None:
    """All calls, a message handled after each; every third page with more below it is scrolled on once."""
    pages = 0
    for number, (event, answer) in enumerate(replay(system, pinned_day()[1], clock), 1):
        system.step()
        if event.kind == "feed" and answer.next:
            pages += 1
            if pages % 3 == 0:
                system.feed(event.user, before=answer.next)
        if number % REVIEW == 0 and isinstance(system, Timeline):
            system.review()
    system.drain()


def measure_day(parts: Parts) -> Counts:
    """What the day takes with these parts, by counter; Unfinished where they do not get through it."""
    try:
        with guard.time_limit(DAY_S):
            return counts_of_day(parts)
    except guard.Stopped:
        raise Unfinished(f"The day did not end within {DAY_S:g} s, and was stopped.") from None
    except (Exception, SystemExit) as error:
        says, _ = error_words(error)
        raise Unfinished(f"The day did not come to its end. {says}") from error


def counts_of_day(parts: Parts) -> Counts:
    """The counters of one day."""
    clock = ManualClock()
    with Timeline(
        pinned_day()[0],
        parts,
        clock,
        shards=SHARDS,
        replicas=REPLICAS,
        feed_length=LENGTH,
        cache_tweets=KEPT,
        push=PUSH,
        pull=PULL,
    ) as system:
        play_day(system, clock)
        places, work, tally = system.store.places, system.work.as_dict(), system.store.tally
        nodes = {name: count for name, count in tally.items() if name.startswith("shard")}
        return {
            **dict.fromkeys(LIMITS, 0),
            **work,
            **tally,
            "leader reads": sum(count for name, count in nodes.items() if name.endswith("leader")),
            "busiest": max((count for name, count in nodes.items() if not name.endswith("leader")), default=0),
            "fullest": max(places.count(shard) for shard in range(SHARDS)),
            "movers": sum(parts.shard_of(user, SHARDS + 1) != place for user, place in enumerate(places)),
            "longest": max(map(len, system.feeds.feeds.values()), default=0),
            "cost": round(work["deliveries"] * PUSH + work["pulls"] * PULL),
        }


@lru_cache(1)
def counts_of_stage() -> Counts:
    """What the same day takes in stage 7 the plain way, which keeps the timelines of celebrities ready."""
    clock = ManualClock()
    with HybridFeeds(
        pinned_day()[0],
        clock=clock,
        shards=SHARDS,
        feed_length=LENGTH,
        cache_tweets=KEPT,
        threshold=THRESHOLD,
        fast_paths=False,
    ) as system:
        play_day(system, clock)
        return system.work.as_dict()


@dataclass(frozen=True)
class Budgets:
    """A day's counts: theirs, ours and the stage's; `blame` is the part with whose ours nothing is over, if one is.

    Where theirs did not come to the day's end, `stopped` says why, and their counts are 0.
    """

    theirs: Counts
    ours: Counts
    stage: Counts
    blame: tuple[str, ...] = ()
    stopped: str | None = None

    def budget(self, counter: str) -> int:
        """The most that a counter may be."""
        return LIMITS[counter].budget(self.ours[counter])

    @property
    def over(self) -> list[str]:
        """The counters that are over budget."""
        return counters_over(self.theirs, self.ours)

    @property
    def frame(self) -> pd.DataFrame:
        """A row a counter: yours, ours, the budget, and the stage's where it counts the same."""
        import pandas as pd

        rows = {
            limit.words: [self.theirs[name], self.ours[name], self.budget(name), self.stage.get(name)]
            for name, limit in LIMITS.items()
        }
        columns = ["yours", "ours", "budget", "stage 7"]
        return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype("Int64")


def counters_over(theirs: Counts, ours: Counts) -> list[str]:
    """The counters that are over what may be counted where ours takes so much."""
    return [name for name, limit in LIMITS.items() if theirs[name] > limit.budget(ours[name])]


def day_budgets(parts: Parts, *, ours: Parts | None = None) -> Budgets:
    """Run the day with these parts and with ours, and name the part to blame for what is over budget."""
    ours = ours or all_ours()
    base = counts_of_ours() if ours is all_ours() else measure_day(ours)
    try:
        theirs = base if parts == ours else measure_day(parts)
    except Unfinished as error:
        return Budgets(dict.fromkeys(LIMITS, 0), base, counts_of_stage(), stopped=str(error))
    return Budgets(theirs, base, counts_of_stage(), curing_part(parts, ours, theirs, base))


@lru_cache(1)
def counts_of_ours() -> Counts:
    """What the day takes with our parts."""
    return measure_day(all_ours())


def curing_part(parts: Parts, ours: Parts, theirs: Counts, base: Counts) -> tuple[str, ...]:
    """The part with whose ours nothing is over budget, if there is one; those most named by what is are tried first."""
    named = [part for name in counters_over(theirs, base) for part in LIMITS[name].parts]
    changed = [name for name in NAMES if getattr(parts, name) is not getattr(ours, name)]
    suspects = sorted((part for part in changed if part in named), key=named.count, reverse=True)
    if len(suspects) == 1:
        return tuple(suspects)
    within = (part for part in suspects if not counters_over(measure_day(with_part_of(parts, ours, part)), base))
    return tuple(islice(within, 1))
