"""A system to scroll: tweets of the last days, and a few of its users to be."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import numpy as np

from twitterlab.clock import DAY_MS, ManualClock, SystemClock
from twitterlab.stages.base import Stage
from twitterlab.workloads.graph import FollowGraph

DAYS, SEED = 3, 7
BATCH, BATCHES = 10, 500  # tweets that are written at the same time, and at most about so many times


def past_clock() -> ManualClock:
    """A clock that begins some days ago."""
    return ManualClock(SystemClock().now() - DAYS * DAY_MS)


def write_demo_tweets(system: Stage, graph: FollowGraph, tweets: int) -> None:
    """Let the users write so many tweets in the days that `system.clock`, the one of `past_clock`, has to go.

    Who is followed more writes more. Then the system gets the wall clock. Of more than 5,000 tweets as many more are
    written at a time, since a commit costs more than a tweet.
    """
    rng = np.random.default_rng(SEED)
    weights = np.sqrt(graph.follower_counts + 1.0)
    authors = rng.choice(graph.users, tweets, p=weights / weights.sum()).tolist()
    rows = list(zip(authors, sentences(rng, tweets), strict=True))
    batch = max(BATCH, -(-tweets // BATCHES))
    for start in range(0, tweets, batch):
        system.clock.advance(DAYS * DAY_MS // (tweets // batch + 1))  # type: ignore[attr-defined]
        system.post_many(rows[start : start + batch])
        system.step(batch * 100)
    system.drain()
    system.clock = SystemClock()


def sentences(rng: np.random.Generator, n: int) -> Iterator[str]:
    """n short texts out of the file of beginnings and ends."""
    beginnings, ends = (part.split("\n") for part in _sentence_parts().split("\n\n"))
    for first, last in zip(rng.integers(len(beginnings), size=n), rng.integers(len(ends), size=n), strict=True):
        yield f"{beginnings[first]} {ends[last]}"


def _sentence_parts() -> str:
    return files("twitterlab.service").joinpath("sentences.txt").read_text(encoding="utf-8").strip()


def demo_users(graph: FollowGraph) -> dict[int, str]:
    """Whom one may be: the most followed, and three who follow between few and many; what is said of each."""
    readers = np.argsort(graph.followee_counts, kind="stable")
    readers = readers[graph.followee_counts[readers] > 0]
    quantiles = [int(readers[int(len(readers) * share)]) for share in (0.5, 0.9)] if len(readers) else []
    most = int(graph.follower_counts.argmax())
    chosen = [most, *(int(user) for user in graph.followers(most)[:1]), *quantiles]
    return {user: follow_counts_in_words(graph, user) for user in dict.fromkeys(chosen)}


def follow_counts_in_words(graph: FollowGraph, user: int) -> str:
    """How many a user follows, and is followed by."""
    return f"follows {graph.followee_counts[user]:,}, followed by {graph.follower_counts[user]:,}"


def first_users(system: Stage) -> dict[int, str]:
    """The first few users of a system whose graph is not at hand."""
    return dict.fromkeys(range(min(4, system.users)), f"one of {system.users:,}")
