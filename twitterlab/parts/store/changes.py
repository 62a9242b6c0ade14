"""Changes: what a write is made of, and how each kind becomes rows.

A post, a delete, a follow and an unfollow are each one `Change`. A leader commits it, a log keeps it, a replica applies
it and a worker handles it: all of them read the same record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import duckdb
import pyarrow as pa

from twitterlab.model import StorageError, Tweet
from twitterlab.parts.store.schema import ARROW_COLUMNS

LogContent = Literal["none", "outbox", "full"]
SqlRow = tuple[Any, ...]
Connection = duckdb.DuckDBPyConnection

FEW_ROWS = 2  # rows up to which parameters are faster than an Arrow table


class Change(NamedTuple):
    """One committed change by a `user`: of a tweet, its `tweet_id`, or of a follow, its `followee`."""

    at_ms: int
    kind: str
    user: int
    target: int  # stored and logged as one number: the tweet's ID, or the followee
    text: str | None = None
    media: str | None = None
    key: str | None = None
    position: int = 0

    @property
    def tweet_id(self) -> int:
        """The tweet that was posted or deleted."""
        return self.target

    @property
    def followee(self) -> int:
        """Who is followed, or is not any more."""
        return self.target

    @property
    def tweet(self) -> Tweet:
        """The tweet that a post stored."""
        return Tweet(self.target, self.user, self.text or "", self.media, self.at_ms)


@contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Turn what DuckDB and the file system raise into a StorageError that says what was being done."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise StorageError(f"could not {doing}: {error}") from error
    except MemoryError as error:
        raise StorageError(f"could not {doing}: there is not enough memory") from error


def insert_rows(tx: Connection, table: str, rows: Sequence[SqlRow]) -> None:
    """Insert rows in one statement: parameters for a few, an Arrow table for many."""
    if len(rows) > FEW_ROWS:
        columns = zip(zip(*rows, strict=True), ARROW_COLUMNS[table], strict=True)
        arrays = [pa.array(values, kind) for values, kind in columns]
        insert_arrow(tx, table, pa.Table.from_arrays(arrays, list(map(str, range(len(arrays))))))
    elif rows:
        marks = ", ".join(["(" + ", ".join("?" * len(rows[0])) + ")"] * len(rows))
        tx.execute(f"INSERT INTO {table} VALUES {marks}", [value for row in rows for value in row])


def insert_arrow(tx: Connection, table: str, arriving: pa.Table, order: str = "") -> None:
    """Insert an Arrow table, which DuckDB finds by the name that it has here, without a row becoming an object."""
    tx.execute(f"INSERT INTO {table} SELECT * FROM arriving{order}")


def log_row(c: Change, log: LogContent) -> SqlRow:
    """A change as the log keeps it; an outbox leaves the content to the tables beside it."""
    content = (c.text, c.media, c.key) if log == "full" else (None, None, None)
    return (c.position, c.at_ms, c.kind, c.user, c.target, *content)


def _write_posts(tx: Connection, changes: list[Change], log: LogContent) -> None:
    insert_rows(tx, "tweets", [(c.tweet_id, c.user, c.at_ms, c.text, c.media) for c in changes])
    keyed = [c for c in changes if c.key is not None]
    insert_rows(tx, "keys", [(c.user, c.key, c.tweet_id, c.text, c.media, c.at_ms) for c in keyed])


def _write_deletes(tx: Connection, changes: list[Change], log: LogContent) -> None:
    ids = [c.tweet_id for c in changes]
    tx.execute("DELETE FROM tweets WHERE id IN (SELECT unnest($1::BIGINT[]))", [ids])
    tx.execute("UPDATE meta SET last_id = greatest(last_id, ?)", [max(ids)])


def _write_follows(tx: Connection, changes: list[Change], log: LogContent) -> None:
    insert_rows(tx, "follows", [(c.user, c.followee) for c in changes])


def _write_unfollows(tx: Connection, changes: list[Change], log: LogContent) -> None:
    for c in changes:
        tx.execute("DELETE FROM follows WHERE follower = ? AND followee = ?", [c.user, c.followee])


Writer = Callable[[Connection, list[Change], LogContent], None]
WRITERS: dict[str, Writer] = {
    "post": _write_posts,
    "delete": _write_deletes,
    "follow": _write_follows,
    "unfollow": _write_unfollows,
}
