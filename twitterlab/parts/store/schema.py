"""The schema: the tables of a system's databases and their indexes, written once, for SQL and for Arrow."""

from __future__ import annotations

from twitterlab.model import Tweet

TABLES = {
    "tweets": "id BIGINT, author INTEGER, created_at BIGINT, text VARCHAR, media VARCHAR",
    "follows": "follower INTEGER, followee INTEGER",
    "log": 'position BIGINT, at_ms BIGINT, kind VARCHAR, "user" INTEGER, target BIGINT, '
    "text VARCHAR, media VARCHAR, key VARCHAR",
    "keys": "author INTEGER, key VARCHAR, id BIGINT, text VARCHAR, media VARCHAR, created_at BIGINT",
    "offsets": "consumer VARCHAR, position BIGINT",
    "set_aside": 'position BIGINT, kind VARCHAR, "user" INTEGER, target BIGINT, reason VARCHAR',
    "prepared": "batch BIGINT, id BIGINT",
    "decided": "batch BIGINT",
    "meta": "last_id BIGINT, position BIGINT",
}
INDEXED = {"follows": ("follower",), "tweets": ("author", "id"), "keys": ("author",)}  # each column by itself
OWNERS = {"tweets": "author", "follows": "follower", "keys": "author"}  # the column whose user's shard keeps a row
TWEET_COLUMNS = ", ".join(Tweet._fields)

ARROW_TYPES = {"BIGINT": "int64", "INTEGER": "int32", "VARCHAR": "string"}
ARROW_COLUMNS = {
    table: [ARROW_TYPES[column.split()[-1]] for column in columns.split(", ")] for table, columns in TABLES.items()
}


def create_tables(*tables: str) -> str:
    """The SQL that makes these tables, empty; all of them where none is named, with the one row of `meta`."""
    made = [f"CREATE TABLE {table} ({TABLES[table]});" for table in tables or TABLES]
    return "\n".join(made if tables else [*made, "INSERT INTO meta VALUES (0, 0);"])


def create_indexes(*tables: str) -> str:
    """The SQL that makes the indexes of these tables, or of all."""
    return "\n".join(create_index(table, column) for table in tables or INDEXED for column in INDEXED[table])


def create_index(table: str, column: str) -> str:
    """The SQL that makes one index."""
    return f"CREATE INDEX {table}_by_{column} ON {table} ({column});"
