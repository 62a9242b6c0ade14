"""One graph with the same timelines on it twice, here and at a peer: same history, same deliveries, same pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from benchmarks import load
from benchmarks.common import interleaved
from benchmarks.redis_feeds import Pushed, RedisFeeds, newest_of, parts

if TYPE_CHECKING:
    from twitterlab import FollowGraph, HybridFeeds
    from twitterlab.model import Users

T = TypeVar("T")
Rows = list[tuple[int, str]]
Seconds = dict[str, list[float]]

DELIVERIES = 100  # of a post that is pushed, on average
GROUP = 1_000  # posts of one commit and of one turn
BATCH = 1_000  # readers of one `feed_many`
SAMPLE = 500  # readers whose pages are compared
ACTIVE, SKEW = 0.4, 0.5  # the share of users who read, and the Zipf exponent over them, as in `workload.Habits`
OURS, OURS_MANY, PEER_MANY = "twitterlab", "twitterlab, many", "peer, many"


class Unequal(Exception):
    """The two sides did not do the same work, so their times say nothing."""


@dataclass(frozen=True)
class Measured:
    """Seconds of each way of delivering, a turn each, and of each way of reading: a page each, or of many the mean."""

    deliveries: int
    delivering: Seconds
    reading: Seconds
    compared: int


@dataclass(frozen=True)
class Sides:
    """Both sides, empty at first; `threshold` says from how many followers on an author is not fanned out."""

    graph: FollowGraph
    threshold: int
    system: HybridFeeds
    peer: RedisFeeds

    def measure(self, before: int, posts: int, reads: int, rng: np.random.Generator) -> Measured:
        """A history of `before` posts, `posts` delivered and `reads` pages read in turns, and a comparison."""
        from twitterlab.workloads.draws import draw_texts, zipf

        authors = load.authors(self.graph, self.threshold, rng, before + posts, DELIVERIES).tolist()
        rows = list(zip(authors, draw_texts(rng, before + posts), strict=True))
        active = rng.permutation(self.graph.users)[: max(1, round(ACTIVE * self.graph.users))]
        readers = zipf(active, SKEW)(rng, reads).tolist()
        self.prefill(rows[:before])
        deliveries, delivering = self.deliver(rows[before:])
        compared = self.compare(list(dict.fromkeys(readers))[:SAMPLE])
        return Measured(deliveries, delivering, self.read(readers), compared)

    def post(self, rows: Rows) -> Pushed:
        """Store posts at both sides; returns what is now to be delivered."""
        tweets = self.system.post_many(rows)
        self.peer.store(tweets)
        followers = ((tweet.id, self.graph.followers(tweet.author).tolist()) for tweet in tweets)
        return [(tweet_id, readers) for tweet_id, readers in followers if len(readers) < self.threshold]

    def prefill(self, rows: Rows) -> None:
        """Post and deliver a history here; load the peer with the feeds that its ways would have come to."""
        pushed: list[tuple[int, Users]] = []
        for group in shown("history", rows, GROUP):
            pushed += [(tweet_id, np.array(readers, np.int32)) for tweet_id, readers in self.post(group)]
            self.system.drain()
        if pushed:
            ids = np.repeat([tweet_id for tweet_id, _ in pushed], [len(readers) for _, readers in pushed])
            self.peer.fill(newest_of(np.concatenate([readers for _, readers in pushed]), ids))

    def deliver(self, rows: Rows) -> tuple[int, Seconds]:
        """Deliver posts by all ways, a group at a time; returns how many deliveries each way made, and its seconds."""
        deliveries = 0
        seconds: Seconds = {name: [] for name in (OURS, *self.peer.ways)}
        for group in shown("deliveries", rows, GROUP):
            pushed, known = self.post(group), self.system.work.deliveries
            theirs = {name: partial(way.deliver, pushed) for name, way in self.peer.ways.items()}
            for name, taken in interleaved({OURS: self.system.drain, **theirs}, 1).items():
                seconds[name] += taken
            due, done = sum(len(readers) for _, readers in pushed), self.system.work.deliveries - known
            if done != due:
                raise Unequal(f"{done:,} deliveries were made where the graph and the posts ask for {due:,}")
            deliveries += due
        return deliveries, seconds

    def compare(self, readers: list[int]) -> int:
        """Hold both sides' pages together, over each connection and of many readers too; returns how many were."""
        many = self.system.feed_many(np.array(readers))
        for reader, ids, following in zip(readers, many.id.tolist(), many.next.tolist(), strict=True):
            page = self.system.feed(reader)
            if any(read() != page for read in self.peer.reads(reader).values()):
                raise Unequal(f"reader {reader} gets another page from the peer")
            if [i for i in ids if i] != [tweet.id for tweet in page.tweets] or following != (page.next or 0):
                raise Unequal(f"reader {reader} gets another page through feed_many")
            if not self.peer.alike(reader):
                raise Unequal(f"the peer's ways of delivering left reader {reader} different feeds")
        return len(readers)

    def read(self, readers: list[int]) -> Seconds:
        """Pages by all ways in turn: each reader alone, then many at once; the mean of each `many`. All are warm."""
        for group in shown("first reads", readers, BATCH):
            self.system.feed_many(np.array(group))
            for reader in group:
                self.system.feed(reader)
        seconds: Seconds = {}
        for group in shown("reads", readers, BATCH):
            for reader in group:
                collect(seconds, {OURS: partial(self.system.feed, reader), **self.peer.reads(reader)})
            ours = {OURS_MANY: partial(self.system.feed_many, np.array(group))}
            collect(seconds, {**ours, PEER_MANY: partial(self.peer.pages, group)}, len(group))
        return seconds


def shown(title: str, items: list[T], size: int) -> Iterable[list[T]]:
    """Items in groups, with a bar on a terminal that says how far they are."""
    from tqdm import tqdm

    return tqdm(list(parts(items, size)), title, unit=" groups", disable=None, leave=False)


def collect(seconds: Seconds, calls: dict[str, Callable[[], object]], pages: int = 1) -> None:
    """Time each call once, and note what one of its pages took."""
    for name, (taken,) in interleaved(calls, 1).items():
        seconds.setdefault(name, []).append(taken / pages)
