"""The same graph, posts and reads here and on a Valkey or Redis server, taking turns."""

from __future__ import annotations

from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
from tqdm import tqdm

from benchmarks.common import Failed, Result, must_agree, percentiles, take_turns
from benchmarks.load import DELIVERIES, Load
from benchmarks.redis_peer import READING, Pushed, RedisFeeds, Server, list_parts, newest_of, peer_server
from twitterlab import FollowGraph, HybridFeeds
from twitterlab.model import Users
from twitterlab.workloads.draws import draw_texts

T = TypeVar("T")
Rows: TypeAlias = list[tuple[int, str]]
Seconds: TypeAlias = defaultdict[str, list[float]]
Times: TypeAlias = dict[str, dict[str, float]]  # percentiles in milliseconds, by the way of reading

GROUP = 1_000  # posts of one commit and of one turn
BATCH = 1_000  # readers of one `feed_many`
SAMPLE = 500  # readers whose pages are compared
DRAIN = "twitterlab: drain"
FEED, FEED_MANY = "twitterlab: feed", f"twitterlab: feed_many, {BATCH:,} readers"
PEER_MANY = f"{READING}, {BATCH:,} readers a pipeline"


def run(size: Namespace) -> Result:
    """Both sides with one history, then the same deliveries and the same pages, timed in turn, and compared."""
    graph = FollowGraph.synthetic(size.users, size.follows, size.seed)
    load, before = Load(graph, size.threshold, size.seed), round(size.users * size.history / DELIVERIES)
    posts = before + size.posts  # the peer keeps all of them in memory, so the cache here may too
    rows = list(zip(load.authors(posts).tolist(), draw_texts(load.rng, posts), strict=True))
    system = HybridFeeds(graph, shards=1, threshold=size.threshold, cache_tweets=posts, counting=False)
    with peer_server() as server, system:
        peer = RedisFeeds(server, graph, size.threshold)
        try:
            sides = Sides(graph, size.threshold, system, peer)
            measured = sides.measure(rows[:before], rows[before:], load.readers(size.reads).tolist())
        finally:
            peer.delete_keys()
        celebrities = int(np.count_nonzero(graph.follower_counts >= size.threshold))
        ours = {"follows": graph.edges, "shards": 1, "celebrities": celebrities, "posts before": before}
        return result_of(vars(size) | ours | server.settings(), measured, peer)


class Measured(NamedTuple):
    """How many deliveries and pages were compared; deliveries a second of each way, and its times for a page."""

    deliveries: int
    pages: int
    rates: dict[str, float]
    times: Times


def result_of(settings: dict[str, Any], measured: Measured, peer: RedisFeeds) -> Result:
    """What was measured, with a row for each way of delivering and of reading."""
    rates, ways = measured.rates, {DRAIN: (DRAIN, "in process"), **{name: way[:2] for name, way in peer.ways.items()}}
    deliveries = [
        {"way": title, "connection": connection, "deliveries/s": rates[name], "ours/this": rates[DRAIN] / rates[name]}
        for name, (title, connection) in ways.items()
    ]
    pages = [{"way": way, **times} for way, times in measured.times.items()]
    counts = {"deliveries": measured.deliveries, "pages_compared": measured.pages}
    figures = {**counts, **delivery_figures(rates), **page_figures(measured.times, peer.server)}
    best = peer.ways[max(peer.ways, key=lambda name: rates[name])]
    note = f"The peer's best way of delivering here: {best.title}, {best.connection}."
    return Result.here("peers", settings, figures, {"deliveries": deliveries, "pages of 20, in ms": pages}, note)


