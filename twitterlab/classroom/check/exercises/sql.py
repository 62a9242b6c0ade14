"""A learner's SQL: run on small tables within the time limit of an answer, with errors that fit on one line."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import duckdb

from twitterlab.classroom.check.guard import Misbehaved, time_limit
from twitterlab.parts.store.database import DUCKDB_CONFIG
from twitterlab.parts.store.schema import create_tables

CHANGES = re.compile(r"\(\s*(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET|MERGE\s+INTO)\b", re.IGNORECASE)
COLUMNS_OF_TABLES = """
    SELECT table_name, column_name, data_type FROM duckdb_columns() JOIN duckdb_tables() USING (table_oid, table_name)
    WHERE NOT duckdb_tables.temporary AND table_name IN ('follows', 'tweets') ORDER BY ALL
"""
Rows = Sequence[tuple[Any, ...]]


class SqlTables:
    """One database in memory with both tables, which are filled anew only where their rows are others than before."""

    def __init__(self) -> None:
        self._database = in_memory()
        self._database.execute("PRAGMA disable_optimizer")  # a few rows are found sooner than a plan
        self._rows: dict[str, Rows] = {"follows": (), "tweets": ()}

    def put(self, table: str, rows: Rows) -> None:
        """Make these the rows of a table."""
        if self._rows[table] != rows:
            self._rows[table] = rows
            self._database.execute(f"TRUNCATE {table}")
            fill_table(self._database, table, rows)

    def ask(self, sql: str, given: Mapping[str, object], columns: Sequence[str]) -> list[tuple[Any, ...]]:
        """What one SELECT finds; it may use the parameters that are given, and must give these columns."""
        with sql_limit(self._database.interrupt):
            values = {name: given[name.lower()] for name in self._parameters(sql, given)}
            found = self._database.execute(sql, values)
            names, rows = [column[0].lower() for column in found.description or ()], found.fetchall()
        if len(names) != len(columns) or (names != list(columns) and sorted(names) == sorted(columns)):
            raise Misbehaved(f"Your SQL gives the columns {', '.join(names)}; asked for are {', '.join(columns)}.")
        return rows

    def _parameters(self, sql: str, given: Mapping[str, object]) -> set[str]:
        statements = self._database.extract_statements(sql)
        if [one.type for one in statements] != [duckdb.StatementType.SELECT] or CHANGES.search(sql):
            raise Misbehaved("One SELECT is asked for, which changes nothing.")
        names: set[str] = statements[0].named_parameters
        for name in sorted(names):
            if name.lower() not in given:
                raise Misbehaved(f"Your SQL asks for ${name}; it is given {', '.join(f'${one}' for one in given)}.")
        return names


sql_tables: Callable[[], SqlTables] = cache(SqlTables)


def in_memory() -> duckdb.DuckDBPyConnection:
    """A new database with both tables, empty, that reaches no files; rows can be counted as in a stage."""
    database = connect(":memory:")
    database.execute(create_tables("follows", "tweets"))
    return database


def connect(file: str) -> duckdb.DuckDBPyConnection:
    """A database that reaches no files but its own; rows can be counted as in a stage."""
    config: dict[str, Any] = {**DUCKDB_CONFIG, "enable_external_access": False}
    return duckdb.connect(file, config=config)


class SqlStore:
    """A database with both tables, and what is kept of it: one in a file is closed and opened again to see."""

    def __init__(self, folder: str = "") -> None:
        self._file = os.path.join(folder, "tables.duckdb") if folder else ""
        self.database = connect(self._file or ":memory:")
        self.database.execute(create_tables("follows", "tweets"))
        self.columns = self.table_columns()

    def open_again(self) -> None:
        """Close the file and open it; Misbehaved where a transaction is open, or columns are others than at first."""
        self._check_no_transaction()
        if self._file:
            self.database.close()
            self.database = connect(self._file)
        now = self.table_columns()
        for table, columns in self.columns.items():
            if table not in now:
                raise Misbehaved(f"After your statements {table} is no table any more, once the file is opened again.")
            if now[table] != columns:
                raise Misbehaved(f"The columns of {table} were {words(columns)}, and are {words(now[table])} now.")

    def table_columns(self) -> dict[str, list[tuple[str, str]]]:
        """The columns of each table of ours with their types, by their names."""
        found: dict[str, list[tuple[str, str]]] = {}
        for table, name, kind in self.database.execute(COLUMNS_OF_TABLES).fetchall():
            found.setdefault(table, []).append((name, kind))
        return found

    def _check_no_transaction(self) -> None:
        try:
            self.database.execute("BEGIN TRANSACTION")
        except duckdb.TransactionException:
            raise Misbehaved("After your statements a transaction is open: nothing of it is kept.") from None
        self.database.execute("ROLLBACK")


def words(columns: Iterable[tuple[str, str]]) -> str:
    """Columns with their types."""
    return ", ".join(f"{name} {kind}" for name, kind in columns)


@contextlib.contextmanager
def sql_store(in_file: bool) -> Iterator[SqlStore]:
    """A database with both tables, empty: in a file of its own or in memory."""
    with tempfile.TemporaryDirectory(prefix="twitterlab-layout-") as folder:
        made = SqlStore(folder if in_file else "")
        try:
            yield made
        finally:
            made.database.close()


def fill_table(database: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    """Put rows into a table."""
    if rows:
        places = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
        database.execute(f"INSERT INTO {table} VALUES {places}", [value for row in rows for value in row])


@contextlib.contextmanager
def sql_limit(interrupt: Callable[[], object] | None = None, where: str = "") -> Iterator[None]:
    """As `guard.time_limit`; an error of DuckDB's fits on one line and says where it came up."""
    alarmed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    try:
        # DuckDB heeds alarms, and a timer is a thread a query
        with time_limit(interrupt=None if alarmed else interrupt):
            yield
    except duckdb.Error as error:
        raise type(error)(where + in_a_line(error)) from error


def in_a_line(error: Exception) -> str:
    """An error's message with the piece of SQL that it points to, without the arrow below that."""
    lines = [" ".join(line.split()) for line in str(error).splitlines()]
    return " ".join(line for line in lines if line.strip("^ "))
