"""What the tests of stages share: one small graph, small settings, and ways to look at everything a system shows."""

from __future__ import annotations

import inspect
from typing import Any

import twitterlab as tl
from twitterlab.stages.base import Stage

EDGES = [(0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 2), (2, 1), (5, 1), (5, 2), (6, 1)]
USERS = 8
GRAPH = tl.FollowGraph.from_edges([u for u, _ in EDGES], [v for _, v in EDGES], USERS)
SMALL = {"shards": 3, "feed_length": 5, "threshold": 3, "replicas": 2}


def settings_of(stage: type[Stage]) -> dict[str, Any]:
    """The small settings that this stage has; users 1 and 2 are celebrities under them."""
    return {name: value for name, value in SMALL.items() if name in inspect.signature(stage).parameters}


def small(stage: type[Stage], path: Any = None, clock: Any = None, graph: Any = GRAPH, **settings: Any) -> Stage:
    """A small system under a clock that stands still."""
    return stage(graph, path, clock or tl.ManualClock(), **{**settings_of(stage), **settings})


def scroll(system: Stage, reader: int, limit: int, before: int | None = None) -> list[list[tl.Tweet]]:
    """All pages of a feed, the newest first, each asked for with the `next` of the one before."""
    pages = []
    while True:
        page = system.feed(reader, limit, before)
        pages.append(page.tweets)
        if page.next is None:
            return pages
        before = page.next


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
