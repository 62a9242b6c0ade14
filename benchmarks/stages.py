"""A page at all seven stages on one history, beside the SQL of stages 1 and 2 by hand and beside SQLite.

Every system has the same follows and the same tweets, in memory, all background work done. The same readers ask all of
them for their first page, each reader all systems in a random order, and all must answer alike. By hand is what an
engineer would write straight on the database: no check of what is asked for, no lock, no tombstone, no counter.
"""

from __future__ import annotations

import sqlite3
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.common import Result, Table, must_agree, percentiles, take_turns
from twitterlab import STAGES, FollowGraph, HybridFeeds, ManualClock
from twitterlab.clock import DAY_MS
from twitterlab.model import MAX_ID, Page, Tweet
from twitterlab.parts.store.database import DUCKDB_CONFIG, NOBODY
from twitterlab.parts.store.schema import create_indexes, create_tables
from twitterlab.stages.base import Stage
from twitterlab.studies.tour import celebrity_threshold
from twitterlab.work import Work
from twitterlab.workloads.draws import zipf
from twitterlab.workloads.mixes import START_MS, lecture

Read: TypeAlias = Callable[[int], Page]

HAND_1, HAND_2 = "stage 1's SQL by hand (DuckDB)", "stage 2's SQL by hand (DuckDB)"
SQLITE = "SQLite, obvious indexes"
SKEW = 1.0  # Zipf's exponent over the readers
WARMING = 2  # untimed pages for each timed one, so that caches are as warm as these readers keep them
LIMIT = 20
GROUP = 2_000  # tweets posted, or rows stored, at once
NO_OTHERS: dict[str, Any] = {f"{kind}_per_post": 0.0 for kind in ("pages", "follows", "unfollows", "deletes")}


def run(size: Namespace) -> Result:
    """Build all systems, read the same pages from each, and compare."""
    graph = FollowGraph.synthetic(size.users, size.follows, size.seed)
    clock, rng = ManualClock(START_MS), np.random.default_rng(size.seed)
    draw = zipf(rng.permutation(graph.users), SKEW)
    with ExitStack() as opened:
        systems = [opened.enter_context(open_stage(n, graph, clock)) for n in range(1, len(STAGES) + 1)]
        tweets = post_history(systems, graph, clock, size)
        reads = reads_by_system(systems, graph, tweets)
        read_pages(reads, draw(rng, WARMING * size.rounds).tolist(), rng)
        before = [system.work for system in systems]
        seconds = read_pages(reads, draw(rng, size.rounds).tolist(), rng)
        hits = {name: hit_ratio(s, work) for name, s, work in zip(reads, systems, before, strict=False)}
    rows = comparison_rows(seconds, hits)
    settings = {**vars(size), "skew": SKEW, "threshold": celebrity_threshold(graph), "counting": False}
    settings["sqlite"] = sqlite3.sqlite_version
    return Result.here("stages", settings, ratio_figures(rows), {"a first page of 20 tweets": rows})


def open_stage(number: int, graph: FollowGraph, clock: ManualClock, *, counting: bool = False) -> Stage:
    """A stage in memory with its default settings, but for stage 7's threshold."""
    stage = STAGES[number - 1]
    if stage is HybridFeeds:
        return HybridFeeds(graph, clock=clock, threshold=celebrity_threshold(graph), counting=counting)
    return stage(graph, clock=clock, counting=counting)


def post_history(systems: Sequence[Stage], graph: FollowGraph, clock: ManualClock, size: Namespace) -> list[Tweet]:
    """Post the lecture's writers' tweets at every system, within a day, and do all background work."""
    events = lecture(graph, size.tweets, size.seed, span_ms=DAY_MS, **NO_OTHERS)
    stored: list[Tweet] = []
    for start in range(0, len(events), GROUP):
        group = events[start : start + GROUP]
        clock.advance(max(0, group[-1].at_ms - clock.now()))
        posted = [system.post_many([(event.user, event.text) for event in group]) for system in systems]
        stored += posted[0]
        for system in systems:
            system.drain()
    return stored


def reads_by_system(systems: Sequence[Stage], graph: FollowGraph, tweets: Sequence[Tweet]) -> dict[str, Read]:
    """How each system, by its name, reads a page; the ones by hand get what the stages stored, row by row."""
    reads: dict[str, Read] = {f"stage {n}, {type(s).__name__}": s.feed for n, s in enumerate(systems, 1)}
    for name, by_hand, system in zip((HAND_1, HAND_2), (stage_1_by_hand, stage_2_by_hand), systems, strict=False):
        (table,) = system.tables.databases
        reads[name] = by_hand(table.arrow_table("SELECT * FROM follows"), table.arrow_table("SELECT * FROM tweets"))
    return {**reads, SQLITE: sqlite_by_hand(graph, tweets)}


def read_pages(reads: dict[str, Read], readers: Sequence[int], rng: np.random.Generator) -> dict[str, list[float]]:
    """Seconds of each system's pages, one for each reader; all systems must have the same one.

    Whoever reads second finds the reader's rows in the processor's cache, so the order is drawn anew each time.
    """
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for reader in readers:
        calls = {name: partial(reads[name], reader) for name in rng.permutation(list(reads)).tolist()}
        must_agree(f"reader {reader}", take_turns(calls, seconds))
    return {name: seconds[name] for name in reads}


