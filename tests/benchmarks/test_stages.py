"""Pages measured: ten systems that answer alike, and SQL by hand that is the stages' own. No time is asserted."""

from __future__ import annotations

from math import isfinite
from typing import Any

import pytest

import twitterlab as tl
from benchmarks import stages
from benchmarks.common import Failed, Result, sizes_of
from twitterlab.model import MAX_ID
from twitterlab.parts.store.database import DUCKDB_CONFIG, Database
from twitterlab.parts.store.schema import create_indexes

NAMES = [
    "stage 1, SingleTable",
    "stage 2, FollowerIndex",
    "stage 3, ReadReplicas",
    "stage 4, UserShards",
    "stage 5, TweetCache",
    "stage 6, PrecomputedFeeds",
    "stage 7, HybridFeeds",
    "stage 1's SQL by hand (DuckDB)",
    "stage 2's SQL by hand (DuckDB)",
    "SQLite, obvious indexes",
]
GRAPH = tl.FollowGraph.from_edges([0, 0, 0, 5], [1, 2, 4, 1], 6)


@pytest.fixture(scope="module")
def result() -> Result:
    return stages.run(sizes_of("stages", quick=True))


def loaded(stage: type[tl.SingleTable | tl.FollowerIndex]) -> Any:
    system = stage(GRAPH, clock=tl.ManualClock(), counting=False)
    system.post_many([(1 + i % 5, f"tweet {i}") for i in range(60)])
    return system


def stored(system: Any) -> list[Any]:
    (table,) = system.tables.databases
    return [table.arrow_table(f"SELECT * FROM {name}") for name in ("follows", "tweets")]


def words(sql: str) -> str:
    return " ".join(sql.split())


def test_ten_systems_each_have_a_median_and_a_tail(result: Result) -> None:
    (rows,) = result.tables.values()
    assert [row["system"] for row in rows] == NAMES
    for row in rows:
        assert 0 < row["p50 ms"] <= row["p99 ms"]
        assert all(isfinite(row[name]) and row[name] > 0 for name in ("p99 ms", "times stage 1", "times SQLite"))
    assert rows[0]["times stage 1"] == rows[-1]["times SQLite"] == 1


def test_only_stages_with_a_cache_have_a_hit_ratio(result: Result) -> None:
    (rows,) = result.tables.values()
    ratios = [row["hit ratio"] for row in rows]
    assert ratios[:4] + ratios[7:] == [None] * 7
    assert all(0 < ratio <= 1 for ratio in ratios[4:7])


def test_every_figure_is_a_finite_ratio(result: Result) -> None:
    assert {"stage1_overhead", "stage2_overhead", "stage7_over_stage1", "stage1_over_sqlite"} <= set(result.figures)
    assert all(isfinite(value) and value > 0 for value in result.figures.values())


def test_the_result_says_under_what_it_was_measured(result: Result) -> None:
    import sqlite3

    assert result.settings["counting"] is False
    assert result.settings["users"] == sizes_of("stages", quick=True).users
    assert result.settings["sqlite"] == sqlite3.sqlite_version
    assert all(name in result.text() for name in NAMES)
    assert "NaN" not in result.json()


def test_a_system_with_another_page_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "sqlite_by_hand", lambda graph, tweets: lambda reader: tl.Page([], None))
    small = sizes_of("stages", users=60, follows=4.0, tweets=80, rounds=1)
    with pytest.raises(Failed, match=r"reader \d+ gets one page from .* and another from"):
        stages.run(small)


@pytest.mark.parametrize(
    ("stage", "read", "expected"),
    [
        (tl.SingleTable, stages.stage_1_by_hand, [stages.JOIN]),
        (tl.FollowerIndex, stages.stage_2_by_hand, [stages.FOLLOWEES, stages.NEWEST]),
    ],
)
def test_the_sql_by_hand_is_what_the_stage_asks(
    stage: type[Any], read: Any, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    select = Database._select

    def watched(self: Database, fetch: Any, sql: str, parameters: Any) -> Any:
        seen.append(sql)
        return select(self, fetch, sql, parameters)

    with loaded(stage) as system:
        by_itself = read(*stored(system))
        monkeypatch.setattr(Database, "_select", watched)
        for reader in range(GRAPH.users):
            assert by_itself(reader) == system.feed(reader)
        assert [words(sql) for sql in seen] == [words(sql) for sql in expected] * GRAPH.users
        assert system.feed(0).next is not None


@pytest.mark.parametrize(
    ("stage", "indexes"), [(tl.SingleTable, ""), (tl.FollowerIndex, create_indexes("follows", "tweets"))]
)
def test_the_database_by_hand_is_the_stages(stage: type[Any], indexes: str) -> None:
    of_tables = "WHERE table_name IN ('follows', 'tweets') ORDER BY ALL"
    asked = [
        f"SELECT table_name, index_name, expressions FROM duckdb_indexes() {of_tables}",
        f"SELECT table_name, column_name, data_type, column_index FROM duckdb_columns() {of_tables}",
        "SELECT follower, followee FROM follows",
        "SELECT * FROM tweets",
        f"SELECT name, value FROM duckdb_settings() WHERE name IN {tuple(DUCKDB_CONFIG)} ORDER BY name",
    ]
    with loaded(stage) as system:
        (table,) = system.tables.databases
        connection = stages.database_by_hand(*stored(system), indexes)
        for sql in asked:
            assert connection.execute(sql).fetchall() == table.peek(sql)


def test_sqlite_finds_a_page_by_its_indexes() -> None:
    import sqlite3

    with loaded(tl.SingleTable) as system:
        tweets = [tweet for author in range(1, 6) for tweet in system.tweets_of(author).tweets]
        read = stages.sqlite_by_hand(GRAPH, tweets)
        assert [read(reader) for reader in range(6)] == [system.feed(reader) for reader in range(6)]
    connection = sqlite3.connect(":memory:")
    connection.executescript(stages.SQLITE_TABLES)
    plan = connection.execute("EXPLAIN QUERY PLAN " + stages.SQLITE_PAGE, (0, MAX_ID)).fetchall()
    assert not [step for *_, step in plan if step.startswith("SCAN")]
