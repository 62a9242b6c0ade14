"""The contract in plain Python, without a database: what the tests of faults hold every stage to.

A `Plain` is told what a system answered (tweets with their IDs), so it needs no clock: it is a set of follows, a dict
of tweets and a sort.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

import twitterlab as tl

CI = os.environ.get("CI") == "true"


class Plain:
    """Tweets by ID and follows as pairs; `page` is the whole specification of a feed."""

    def __init__(self, graph: tl.FollowGraph | None = None) -> None:
        self.tweets: dict[int, tl.Tweet] = {}
        self.follows: set[tuple[int, int]] = set()
        self.deleted: set[int] = set()
        if graph is not None:
            self.follows = set(zip(*(column.tolist() for column in graph.edge_arrays()), strict=True))

    def post(self, *tweets: tl.Tweet) -> None:
        self.tweets.update((tweet.id, tweet) for tweet in tweets if tweet.id not in self.deleted)

    def delete(self, tweet_id: int) -> None:
        self.deleted.add(tweet_id)
        self.tweets.pop(tweet_id, None)

    def feed(self, reader: int) -> list[tl.Tweet]:
        """The whole feed, newest first."""
        newest_first = sorted(self.tweets.values(), reverse=True)
        return [tweet for tweet in newest_first if (reader, tweet.author) in self.follows]

    def page(self, reader: int, limit: int = 20, before: int | None = None) -> tl.Page:
        older = [tweet for tweet in self.feed(reader) if before is None or tweet.id < before]
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


def scroll(system: Any, reader: int, limit: int = 7) -> list[tl.Tweet]:
    """Every page of a feed, one after the other; each but the last is full and says where the next begins."""
    tweets: list[tl.Tweet] = []
    before = None
    while True:
        page = system.feed(reader, limit, before)
        tweets += page.tweets
        before = page.next
        if before is None:
            return tweets
        assert len(page.tweets) == limit
        assert page.tweets[-1].id == before


def assert_equal_pages(system: Any, model: Plain, limit: int = 7) -> None:
    """Every page of every reader is the model's, to the cursor."""
    for reader in range(system.users):
        before = None
        while True:
            page, expected = system.feed(reader, limit, before), model.page(reader, limit, before)
            assert page == expected, f"reader {reader} below {before}"
            before = page.next
            if before is None:
                break


def stored(system: Any) -> Plain:
    """A model of what the databases of a system hold, read without any of its own reading."""
    model = Plain()
    databases = system.tables.databases[:1] if isinstance(system, tl.ReadReplicas) else system.tables.databases
    for database in databases:
        for row in database.peek("SELECT id, author, text, media, created_at FROM tweets"):
            assert row[0] not in model.tweets, "a tweet is stored twice"
            model.post(tl.Tweet._make(row))
        for pair in database.peek("SELECT follower, followee FROM follows"):
            assert pair not in model.follows, "a follow is stored twice"
            model.follows.add(pair)
    return model


def ring(users: int, follows: Sequence[int] = (1, 2, 5)) -> tl.FollowGraph:
    """Everybody follows the users that stand these many places further on."""
    everybody = np.arange(users)
    followers = np.tile(everybody, len(follows))
    followees = np.concatenate([(everybody + step) % users for step in follows])
    return tl.FollowGraph.from_edges(followers, followees, users)


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
