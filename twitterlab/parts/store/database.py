"""One DuckDB database that holds tweets and follows, and counts what its reads really touch.

Stage 1 leaves the rows as they come (a heap, no index). From stage 2 on `follows` is laid out and indexed by follower,
`tweets` by author and id, so that a question about some users reads those users' rows and no others.

Every write is a list of `Change`s committed in one transaction; where the database keeps a log, the same transaction
writes it, so no change is stored without being logged or logged without being stored.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import Literal, TypeVar
from weakref import WeakSet

import duckdb
import numpy as np
import pyarrow as pa

from twitterlab.model import MAX_ID, Ids, StorageError, Tweet, Users
from twitterlab.parts.store.changes import (
    WRITERS,
    Change,
    Connection,
    LogContent,
    SqlRow,
    insert_arrow,
    insert_rows,
    log_row,
    storage_errors,
)
from twitterlab.parts.store.schema import TWEET_COLUMNS, create_index, create_indexes, create_tables
from twitterlab.parts.store.tail import LogTail
from twitterlab.work import Counters

T = TypeVar("T")

# One thread, so that counters are the same on every run; the two thresholds let DuckDB keep to the index however many
# rows it expects, so that a page reads its followees' rows and never falls back to a scan.
DUCKDB_CONFIG = {"threads": 1, "index_scan_max_count": 10**12, "dynamic_or_filter_threshold": 10**9}
NO_PROGRESS_BAR = "SET enable_progress_bar = false"  # else a long statement draws on what the program prints

MESSAGES_OWED = 1024
NOBODY = -(2**31)  # beside any user IDs it keeps a list from being one unbroken range, which DuckDB would scan


class Database:
    """One DuckDB database, in memory or in a file; `position` is the number of its last committed change.

    `lock` is the writer lock: rows, the log's tail and `position` change under it. A reader takes no lock, as each
    thread reads by a connection of its own, which ends with the thread. `_count_lock` guards `requests`, and `_owed`
    and `_paid`, which consumers write without the writer lock.
    """

    def __init__(
        self,
        path: Path | None = None,
        counters: Counters | None = None,
        *,
        clustered: bool = True,
        log: LogContent = "none",
        counting: bool = True,
        create: bool = True,
    ) -> None:
        new = path is None or not path.exists()
        if new and not create:
            raise StorageError(f"the system's file {path and path.name} is missing")
        self.path, self.log, self.tail = path, log, LogTail()
        self.lock, self._count_lock = threading.RLock(), threading.Lock()
        self.requests = 0
        self._clustered = clustered
        self._counters, self._counting = counters or Counters(), counting
        self._owed: dict[str, int] = {}  # offsets of consumers that are still to be stored
        self._paid: dict[str, int] = {}
        self._local = threading.local()
        self._cursors: WeakSet[Connection] = WeakSet()  # a thread's own ends with the thread
        with storage_errors(f"open {path.name if path else 'a database in memory'}"):
            self._writer = duckdb.connect(str(path or ":memory:"), config=DUCKDB_CONFIG)  # type: ignore[arg-type]
            self._writer.execute(NO_PROGRESS_BAR)
            if new:
                self._writer.execute(create_tables() + (create_indexes() if clustered else ""))
        self.position = 0 if new else self._highest_ever("position", "log", "position")

    def load_follows(self, followers: Users, followees: Users) -> None:
        """Store the follows in bulk: a clustered table gets them by follower, a heap in no order, as people come."""
        shuffled = slice(None) if self._clustered else np.random.default_rng(0).permutation(len(followers))
        table = pa.table({"follower": followers[shuffled], "followee": followees[shuffled]})
        order = " ORDER BY follower, followee" if self._clustered else ""
        with self.transaction() as tx:
            if self._clustered:
                tx.execute("DROP INDEX follows_by_follower")
            insert_arrow(tx, "follows", table, order)
            if self._clustered:
                tx.execute(create_index("follows", "follower"))

    # Writing

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing, under the writer lock; durable at its end. A failure is rolled back and a StorageError."""
        with self.lock, storage_errors("write"):
            self._writer.begin()
            try:
                yield self._writer
                self._writer.commit()
            except BaseException:
                with suppress(duckdb.Error):
                    self._writer.rollback()
                raise
            self._count_request()
            self._counters.add(commits=1, shard_requests=1)

    def commit(self, changes: Sequence[Change], also: Callable[[Connection], object] | None = None) -> list[Change]:
        """Apply the changes and log them in one transaction; returns them with the positions they got."""
        with self.lock:
            stamped = [c._replace(position=self.position + i) for i, c in enumerate(changes, 1)]
            self.apply(stamped, also)
            return stamped

    def apply(self, changes: Sequence[Change], also: Callable[[Connection], object] | None = None) -> None:
        """Apply changes that have positions; one at or below `position` was applied before and is passed over."""
        with self.lock:
            new = [c for c in changes if c.position > self.position]
            if not new:
                return
            with self.transaction() as tx:
                for kind, run in groupby(new, key=lambda c: c.kind):
                    WRITERS[kind](tx, list(run), self.log)
                if self.log != "none":
                    insert_rows(tx, "log", [log_row(c, self.log) for c in new])
                if also:
                    also(tx)
                paid = self._store_owed(tx) if self._owes_much() else {}
            self.position = new[-1].position
            if self.log != "none":
                self.tail.append(new)
            self._forget_paid(paid)

    def owe_offset(self, consumer: str, position: int) -> None:
        """A consumer is past this position: once that is much, the next commit stores it and trims the log."""
        with self._count_lock:
            self._owed[consumer] = position

    def pay_offsets(self, also: Callable[[Connection], object] | None = None) -> None:
        """Store now what is owed to consumers, and what `also` writes, in one transaction."""
        if self._owed or also:
            with self.transaction() as tx:
                if also:
                    also(tx)
                paid = self._store_owed(tx)
            self._forget_paid(paid)

    def _owes_much(self) -> bool:
        """Whether enough is owed that it is worth its statements."""
        with self._count_lock:
            owed = self._owed.copy()
        return any(position >= self._paid.get(consumer, 0) + MESSAGES_OWED for consumer, position in owed.items())

    def _store_owed(self, tx: Connection) -> dict[str, int]:
        """Store what is owed and trim the log; called inside a transaction, so under `lock`."""
        with self._count_lock:
            paid = self._owed.copy()
        for consumer, position in paid.items():
            tx.execute("UPDATE offsets SET position = ? WHERE consumer = ?", [position, consumer])
        ((lowest,),) = tx.execute("SELECT min(position) FROM offsets").fetchall()
        self.trim_log(tx, lowest)
        return paid

    def _forget_paid(self, paid: dict[str, int]) -> None:
        """Forget what was stored, unless a consumer has gone on since."""
        with self._count_lock:
            self._paid |= paid
            for consumer, position in paid.items():
                if self._owed.get(consumer) == position:
                    del self._owed[consumer]

    def forget_log(self, position: int) -> None:
        """Drop the log up to a position that every consumer is past."""
        with self.transaction() as tx:
            self.trim_log(tx, position)

    def trim_log(self, tx: Connection, position: int) -> None:
        """Drop the log up to a position; called inside a transaction. The last change's number outlives its row."""
        tx.execute("DELETE FROM log WHERE position <= ?", [position])
        tx.execute("UPDATE meta SET position = greatest(position, ?)", [self.position])
        self.tail.drop_up_to(position)

    def undo_batch(self, batch: int) -> None:
        """Take back the posts of a batch that nobody decided; called under `lock`, or at opening."""
        ids = "(SELECT id FROM prepared WHERE batch = ?)"
        self.tail.clear()
        with self.transaction() as tx:
            tx.execute(f"DELETE FROM tweets WHERE id IN {ids}", [batch])
            tx.execute(f"DELETE FROM log WHERE kind = 'post' AND target IN {ids}", [batch])
            tx.execute("DELETE FROM prepared WHERE batch = ?", [batch])

    def forget_batches(self, notes: Literal["prepared", "decided"]) -> None:
        """Drop one kind of notes on batches that are settled."""
        if self.peek(f"SELECT 1 FROM {notes} LIMIT 1"):
            with self.transaction() as tx:
                tx.execute(f"DELETE FROM {notes}")

    def commit_follow(self, change: Change) -> bool:
        """Commit a follow or unfollow unless it holds already; says whether it changed anything."""
        with self.lock:
            held = change.followee in self.followees(change.user)
            if held == (change.kind == "follow"):
                return False
            self.commit([change])
            return True

    # Reading: each names the rows it costs in a clustered database; in a heap each reads its whole table

    def followees(self, user: int) -> Users:
        """Whom `user` follows, sorted: their own rows."""
        found = self.read_ids("SELECT followee FROM follows WHERE follower = ?", user)
        return np.sort(found).astype(np.int32)

    def followers(self, user: int, limit: int) -> Users:
        """The first `limit` followers of `user` by ID: the whole table, since it lies by follower."""
        sql = "SELECT follower FROM follows WHERE followee = ? ORDER BY follower LIMIT ?"
        return self.read_ids(sql, user, limit).astype(np.int32)

    def newest_of(
        self, authors: Iterable[int], before: int | None, limit: int, columns: str = TWEET_COLUMNS
    ) -> list[SqlRow]:
        """The newest `limit` tweets of `authors` with IDs below `before`: all the tweets of these authors."""
        # Materialising the matches hides the limit from the planner, and xor(id, 0) the bound: for either of them
        # alone it would scan the table rather than follow the index.
        sql = f"""WITH mine AS MATERIALIZED
                    (SELECT {columns} FROM tweets WHERE author IN (SELECT unnest($1::INTEGER[])))
                  SELECT * FROM mine WHERE xor(id, 0) < $2 ORDER BY id DESC LIMIT $3"""
        return self.read_rows(sql, [NOBODY, *map(int, authors)], MAX_ID if before is None else before, limit)

    def ids_of(self, author: int, floor: int) -> Ids:
        """The IDs, newest first, of an author's tweets from `floor` on: all the author's tweets."""
        sql = """WITH mine AS MATERIALIZED (SELECT id FROM tweets WHERE author = ?)
                 SELECT id FROM mine WHERE xor(id, 0) >= ?"""
        return np.sort(self.read_ids(sql, author, floor))[::-1]

    def tweets(self, ids: Iterable[int]) -> list[Tweet]:
        """The tweets with these IDs that are stored here: as many rows."""
        sql = f"""WITH mine AS MATERIALIZED
                    (SELECT {TWEET_COLUMNS} FROM tweets WHERE id IN (SELECT unnest($1::BIGINT[]))) FROM mine"""
        return [Tweet._make(row) for row in self.read_rows(sql, [NOBODY, *ids])]

    def tweet_with_key(self, author: int, key: str) -> Tweet | None:
        """The tweet that this author posted under this key."""
        sql = f"""WITH mine AS MATERIALIZED (SELECT {TWEET_COLUMNS}, key FROM keys WHERE author = ?)
                  SELECT {TWEET_COLUMNS} FROM mine WHERE key = ?"""
        return next((Tweet._make(row) for row in self.read_rows(sql, author, key)), None)

    # Reading rows, counted

    def read_rows(self, sql: str, *parameters: object) -> list[SqlRow]:
        """All rows of one counted SELECT."""
        return self._select(Connection.fetchall, sql, parameters)

    def read_ids(self, sql: str, *parameters: object) -> Ids:
        """The first column of one counted SELECT as an array."""
        (column, *_) = self._select(Connection.fetchnumpy, sql, parameters).values()
        return np.asarray(column)

    def set_counting(self, counting: bool) -> None:
        """From now on count the rows of reads, or do not; each thread goes on with a new connection."""
        self._counting, self._local = counting, threading.local()

    def _select(self, fetch: Callable[[Connection], T], sql: str, parameters: Sequence[object]) -> T:
        with storage_errors("read"):
            cursor = self._cursor()
            result = fetch(cursor.execute(sql, parameters))
            rows, groups = scan_counts(cursor) if self._counting else (0, 0)
        self._count_request()
        self._counters.add(queries=1, shard_requests=1, rows_read=rows, row_groups_read=groups)
        return result

    def _count_request(self) -> None:
        with self._count_lock:
            self.requests += 1

    def _cursor(self) -> Connection:
        """This thread's own connection: DuckDB connections are not to be shared between threads."""
        cursor: Connection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._writer.cursor()
            cursor.execute(NO_PROGRESS_BAR)
            if self._counting:
                cursor.execute("SET enable_profiling = 'no_output'; SET profiling_mode = 'detailed'")
            with self.lock:
                self._cursors.add(cursor)
        return cursor

    # Looking inside: not part of what a call costs, so not counted

    def peek(self, sql: str, *parameters: object) -> list[SqlRow]:
        """All rows of a SELECT that is not counted."""
        with storage_errors("read"):
            return self._cursor().execute(sql, parameters).fetchall()

    def arrow_table(self, sql: str, *parameters: object) -> pa.Table:
        """All rows of a SELECT as an Arrow table, not counted."""
        with storage_errors("read"):
            return self._cursor().sql(sql, params=list(parameters)).to_arrow_table()

    def bytes_held(self) -> int:
        """Bytes of memory (or of file and log, on disk) that DuckDB says this database takes."""
        ((size,),) = self.peek("SELECT sum(memory_usage_bytes) FROM duckdb_memory()")
        ((blocks,),) = self.peek("SELECT sum(block_size * total_blocks) FROM pragma_database_size()")
        return int(max(size or 0, blocks or 0))

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the database file."""
        with self.lock, storage_errors("checkpoint"):
            self._writer.execute("CHECKPOINT")

    def close(self) -> None:
        """Close every connection of every thread."""
        with self.lock:
            for connection in (*self._cursors, self._writer):
                with suppress(duckdb.Error):
                    connection.close()

    def delete_files(self) -> None:
        """Close the database and delete its files."""
        self.close()
        if self.path is not None:
            delete_database_files(self.path)

    def log_after(self, position: int, limit: int) -> list[Change]:
        """The next `limit` logged changes after a position, in order."""
        sql = """SELECT at_ms, kind, "user", target, text, media, key, position FROM log
                 WHERE position > ? ORDER BY position LIMIT ?"""
        with self.lock:  # a batch over several databases holds the lock until it is decided
            if (recent := self.tail.changes_after(position, limit)) is not None:
                return recent
            return [Change._make(row) for row in self.peek(sql, position, limit)]

    def logged_deletes(self, up_to: int | None = None) -> set[int]:
        """The tweets whose delete is still in the log, at most up to a position: the stored tombstones."""
        sql = "SELECT target FROM log WHERE kind = 'delete' AND position <= ?"
        return {tweet_id for (tweet_id,) in self.peek(sql, MAX_ID if up_to is None else up_to)}

    def last_id(self) -> int:
        """The highest tweet ID that was ever stored here, deleted ones included."""
        return self._highest_ever("last_id", "tweets", "id")

    def _highest_ever(self, meta: str, table: str, column: str) -> int:
        sql = f"SELECT max(v) FROM (SELECT {meta} v FROM meta UNION SELECT max({column}) FROM {table})"
        ((value,),) = self.peek(sql)
        return int(value or 0)


def delete_database_files(path: Path) -> None:
    """Delete the files of a database that is not open."""
    with storage_errors(f"remove {path.name}"):
        for file in (path, path.with_name(path.name + ".wal")):
            file.unlink(missing_ok=True)


def scan_counts(cursor: Connection) -> tuple[int, int]:
    """Rows and row groups that the last query's table scans read, from DuckDB's own JSON profile."""
    profile = cursor.get_profiling_information(format="json")
    rows = re.findall(r'"rows_scanned": (\d+)', profile)
    groups = re.findall(r'"row_groups_scanned": (\d+)', profile)
    return sum(map(int, rows)), sum(map(int, groups))
