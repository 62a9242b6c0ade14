"""What the tests of stages share: one small graph, small settings, and ways to look at everything a system shows."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import twitterlab as tl
from twitterlab.stages.base import Stage

EVERY_STAGE = pytest.mark.parametrize("stage", tl.STAGES)
FANNED_OUT = pytest.mark.parametrize("stage", [tl.PrecomputedFeeds, tl.HybridFeeds])

EDGES = [(0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 2), (2, 1), (5, 1), (5, 2), (6, 1)]
USERS = 8
GRAPH = tl.FollowGraph.from_edges([u for u, _ in EDGES], [v for _, v in EDGES], USERS)
ROWS = [(1 + i % 4, f"tweet {i}") for i in range(40)]  # ten by each of the four whom user 0 follows
ELSEWHERE = [(7, f"unseen {i}") for i in range(25)]
SMALL = {"shards": 3, "feed_length": 5, "threshold": 3, "replicas": 2}


def settings_of(stage: type[Stage]) -> dict[str, Any]:
    """The small settings that this stage has; users 1 and 2 are celebrities under them."""
    return {name: value for name, value in SMALL.items() if name in inspect.signature(stage).parameters}


def small(stage: type[Stage], path: Any = None, clock: Any = None, graph: Any = GRAPH, **settings: Any) -> Stage:
    """A small system under a clock that stands still."""
    return stage(graph, path, clock or tl.ManualClock(), **{**settings_of(stage), **settings})


def post_in_turn(system: Stage, count: int = 30, authors: tuple[int, ...] = (1, 2, 3, 4)) -> list[tl.Tweet]:
    """Tweets by several authors in turn, some in one millisecond and some in the next, handled by all workers."""
    rows = [(authors[number % len(authors)], f"tweet {number}") for number in range(count)]
    tweets = system.post_many(rows[: count // 2])
    system.clock.advance(1)
    tweets += system.post_many(rows[count // 2 :])
    system.drain()
    return tweets


def loaded(stage: type[Stage], **settings: Any) -> Stage:
    """A small system with `ROWS` and `ELSEWHERE` posted and handled."""
    system = small(stage, **settings)
    system.post_many(ROWS + ELSEWHERE)
    system.drain()
    return system


def cost(system: Stage, *calls: tuple[Any, ...]) -> tl.Work:
    """What some calls, given as name and arguments, did together."""
    before = system.work
    for name, *given in calls:
        getattr(system, name)(*given)
    return system.work - before


def everything(system: Stage) -> dict[str, Any]:
    """Whatever a caller can see of a small system, and the last ID that it handed out."""
    users = range(system.users)
    return {
        "position": system.position,
        "last_id": system._ids.last,
        "feeds": [system.feed(user, 200) for user in users],
        "tweets": [system.tweets_of(user, 200) for user in users],
        "followers": [system.followers(user, 200).tolist() for user in users],
    }


def ids(tweets: list[tl.Tweet]) -> list[int]:
    return [tweet.id for tweet in tweets]


def texts(tweets: list[tl.Tweet]) -> list[str]:
    return [tweet.text for tweet in tweets]