class Sides(NamedTuple):
    """One graph with the same timelines on it twice, here and at the peer: both empty at first."""

    graph: FollowGraph
    threshold: int
    system: HybridFeeds
    peer: RedisFeeds

    def measure(self, history: Rows, posts: Rows, readers: list[int]) -> Measured:
        """A history, posts delivered and pages read in turns, and a comparison of some of the pages."""
        self.fill_with_history(history)
        deliveries, delivering = self.deliver_all_ways(posts)
        pages = self.compare_pages(list(dict.fromkeys(readers))[:SAMPLE])
        rates = {name: deliveries / sum(taken) for name, taken in delivering.items()}
        times = {name: percentiles(taken) for name, taken in self.read_all_ways(readers).items()}
        return Measured(deliveries, pages, rates, times)

    def post_at_both(self, rows: Rows) -> Pushed:
        """Store posts at both sides; returns what is now to be delivered."""
        tweets = self.system.post_many(rows)
        self.peer.store_tweets(tweets)
        followers = ((tweet.id, self.graph.followers(tweet.author).tolist()) for tweet in tweets)
        return [(tweet_id, readers) for tweet_id, readers in followers if len(readers) < self.threshold]

    def fill_with_history(self, rows: Rows) -> None:
        """Post and deliver a history here; load the peer with the feeds that its ways would have come to."""
        pushed: list[tuple[int, Users]] = []
        for group in groups_with_bar("history", rows, GROUP):
            pushed += [(tweet_id, np.array(readers, np.int32)) for tweet_id, readers in self.post_at_both(group)]
            self.system.drain()
        if pushed:
            ids = np.repeat([tweet_id for tweet_id, _ in pushed], [len(readers) for _, readers in pushed])
            self.peer.fill_feeds(newest_of(np.concatenate([readers for _, readers in pushed]), ids))

    def deliver_all_ways(self, rows: Rows) -> tuple[int, Seconds]:
        """Deliver posts by all ways, a group at a time; returns how many deliveries each way made, and its seconds."""
        deliveries, seconds = 0, Seconds(list)
        for group in groups_with_bar("deliveries", rows, GROUP):
            pushed, before = self.post_at_both(group), self.system.work.deliveries
            ways: dict[str, Any] = {name: partial(way.deliver, pushed) for name, way in self.peer.ways.items()}
            take_turns({DRAIN: self.system.drain, **ways}, seconds)
            due, done = sum(len(readers) for _, readers in pushed), self.system.work.deliveries - before
            if done != due:
                raise Failed(f"{done:,} deliveries were made where the graph and the posts ask for {due:,}")
            deliveries += due
        return deliveries, seconds

    def compare_pages(self, readers: list[int]) -> int:
        """Hold both sides' pages together, over each connection and of many readers too; returns how many were."""
        many = self.system.feed_many(np.array(readers))
        for reader, ids, following in zip(readers, many.id.tolist(), many.next.tolist(), strict=True):
            page, theirs = self.system.feed(reader), self.peer.page_reads(reader)
            must_agree(f"reader {reader}", {FEED: page, **{way: read() for way, read in theirs.items()}})
            alone = [tweet.id for tweet in page.tweets], page.next or 0
            must_agree(f"reader {reader}", {FEED: alone, FEED_MANY: ([i for i in ids if i], following)})
            if not self.peer.feeds_alike(reader):
                raise Failed(f"the peer's ways of delivering left reader {reader} different feeds")
        return len(readers)

    def read_all_ways(self, readers: list[int]) -> Seconds:
        """Pages by all ways in turn: each reader alone, then many at once; the mean of each `many`. All are warm."""
        for group in groups_with_bar("first reads", readers, BATCH):
            self.system.feed_many(np.array(group))
            for reader in group:
                self.system.feed(reader)
        alone, together = Seconds(list), Seconds(list)
        for group in groups_with_bar("reads", readers, BATCH):
            for reader in group:
                ours: dict[str, Any] = {FEED: partial(self.system.feed, reader)}
                take_turns(ours | self.peer.page_reads(reader), alone)
            many: dict[str, Any] = {FEED_MANY: partial(self.system.feed_many, np.array(group))}
            take_turns({**many, PEER_MANY: partial(self.peer.pages, group)}, together)
            for taken in together.values():
                taken[-1] /= len(group)
        return alone | together


def groups_with_bar(title: str, items: list[T], size: int) -> Iterable[list[T]]:
    """Items in groups, with a bar on a terminal that says how far they are."""
    return tqdm(list(list_parts(items, size)), title, unit=" groups", disable=None, leave=False)


def delivery_figures(rates: dict[str, float]) -> dict[str, float]:
    """Deliveries a second, and how many times those of the peer they are."""
    ours, theirs = rates[DRAIN], {name: rate for name, rate in rates.items() if name != DRAIN}
    return {
        "deliveries_per_s": ours,
        **{f"{name}_deliveries_per_s": rate for name, rate in theirs.items()},
        "deliveries_ratio": ours / rates["zadd"],
        "deliveries_ratio_best": ours / max(theirs.values()),
    }


def page_figures(times: Times, server: Server) -> dict[str, float]:
    """Milliseconds a page, and what share they are of the peer's, over the public and over the best connection."""
    ours, many, batched = times[FEED], times[FEED_MANY]["p50"], times[PEER_MANY]["p50"]
    figures = {"page_p50_ms": ours["p50"], "page_p99_ms": ours["p99"], "page_many_p50_ms": many}
    for end, connection in {"": server.public_kind, "_best": server.best_kind}.items():
        theirs = times[f"{READING}, {connection}"]
        figures[f"page_many_p50_ratio{end}"] = many / theirs["p50"]
        for name in ("p50", "p99"):
            figures[f"peer_page_{name}_ms{end}"] = theirs[name]
            figures[f"page_{name}_ratio{end}"] = ours[name] / theirs[name]
    return {**figures, "peer_page_many_p50_ms": batched, "page_many_ratio_batched": many / batched}
