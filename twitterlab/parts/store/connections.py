"""Connections to one DuckDB database: one writer, a reader for each thread, transactions, and counted reads."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from twitterlab.model import Ids
from twitterlab.parts.store.changes import Connection, Row, storage_errors
from twitterlab.work import Counters

T = TypeVar("T")

# One thread, so that counters are the same on every run; the two thresholds let DuckDB keep to the index however many
# rows it expects, so that a page reads its followees' rows and never falls back to a scan.
DUCKDB_CONFIG = {"threads": 1, "index_scan_max_count": 10**12, "dynamic_or_filter_threshold": 10**9}
NO_PROGRESS_BAR = "SET enable_progress_bar = false"  # else a long statement draws on what the program prints


class Connections:
    """One DuckDB database, in memory or in a file, with one writer lock; `schema` is run where it is new."""

    def __init__(self, path: Path | None, counters: Counters, counting: bool, schema: str) -> None:
        self.lock = threading.RLock()
        self.requests = 0
        self.path = path
        self._counters, self._counting = counters, counting
        self._local = threading.local()
        self._cursors: list[Connection] = []
        with storage_errors(f"open {path.name if path else 'a database in memory'}"):
            self._writer = duckdb.connect(str(path or ":memory:"), config=DUCKDB_CONFIG)  # type: ignore[arg-type]
            self._writer.execute(NO_PROGRESS_BAR)
            if schema:
                self._writer.execute(schema)

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
            self.requests += 1
            self._counters.add(commits=1, shard_requests=1)

    # Reading, counted

    def read_rows(self, sql: str, *parameters: object) -> list[Row]:
        """All rows of one counted SELECT."""
        return self._select(Connection.fetchall, sql, parameters)

    def read_ids(self, sql: str, *parameters: object) -> Ids:
        """The first column of one counted SELECT as an array."""
        (column, *_) = self._select(Connection.fetchnumpy, sql, parameters).values()
        return np.asarray(column)

    def set_counting(self, counting: bool) -> None:
        """From now on count the rows of reads, or do not; each thread goes on with a new connection."""
        self._counting, self._local = counting, threading.local()

    # Looking inside: not part of what a call costs, so not counted

    def peek(self, sql: str, *parameters: object) -> list[Row]:
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

    def _select(self, fetch: Callable[[Connection], T], sql: str, parameters: Sequence[object]) -> T:
        with storage_errors("read"):
            cursor = self._cursor()
            result = fetch(cursor.execute(sql, parameters))
            rows, groups = scan_counts(cursor) if self._counting else (0, 0)
        self.requests += 1
        self._counters.add(queries=1, shard_requests=1, rows_read=rows, row_groups_read=groups)
        return result

    def _cursor(self) -> Connection:
        """This thread's own connection: DuckDB connections are not to be shared between threads."""
        cursor: Connection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = self._local.cursor = self._writer.cursor()
            cursor.execute(NO_PROGRESS_BAR)
            if self._counting:
                cursor.execute("SET enable_profiling = 'no_output'; SET profiling_mode = 'detailed'")
            with self.lock:
                self._cursors.append(cursor)
        return cursor


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
