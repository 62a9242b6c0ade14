"""The contract in plain Python, without a database: what the tests of faults hold every stage to.

A `Plain` is told what a system answered (tweets with their IDs), so it needs no clock: it is a set of follows, a dict
of tweets and a sort.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Any

import numpy as np
from support.depth import CI
from support.graphs import pairs_of

import twitterlab as tl

LIMITS = (7,) if CI else (7, 40)  # several pages across the edge of what is cached, or all at once


class Plain:
    """Tweets by ID and follows as pairs; `feed` is the whole specification of a page."""

    def __init__(self, graph: tl.FollowGraph | None = None) -> None:
        self.tweets: dict[int, tl.Tweet] = {}
        self.follows: set[tuple[int, int]] = set()
        self.deleted: set[int] = set()
        if graph is not None:
            self.follows = set(pairs_of(graph))

    def post(self, *tweets: tl.Tweet) -> None:
        self.tweets.update((tweet.id, tweet) for tweet in tweets if tweet.id not in self.deleted)

    def delete(self, tweet_id: int) -> None:
        self.deleted.add(tweet_id)
        self.tweets.pop(tweet_id, None)

    def whole_feed(self, reader: int) -> list[tl.Tweet]:
        """All that a reader may see, newest first."""
        newest_first = sorted(self.tweets.values(), reverse=True)
        return [tweet for tweet in newest_first if (reader, tweet.author) in self.follows]

    def feed(self, reader: int, limit: int = 20, before: int | None = None) -> tl.Page:
        """A page of it."""
        older = [tweet for tweet in self.whole_feed(reader) if before is None or tweet.id < before]
        return tl.Page(older[:limit], older[limit - 1].id if len(older) > limit else None)


def apply(model: Plain, system: Any, kind: str, *arguments: Any) -> Any:
    """Make one call on a system and tell the model what came of it."""
    answer = getattr(system, kind)(*arguments)
    if kind == "post":
        model.post(answer)
    elif kind == "post_many":
        model.post(*answer)
    elif kind == "delete":
        model.delete(arguments[1])
    elif kind == "follow":
        model.follows.add(arguments)
    elif kind == "unfollow":
        model.follows.discard(arguments)
    return answer


def scroll(system: Any, reader: int, limit: int = 7, before: int | None = None) -> list[tl.Page]:
    """Every page of a feed from a cursor down; each but the last is full and says where the next one begins."""
    pages = [system.feed(reader, limit, before)]
    while (cursor := pages[-1].next) is not None:
        assert len(pages[-1].tweets) == limit
        assert pages[-1].tweets[-1].id == cursor
        pages.append(system.feed(reader, limit, cursor))
    return pages


def scrolled(system: Any, reader: int, limit: int = 7) -> list[tl.Tweet]:
    """The tweets of a whole feed, read page by page."""
    return [tweet for page in scroll(system, reader, limit) for tweet in page.tweets]


def assert_equal_pages(system: Any, model: Plain, limits: tuple[int, ...] = LIMITS) -> None:
    """Every page of every reader is the model's, to the cursor; the limits are the readers' in turn."""
    for reader, limit in zip(range(system.users), cycle(limits)):
        assert scroll(system, reader, limit) == scroll(model, reader, limit), f"reader {reader}"


def rows_in(database: Any) -> tuple[list[Any], list[Any]]:
    """The tweets by ID and the follows that one database holds, read without any of the system's own reading."""
    tweets = database.peek("SELECT id, author, text, media, created_at FROM tweets ORDER BY id")
    return tweets, sorted(database.peek("SELECT follower, followee FROM follows"))


def stored(system: Any) -> Plain:
    """A model of what the databases of a system hold together."""
    model = Plain()
    databases = system.tables.databases[:1] if isinstance(system, tl.ReadReplicas) else system.tables.databases
    for tweets, follows in map(rows_in, databases):
        for row in tweets:
            assert row[0] not in model.tweets, "a tweet is stored twice"
            model.post(tl.Tweet._make(row))
        for pair in follows:
            assert pair not in model.follows, "a follow is stored twice"
            model.follows.add(pair)
    return model


def random_calls(rng: np.random.Generator, users: int, calls: int, model: Plain) -> Iterable[tuple[Any, ...]]:
    """Seeded posts, batches, follows, unfollows and deletes; the model says what there is to delete."""
    for number in range(calls):
        kind = rng.choice(["post", "post_many", "follow", "unfollow", "delete"], p=[0.5, 0.1, 0.15, 0.15, 0.1])
        one, other = (int(user) for user in rng.choice(users, 2, replace=False))
        if kind == "post":
            yield "post", one, f"post {number}"
        elif kind == "post_many":
            authors = rng.integers(0, users, int(rng.integers(1, 9))).tolist()
            yield "post_many", [(author, f"batch {number}, {i}") for i, author in enumerate(authors)]
        elif kind != "delete":
            yield str(kind), one, other
        elif model.tweets:
            tweet = model.tweets[sorted(model.tweets)[int(rng.integers(len(model.tweets)))]]
            yield "delete", tweet.author, tweet.id
