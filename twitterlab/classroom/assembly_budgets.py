"""What an assembled timeline costs on one pinned day: theirs beside ours and a whole stage, counted, with budgets."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from twitterlab.classroom.assembly import Parts
from twitterlab.classroom.assembly_timeline import Assembled
from twitterlab.clock import ManualClock
from twitterlab.graph import FollowGraph
from twitterlab.workload import Event, lecture, replay

if TYPE_CHECKING:
    pass

USERS, FOLLOWS, EVENTS, SEED = 200, 12, 700, 7
SHARDS, REPLICAS, LENGTH, KEPT = 3, 2, 40, 60
PUSH, PULL = 1.0, 2.0
REVIEW = 70  # events between two reviews
THRESHOLD = 30  # followers from which on the stage beside pulls an author
RUN_S = 60.0

Counts = dict[str, int]


@lru_cache(1)
def day() -> tuple[FollowGraph, list[Event]]:
    """The graph and the calls: a small service on which a quarter of the calls are posts."""
    graph = FollowGraph.synthetic(users=USERS, mean_follows=FOLLOWS, seed=SEED)
    return graph, lecture(graph, EVENTS, SEED, pages_per_post=2.5, deletes_per_post=0.05)


def play(system: Any, events: list[Event], clock: ManualClock) -> None:
    """All calls, a message handled after each; every third page with more below it is scrolled on once."""
    pages = 0
    for number, (event, answer) in enumerate(replay(system, events, clock), 1):
        system.step()
        if event.kind == "feed" and answer.next:
            pages += 1
            if pages % 3 == 0:
                system.feed(event.user, before=answer.next)
        if number % REVIEW == 0 and hasattr(system, "review"):
            system.review()
    system.drain()


def measure(parts: Parts) -> Counts:
    """What the day takes with these parts, by counter."""
    graph, events = day()
    clock = ManualClock()
    with Assembled(
        graph,
        parts,
        clock,
        shards=SHARDS,
        replicas=REPLICAS,
        feed_length=LENGTH,
        cache_tweets=KEPT,
        push=PUSH,
        pull=PULL,
    ) as system:
        play(system, events, clock)
        work, tally = system.work.as_dict(), system.store.tally
        nodes = {name: count for name, count in tally.items() if name.startswith("shard")}
        places = system.store.places
        grown = [parts.shard_of(user, SHARDS + 1) for user in range(USERS)]
        return {
            **work,
            "rows looked at": tally["rows looked at"],
            "leader reads": sum(count for name, count in nodes.items() if name.endswith("leader")),
            "busiest": max(nodes.values()),
            "tweets kept": tally["tweets kept"],
            "longest": max(map(len, system.feeds.feeds.values())),
            "fullest": max(places.count(shard) for shard in range(SHARDS)),
            "movers": sum(before != after for before, after in zip(places, grown, strict=True)),
            "cost": round(work["deliveries"] * PUSH + work["pulls"] * PULL),
        }