def hit_ratio(system: Stage, before: Work) -> float | None:
    """Which share of the tweets wanted from the cache it had; None where nothing asks a cache."""
    work = system.work - before
    wanted = work.cache_hits + work.cache_misses
    return work.cache_hits / wanted if wanted else None


def comparison_rows(seconds: dict[str, list[float]], hits: dict[str, float | None]) -> Table:
    """A row for each system, its median beside that of stage 1 and of SQLite; `hits` are hit ratios by name."""
    times = pd.DataFrame({name: percentiles(taken) for name, taken in seconds.items()}).T[["p50", "p99"]]
    rows = times.add_suffix(" ms").rename_axis("system").reset_index()
    rows["times stage 1"] = rows["p50 ms"] / rows["p50 ms"].iloc[0]
    rows["times SQLite"] = rows["p50 ms"] / rows["p50 ms"].iloc[-1]
    records: Table = rows.to_dict("records")  # type: ignore[assignment]
    return [{**row, "hit ratio": hits.get(row["system"])} for row in records]


def ratio_figures(rows: Table) -> dict[str, float]:
    """Our overhead over the same SQL, and each stage's median beside stage 1's and SQLite's."""
    p50 = {row["system"]: row["p50 ms"] for row in rows}
    stages = [row for row in rows if row["system"] not in (HAND_1, HAND_2, SQLITE)]
    return {
        "stage1_overhead": stages[0]["p50 ms"] / p50[HAND_1],
        "stage2_overhead": stages[1]["p50 ms"] / p50[HAND_2],
        **{f"stage{n}_over_stage1": row["times stage 1"] for n, row in enumerate(stages, 1) if n > 1},
        **{f"stage{n}_over_sqlite": row["times SQLite"] for n, row in enumerate(stages, 1)},
    }


# By hand

JOIN = """
SELECT t.id, t.author, t.text, t.media, t.created_at
FROM follows f JOIN tweets t ON t.author = f.followee
WHERE f.follower = ? AND t.id < ?
ORDER BY t.id DESC LIMIT ?
"""
FOLLOWEES = "SELECT followee FROM follows WHERE follower = ?"
NEWEST = """
WITH mine AS MATERIALIZED
  (SELECT id, author, text, media, created_at FROM tweets WHERE author IN (SELECT unnest($1::INTEGER[])))
SELECT * FROM mine WHERE xor(id, 0) < $2 ORDER BY id DESC LIMIT $3
"""
SQLITE_TABLES = """
CREATE TABLE follows (follower INTEGER, followee INTEGER, PRIMARY KEY (follower, followee)) WITHOUT ROWID;
CREATE TABLE tweets (id INTEGER PRIMARY KEY, author INTEGER, created_at INTEGER, text TEXT, media TEXT);
CREATE INDEX tweets_by_author ON tweets (author, id DESC);
"""
SQLITE_PAGE = """
SELECT id, author, text, media, created_at
FROM follows JOIN tweets ON author = followee
WHERE follower = ? ORDER BY id DESC LIMIT ?
"""


def page_of(rows: Sequence[tuple[object, ...]]) -> Page:
    """Up to 21 rows as a page of 20 and its cursor."""
    tweets = [Tweet._make(row) for row in rows]
    return Page(tweets[:LIMIT], tweets[LIMIT - 1].id if len(tweets) > LIMIT else None)


def stage_1_by_hand(follows: pa.Table, tweets: pa.Table) -> Read:
    """Stage 1's page: a heap without index, and one join."""
    connection = database_by_hand(follows, tweets, "")
    return lambda reader: page_of(connection.execute(JOIN, [reader, MAX_ID, LIMIT + 1]).fetchall())


def stage_2_by_hand(follows: pa.Table, tweets: pa.Table) -> Read:
    """Stage 2's page: the followees by index, and then their tweets by index."""
    connection = database_by_hand(follows, tweets, create_indexes("follows", "tweets"))

    def page(reader: int) -> Page:
        followees = [followee for (followee,) in connection.execute(FOLLOWEES, [reader]).fetchall()]
        return page_of(connection.execute(NEWEST, [[NOBODY, *followees], MAX_ID, LIMIT + 1]).fetchall())

    return page


def database_by_hand(follows: pa.Table, tweets: pa.Table, indexes: str) -> duckdb.DuckDBPyConnection:
    """A database in memory with the stages' own configuration, and with their rows in the same order."""
    connection = duckdb.connect(":memory:", config=DUCKDB_CONFIG)  # type: ignore[arg-type]
    connection.execute(create_tables("follows", "tweets") + indexes)
    for name, rows in (("follows", follows), ("tweets", tweets)):
        for start in range(0, len(rows), GROUP):
            connection.register("arriving", rows.slice(start, GROUP))
            connection.execute(f"INSERT INTO {name} SELECT * FROM arriving")
            connection.unregister("arriving")
    return connection


def sqlite_by_hand(graph: FollowGraph, tweets: Sequence[Tweet]) -> Read:
    """The same page from SQLite in memory: follows by primary key, tweets by author and newest first."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SQLITE_TABLES)
    pairs = zip(*(users.tolist() for users in graph.edge_arrays()), strict=True)
    rows = ((t.id, t.author, t.created_at, t.text, t.media) for t in tweets)
    with connection:
        connection.executemany("INSERT INTO follows VALUES (?, ?)", pairs)
        connection.executemany("INSERT INTO tweets VALUES (?, ?, ?, ?, ?)", rows)
    return lambda reader: page_of(connection.execute(SQLITE_PAGE, (reader, LIMIT + 1)).fetchall())
