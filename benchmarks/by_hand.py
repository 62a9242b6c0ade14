"""A page by hand: what an engineer would write straight on DuckDB, with the SQL of stages 1 and 2, and on SQLite.

No check of what is asked for, no lock, no tombstone, no counter: a statement or two, the rows as tweets, and a cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from twitterlab.model import Page, Tweet
    from twitterlab.workloads.graph import FollowGraph

Read: TypeAlias = Callable[[int], "Page"]

LIMIT = 20
GROUP = 2_000  # rows stored in one statement

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
SQLITE = """
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
    from twitterlab.model import Page, Tweet

    tweets = [Tweet._make(row) for row in rows]
    return Page(tweets[:LIMIT], tweets[LIMIT - 1].id if len(tweets) > LIMIT else None)


def stage_1(follows: pa.Table, tweets: pa.Table) -> Read:
    """Stage 1's page: a heap without index, and one join."""
    from twitterlab.model import MAX_ID

    connection = stored(follows, tweets, "")
    return lambda reader: page_of(connection.execute(JOIN, [reader, MAX_ID, LIMIT + 1]).fetchall())


def stage_2(follows: pa.Table, tweets: pa.Table) -> Read:
    """Stage 2's page: the followees by index, and then their tweets by index."""
    from twitterlab.model import MAX_ID
    from twitterlab.parts.store.database import NOBODY
    from twitterlab.parts.store.schema import create_indexes

    connection = stored(follows, tweets, create_indexes("follows", "tweets"))

    def page(reader: int) -> Page:
        followees = [followee for (followee,) in connection.execute(FOLLOWEES, [reader]).fetchall()]
        rows = connection.execute(NEWEST, [[NOBODY, *followees], MAX_ID, LIMIT + 1]).fetchall()
        return page_of(rows)

    return page


def stored(follows: pa.Table, tweets: pa.Table, indexes: str) -> duckdb.DuckDBPyConnection:
    """A database in memory with the stages' own configuration, and with their rows in the same order."""
    import duckdb

    from twitterlab.parts.store.database import DUCKDB_CONFIG
    from twitterlab.parts.store.schema import create_tables

    connection = duckdb.connect(":memory:", config=DUCKDB_CONFIG)  # type: ignore[arg-type]
    connection.execute(create_tables("follows", "tweets") + indexes)
    for name, rows in (("follows", follows), ("tweets", tweets)):
        for start in range(0, len(rows), GROUP):
            connection.register("arriving", rows.slice(start, GROUP))
            connection.execute(f"INSERT INTO {name} SELECT * FROM arriving")
            connection.unregister("arriving")
    return connection


def sqlite(graph: FollowGraph, tweets: Sequence[Tweet]) -> Read:
    """The same page from SQLite in memory: follows by primary key, tweets by author and newest first."""
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.executescript(SQLITE)
    followers, followees = graph.edge_arrays()
    with connection:
        pairs = zip(followers.tolist(), followees.tolist(), strict=True)
        connection.executemany("INSERT INTO follows VALUES (?, ?)", pairs)
        rows = ((t.id, t.author, t.created_at, t.text, t.media) for t in tweets)
        connection.executemany("INSERT INTO tweets VALUES (?, ?, ?, ?, ?)", rows)
    return lambda reader: page_of(connection.execute(SQLITE_PAGE, (reader, LIMIT + 1)).fetchall())
