"""`python -m benchmarks peers`: the same graph, posts and reads here and on a Valkey or Redis server, taking turns."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from benchmarks import load
from benchmarks.common import Result, Table, percentiles
from benchmarks.redis_feeds import COMMANDS, LENGTH, SCRIPTED, RedisFeeds
from benchmarks.side_by_side import BATCH, DELIVERIES, OURS, OURS_MANY, PEER_MANY, Measured, Sides
from benchmarks.valkey import serving

QUICK = {"users": 2_000, "follows": 50.0, "history": 30, "posts": 200, "reads": 300}
NOTES = (
    "What this leaves out: here everything is in one process, whose feeds nobody else can read or write; the peer "
    "is a network service that many processes on many machines can share, and every call to it crosses a socket. "
    "The peer uses two processes, client and server, and so two cores where there are two.",
    "Delivery, here: `drain` after a commit, from the queued message to the updated feeds, reading the queue and "
    "acknowledging it included; the commit is not timed. At the peer: the client's calls that put a tweet's ID "
    "into its followers' feeds and trim them, encoding and replies included. There the followers are looked up, "
    "the tweet is stored and a celebrity's own timeline is kept outside of that time, and nothing is queued.",
    f"Both keep {LENGTH} entries a feed. The pipelined ways are those of Stream-Framework and of Krikorian's talk "
    "on Twitter's timelines (2013; ZADD, trim by rank) and of retwis (LPUSH, LTRIM), in pipelines of whole tweets "
    f"and at least {COMMANDS:,} commands. The best way calls a script on the server once a tweet (once for "
    f"{SCRIPTED:,} followers), in pipelines of at least {SCRIPTED:,} followers.",
    "A page: 20 tweets as the same objects on both sides, celebrities merged. The peer's client knows whom the "
    "reader follows and asks twice: ZREVRANGE of the feed and of each celebrity's timeline in a pipeline, then "
    "MGET of JSON. Ratios of pages are to the peer's public connection, those named `_best` to its faster one. All "
    "tweets are in memory on both sides, and each timed reader has read before. `feed_many` gives columns, not "
    "objects; the peer's many are objects.",
)


def options(parser: argparse.ArgumentParser) -> None:
    """The sizes of a run."""
    sizes = {
        "users": (200_000, "users of the graph"),
        "history": (50, "entries of a feed before the run, on average"),
        "posts": (10_000, "posts that are delivered and timed"),
        "reads": (10_000, "pages that are read and timed"),
        "seed": (7, "of graph, posts and reads"),
    }
    for name, (default, purpose) in sizes.items():
        text = f"{purpose} (default {default:,})"
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N", help=text)
    parser.add_argument("--follows", type=float, default=50.0, metavar="N", help="of a user, on average (default 50)")
    parser.add_argument("--threshold", type=int, metavar="N", help="a celebrity's followers (default 10,000 or fewer)")


def run(options: argparse.Namespace) -> Result:
    """Both sides with one history, then the same deliveries and the same pages, timed in turn, and compared."""
    from twitterlab import FollowGraph, HybridFeeds

    size = argparse.Namespace(**{**vars(options), **(QUICK if options.quick else {})})
    before = size.users * size.history // DELIVERIES
    with serving() as server:
        graph = FollowGraph.synthetic(size.users, size.follows, size.seed)
        threshold = load.celebrity_threshold(graph) if size.threshold is None else size.threshold
        settings = {
            "users": graph.users,
            "follows": graph.edges,
            "shards": 1,
            "threshold": threshold,
            "celebrities": int(np.count_nonzero(graph.follower_counts >= threshold)),
            "posts before": before,
            "posts": size.posts,
            "pages": size.reads,
            "seed": size.seed,
            **server.settings(),
        }
        peer, rng = RedisFeeds(server, graph, threshold), np.random.default_rng(size.seed)
        # The peer keeps every tweet in memory, so the cache here may too.
        with HybridFeeds(
            graph, shards=settings["shards"], threshold=threshold, cache_tweets=before + size.posts, counting=False
        ) as system:
            try:
                measured = Sides(graph, threshold, system, peer).measure(before, size.posts, size.reads, rng)
            finally:
                peer.clear()
    return reported(settings, measured, peer)


def reported(settings: dict[str, Any], measured: Measured, peer: RedisFeeds) -> Result:
    """The result: what was measured, as rates, percentiles and ratios."""
    rates = {name: measured.deliveries / sum(taken) for name, taken in measured.delivering.items()}
    pages = {name: percentiles(taken) for name, taken in measured.reading.items()}
    tables = {"deliveries": delivery_rows(rates, peer), "pages of 20, in ms": page_rows(pages)}
    best = max(peer.ways, key=lambda name: rates[name])
    notes = [f"The peer's best way of delivering here: {peer.ways[best].title}, {peer.ways[best].connection}.", *NOTES]
    counts = {"deliveries": measured.deliveries, "pages_compared": measured.compared}
    return Result("peers", settings, {**counts, **delivery_figures(rates), **page_figures(pages, peer)}, tables, notes)


def delivery_figures(rates: dict[str, float]) -> dict[str, float]:
    """Deliveries a second, and how many times those of the peer they are."""
    theirs = {name: rate for name, rate in rates.items() if name != OURS}
    return {
        "deliveries_per_s": rates[OURS],
        **{f"{name}_deliveries_per_s": rate for name, rate in theirs.items()},
        "deliveries_ratio": rates[OURS] / rates["zadd"],
        "deliveries_ratio_best": rates[OURS] / max(theirs.values()),
    }


def page_figures(pages: dict[str, dict[str, float]], peer: RedisFeeds) -> dict[str, float]:
    """Milliseconds a page, and what share they are of the peer's, over the public and over the best connection."""
    ours, many = pages[OURS], pages[OURS_MANY]["p50"]
    figures = {"page_p50_ms": ours["p50"], "page_p99_ms": ours["p99"], "page_many_p50_ms": many}
    for end, connection in {"": peer.server.public_kind, "_best": peer.server.best_kind}.items():
        theirs = pages[connection]
        figures |= {
            f"peer_page_p50_ms{end}": theirs["p50"],
            f"peer_page_p99_ms{end}": theirs["p99"],
            f"page_p50_ratio{end}": ours["p50"] / theirs["p50"],
            f"page_p99_ratio{end}": ours["p99"] / theirs["p99"],
            f"page_many_p50_ratio{end}": many / theirs["p50"],
        }
    batched = pages[PEER_MANY]["p50"]
    return {**figures, "peer_page_many_p50_ms": batched, "page_many_ratio_batched": many / batched}


def delivery_rows(rates: dict[str, float], peer: RedisFeeds) -> Table:
    """A row for each way of delivering."""
    titles = {OURS: ("twitterlab: drain", "in process"), **{name: way[:2] for name, way in peer.ways.items()}}
    return [
        {"way": title, "connection": connection, "deliveries/s": rates[name], "ours/this": rates[OURS] / rates[name]}
        for name, (title, connection) in titles.items()
    ]


def page_rows(pages: dict[str, dict[str, float]]) -> Table:
    """A row for each way of reading."""
    titles = {
        OURS: "twitterlab: feed",
        OURS_MANY: f"twitterlab: feed_many, {BATCH:,} readers",
        PEER_MANY: f"ZREVRANGE and MGET, {BATCH:,} readers a pipeline",
    }
    return [{"way": titles.get(name, f"ZREVRANGE and MGET, {name}"), **found} for name, found in pages.items()]
