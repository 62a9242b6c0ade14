"""The schema is one: what DuckDB makes of it is what Arrow tables bring, and each index is where a test can see it."""

from __future__ import annotations

import duckdb
import pytest

from twitterlab.model import Tweet
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.schema import (
    ARROW_COLUMNS,
    INDEXED,
    OWNERS,
    TABLES,
    TWEET_COLUMNS,
    create_indexes,
    create_tables,
)


@pytest.mark.parametrize("table", TABLES)
def test_the_arrow_types_are_those_that_the_table_gives_back(table: str) -> None:
    empty = Database().arrow_table(f"FROM {table} LIMIT 0")
    assert [str(field.type) for field in empty.schema] == ARROW_COLUMNS[table]


def test_some_tables_are_made_alone_and_without_the_row_of_meta() -> None:
    connection = duckdb.connect()
    connection.execute(create_tables("follows", "tweets"))
    assert connection.execute("SHOW TABLES").fetchall() == [("follows",), ("tweets",)]


@pytest.mark.parametrize("clustered", [True, False])
def test_a_clustered_database_has_every_index_and_a_heap_none(clustered: bool) -> None:
    found = Database(clustered=clustered).peek("SELECT table_name, index_name FROM duckdb_indexes()")
    wanted = [(table, f"{table}_by_{column}") for table, columns in INDEXED.items() for column in columns]
    assert sorted(found) == (sorted(wanted) if clustered else [])
    assert create_indexes("keys") == "CREATE INDEX keys_by_author ON keys (author);"


def test_a_row_of_tweets_is_a_tweet_and_its_owner_a_column() -> None:
    assert Tweet(*range(5))._asdict().keys() == dict.fromkeys(TWEET_COLUMNS.split(", ")).keys()  # type: ignore[arg-type]
    for table, owner in OWNERS.items():
        assert owner in [column.split()[0] for column in TABLES[table].split(", ")]
