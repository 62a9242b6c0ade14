"""One shard of the assembled timeline: a leader with its log, and replicas of it that are a log behind.

Each of these nodes is a DuckDB database of its own, in memory, and what is read of it is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import duckdb
import numpy as np

from twitterlab.classroom.capstone.network import Network
from twitterlab.classroom.capstone.parts import Parts
from twitterlab.model import Tweet, Users
from twitterlab.parts.store.changes import Change, Connection, storage_errors
from twitterlab.parts.store.database import DUCKDB_CONFIG, NOBODY, scan_counts
from twitterlab.parts.store.schema import TWEET_COLUMNS, create_tables
from twitterlab.work import Counters

BATCH, OVERLAP = 8, 2  # entries of a log that are sent at once, and how many of them were sent before
FOLLOWEES = "SELECT followee FROM follows WHERE follower = $1"
BY_AUTHOR = """WITH mine AS MATERIALIZED
                 (SELECT author, id FROM tweets WHERE author IN (SELECT unnest($1::INTEGER[]))) FROM mine"""
BY_ID = f"""WITH mine AS MATERIALIZED
              (SELECT {TWEET_COLUMNS} FROM tweets WHERE id IN (SELECT unnest($1::BIGINT[]))) FROM mine"""
names = count(1)


@lru_cache(1)
def duckdb_engine() -> Connection:
    """The process that all nodes live in."""
    return duckdb.connect(":memory:", config=DUCKDB_CONFIG)  # type: ignore[arg-type]


class Node:
    """One database: two heap tables, laid out by the learner's statements; `position` is its last applied change."""

    def __init__(self, layout: Sequence[str], counters: Counters | None = None) -> None:
        self.position = 0
        self._layout, self._counters = layout, counters
        self._name = f"node_{next(names)}"
        self._cursor = duckdb_engine().cursor()
        tables = create_tables("follows", "tweets")
        self._cursor.execute(f"ATTACH ':memory:' AS {self._name}; USE {self._name}; {tables}")
        if counters:
            self._cursor.execute("SET enable_profiling = 'no_output'; SET profiling_mode = 'detailed'")

    def load_follows(self, followers: Users, followees: Users) -> None:
        """Store the follows as people come, in no order; then lay the tables out."""
        mixed = np.random.default_rng(0).permutation(len(followers))
        columns = [column[mixed].tolist() for column in (followers, followees)]
        self._cursor.execute("INSERT INTO follows SELECT unnest($1::INTEGER[]), unnest($2::INTEGER[])", columns)
        for number, statement in enumerate(self._layout, 1):
            with storage_errors(f"run statement {number} of layout"):
                self._cursor.execute(statement)

    def apply_change(self, change: Change) -> None:
        """Make one change."""
        match change.kind:
            case "post":
                columns, row = f"tweets ({TWEET_COLUMNS})", list(change.tweet)
                self._write_row(f"INSERT INTO {columns} VALUES (?, ?, ?, ?, ?)", row)
            case "delete":
                self._write_row("DELETE FROM tweets WHERE id = ?", [change.tweet_id])
            case "follow":
                pair = [change.user, change.followee]
                self._write_row("INSERT INTO follows (follower, followee) VALUES (?, ?)", pair)
            case "unfollow":
                pair = [change.user, change.followee]
                self._write_row("DELETE FROM follows WHERE follower = ? AND followee = ?", pair)

    def followees(self, user: int) -> list[int]:
        """Whom a user follows, sorted."""
        return sorted(followee for (followee,) in self._read_rows(FOLLOWEES, user))

    def tweet_rows(self, authors: Iterable[int]) -> list[tuple[int, int]]:
        """(author, id) of all tweets of these authors, in that order."""
        return [(author, tweet_id) for author, tweet_id in sorted(self._read_rows(BY_AUTHOR, [NOBODY, *authors]))]

    def tweets(self, ids: Iterable[int]) -> list[Tweet]:
        """Those of these tweets that are stored here."""
        return [Tweet._make(row) for row in self._read_rows(BY_ID, [NOBODY, *ids])]

    def rows_of(self, sql: str, named: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """The rows of any SELECT with named parameters."""
        with storage_errors("read"):
            return self._cursor.execute(sql, dict(named)).fetchall()

    def contents(self) -> tuple[list[tuple[int, ...]], ...]:
        """All follows and all tweet IDs, sorted, so that two nodes can be compared; not counted."""
        tables = ("SELECT follower, followee FROM follows", "SELECT id FROM tweets")
        return tuple(sorted(self._cursor.execute(sql).fetchall()) for sql in tables)

    def close(self) -> None:
        """Forget the database."""
        self._cursor.close()
        duckdb_engine().execute(f"DETACH {self._name}")

    def _write_row(self, sql: str, values: Sequence[object]) -> None:
        with storage_errors("write"):
            self._cursor.execute(sql, values)

    def _read_rows(self, sql: str, value: object) -> list[tuple[int, ...]]:
        with storage_errors("read"):
            found = self._cursor.execute(sql, [value]).fetchall()
            if self._counters:
                rows, groups = scan_counts(self._cursor)
                self._counters.add(queries=1, rows_read=rows, row_groups_read=groups)
        return found


class Shard:
    """A leader that takes the writes and logs them, and replicas that the network keeps up to date, after a while."""

    def __init__(self, number: int, nodes: Sequence[Node], parts: Parts, tally: Counter[str]) -> None:
        self.number, self.log = number, list[Change]()
        self.leader, *self.replicas = nodes
        self._parts, self._tally, self._turns = parts, tally, count()

    def commit_change(self, change: Change) -> int:
        """Make a change at the leader and log it; returns its position."""
        self.leader.apply_change(change)
        self.log.append(change)
        self.leader.position = len(self.log)
        return self.leader.position

    def node_for_read(self, at_least: int) -> Node:
        """The node for one read: a replica that has applied `at_least`, by the learner's choice, else the leader."""
        positions = [replica.position for replica in self.replicas]
        chosen = self._parts.choose_replica(positions, at_least, next(self._turns))
        self._tally[f"shard {self.number}, {'leader' if chosen is None else f'replica {chosen}'}"] += 1
        return self.leader if chosen is None else self.replicas[chosen]

    @property
    def replicas_behind(self) -> list[Node]:
        """The replicas that have not applied all of the log."""
        return [replica for replica in self.replicas if replica.position < len(self.log)]

    def ship_log(self, network: Network) -> int:
        """Send each replica that is behind the next entries of the log; the learner's `apply_log` applies what came."""
        numbered = list(enumerate(self.log, 1))
        for replica in (waiting := self.replicas_behind):
            sent = numbered[max(replica.position - OVERLAP, 0) : replica.position + BATCH]
            replica.position = self._parts.apply_log(
                replica.position, network.arrived_batch(sent), replica.apply_change
            )
        return len(waiting)

    @property
    def parted_replicas(self) -> list[int]:
        """The replicas that say that they have applied the whole log, and have other rows than their leader."""
        held = [(replica.position, replica.contents()) for replica in self.replicas]
        return [n for n, found in enumerate(held) if found != (len(self.log), self.leader.contents())]
