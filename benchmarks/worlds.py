"""Worlds that grow: a graph with tweets stored in it, at three sizes, and the readers whose pages are priced there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.stages import open_stage

if TYPE_CHECKING:
    from twitterlab.stages.base import Stage
    from twitterlab.workloads.graph import FollowGraph

Authors: TypeAlias = NDArray[np.int32]

STEPS = (1, 10, 100)  # tenfold, twice
TEXT = "as many words as a tweet may have on a day like this"


@dataclass(frozen=True)
class World:
    """One size of a sweep: `authors` of the stored tweets, oldest first, and whose pages are read."""

    size: int
    graph: FollowGraph
    authors: Authors
    readers: list[int]


def everything(users: int, follows: float, tweets: int, readers: int, seed: int) -> list[World]:
    """Users, follows and tweets grow together; everybody writes as many tweets, and follows as many on average."""
    from twitterlab import FollowGraph

    graphs = [FollowGraph.synthetic(users * step, follows, seed) for step in STEPS]
    return [
        World(graph.users, graph, shuffled(np.arange(tweets * step) % graph.users, seed), typical(graph, readers))
        for graph, step in zip(graphs, STEPS, strict=True)
    ]


def stored(graph: FollowGraph, tweets: int, readers: int, seed: int) -> list[World]:
    """Tweets grow, in a graph that does not; everybody writes as many."""
    chosen = typical(graph, readers)
    sizes = [tweets * step for step in STEPS]
    return [World(size, graph, shuffled(np.arange(size) % graph.users, seed), chosen) for size in sizes]


def strangers(graph: FollowGraph, tweets: int, own: int, readers: int, seed: int) -> list[World]:
    """The tweets of those whom no reader follows grow, between `own` tweets of the readers' followees."""
    chosen = typical(graph, readers)
    followed = np.unique(np.concatenate([graph.followees(reader) for reader in chosen]))
    others = np.setdiff1d(np.arange(graph.users), followed)
    if not (len(followed) and len(others)):
        raise ValueError(f"of {graph.users} users, {len(chosen)} readers follow {len(followed)}: too many or none")
    ours = followed[np.arange(own) % len(followed)]
    sizes = [tweets * step for step in STEPS]
    return [
        World(size, graph, shuffled(np.concatenate([ours, others[np.arange(size) % len(others)]]), seed), chosen)
        for size in sizes
    ]


def typical(graph: FollowGraph, count: int) -> list[int]:
    """Users who follow about as many as the mean user does."""
    distance = np.abs(graph.followee_counts - graph.edges / graph.users)
    return [int(user) for user in np.argsort(distance, kind="stable")[:count]]


def shuffled(authors: NDArray[np.integer], seed: int) -> Authors:
    """The authors in a random order."""
    return np.random.default_rng(seed).permutation(authors).astype(np.int32)


def settled(number: int, world: World) -> Stage:
    """A counting stage with the world's tweets, as if it had just been opened: its caches empty, its feeds cold."""
    from twitterlab.stages.fanned_out import FannedOut

    system = empty(number, world, counting=True)
    lay(system, world.authors)
    if isinstance(system, FannedOut):
        everybody = np.arange(system.users, dtype=np.int32)
        system.fanout.rules.begin_with_stored(world.graph.follower_counts.tolist())
        system.fanout.feeds.cool_feeds(everybody)
        system.fanout.timelines.cool_feeds(everybody)
    return system


def empty(number: int, world: World, *, counting: bool = False) -> Stage:
    """A stage with the world's follows and no tweet."""
    from twitterlab import ManualClock
    from twitterlab.studies.tour import celebrity_threshold
    from twitterlab.workloads.mixes import START_MS

    return open_stage(number, world.graph, ManualClock(START_MS), celebrity_threshold(world.graph), counting=counting)


def uncounted(system: Stage) -> None:
    """Count no rows from now on, so that reads cost what they cost with `counting=False`."""
    for database in system.tables.databases:
        database.set_counting(False)


def lay(system: Stage, authors: Authors) -> None:
    """Store tweets straight in the tables, as posts of one a millisecond up to now would have left them.

    By posting, a million tweets would take minutes at the stages that fan out.
    """
    import pyarrow as pa

    from twitterlab.parts.store.changes import insert_arrow
    from twitterlab.snowflake import EPOCH_MS, TIME_SHIFT

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
