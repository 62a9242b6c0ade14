"""Exercise 2.1: each known wrong layout is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

THREE = ["CREATE INDEX a ON follows (follower)", "CREATE INDEX b ON tweets (author)", "CREATE INDEX c ON tweets (id)"]
RIGHT = {
    "indexes": THREE,
    "one string": ["; ".join(THREE)],
    "ordered first": [
        "CREATE OR REPLACE TABLE follows AS FROM follows ORDER BY follower, followee",
        "CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY author, id DESC",
        *THREE,
    ],
    "moved and back": [
        "CREATE TABLE moved (author INTEGER, id BIGINT, media VARCHAR, text VARCHAR, created_at BIGINT)",
        "INSERT INTO moved SELECT author, id, media, text, created_at FROM tweets ORDER BY author, id",
        "DROP TABLE tweets",
        "ALTER TABLE moved RENAME TO tweets",
        *THREE,
    ],
    "a key": [THREE[0], "ALTER TABLE tweets ADD PRIMARY KEY (id)", THREE[1]],
    "unique IDs": [*THREE[:2], "CREATE UNIQUE INDEX c ON tweets (id)"],
}
OVER = {
    "any_index": [
        "CREATE INDEX by_followee ON follows (followee)",
        "CREATE INDEX by_author ON tweets (author)",
        "CREATE INDEX by_time ON tweets (created_at)",
    ],
    "two_columns": [
        "CREATE INDEX who_follows_whom ON follows (follower, followee)",
        "CREATE INDEX newest_of_author ON tweets (author, id)",
        "CREATE UNIQUE INDEX tweet ON tweets (id)",
    ],
    "order_is_enough": [
        "CREATE TABLE f AS SELECT * FROM follows ORDER BY follower",
        "DROP TABLE follows",
        "ALTER TABLE f RENAME TO follows",
        *THREE[1:],
    ],
    "nothing_for_it": THREE[1:],
    "index_everything": [*THREE, "CREATE INDEX d ON follows (followee)", "CREATE INDEX e ON tweets (created_at)"],
}
WRONG = {
    "keeps_less": ["CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY id DESC LIMIT 1", *THREE],
    "unique": ["CREATE UNIQUE INDEX by_author ON tweets (author)", *THREE[::2]],
}
ALSO = {
    "a key of two": ["ALTER TABLE follows ADD PRIMARY KEY (follower, followee)", *THREE[1:]],
    "the author forgotten": THREE[::2],
    "both ordered, and no index": [
        "CREATE OR REPLACE TABLE follows AS FROM follows ORDER BY follower",
        "CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY author, id",
    ],
    "indexes that the new table has not": [*THREE, "CREATE OR REPLACE TABLE tweets AS FROM tweets ORDER BY author"],
    "a key and the same index": ["ALTER TABLE tweets ADD PRIMARY KEY (id)", *THREE],
    "a key of one follow each": ["ALTER TABLE follows ADD PRIMARY KEY (follower)", *THREE[1:]],
    "rows twice": ["INSERT INTO tweets FROM tweets", *THREE],
    "a column less": ["CREATE OR REPLACE TABLE tweets AS SELECT id, author, text, media FROM tweets", *THREE],
    "a table less": ["CREATE TABLE by_follower AS FROM follows ORDER BY follower", "DROP TABLE follows"],
    "a view": ["ALTER TABLE tweets RENAME TO t", "CREATE VIEW tweets AS FROM t ORDER BY author", THREE[0]],
    "texts gone": ["UPDATE tweets SET text = NULL WHERE media IS NOT NULL", *THREE],
}


def cell(statements: list[str]) -> str:
    """A learner's cell."""
    return f"layout = {statements!r}"


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_layout_is_accepted(how: str) -> None:
    assert judged("layout", cell(RIGHT[how])).kind == "right"


@pytest.mark.parametrize("why", OVER)
def test_a_layout_that_reads_or_keeps_too_much_is_over_budget(why: str) -> None:
    assert refused("layout", cell(OVER[why])) == ("over budget", why)


@pytest.mark.parametrize("why", WRONG)
def test_a_layout_that_loses_or_forbids_rows_is_wrong(why: str) -> None:
    assert refused("layout", cell(WRONG[why])) == ("wrong", why)


@pytest.mark.parametrize("how", ALSO)
def test_a_tired_layout_is_refused(how: str) -> None:
    assert judged("layout", cell(ALSO[how])).kind in ("wrong", "over budget")


def test_a_layout_that_takes_no_writes_is_told_so() -> None:
    told = judged("layout", cell(ALSO["a view"])).text
    assert "After them: 0 follows 2, and 1 posts t2." in told
    assert "After your statements nothing can be written into tweets any more." in told


def test_an_error_names_the_statement_and_what_is_no_list_of_sql_is_refused() -> None:
    verdict = judged("layout", cell([THREE[0], "CREATE INDEX b ON tweets (autor)"]))
    assert verdict.kind == "error"
    assert "Statement 2, CREATE INDEX b ON tweets (autor), failed: Binder Error" in verdict.text
    assert "a list of strings was asked for" in judged("layout", f"layout = {THREE[0]!r}").text
    assert "no statement in your list" in judged("layout", "layout = []").text


def test_a_statement_without_an_end_is_stopped() -> None:
    endless = "CREATE TABLE n AS WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) FROM n"
    verdict = judged("layout", cell([endless]))
    assert (verdict.kind, "did not end" in verdict.text) == ("error", True)


def test_what_was_lost_is_told() -> None:
    assert judged("layout", cell(WRONG["keeps_less"])).says[:2] == (
        "Before your statements: nobody follows anybody, and 1 posts t1, 1 posts t2.",
        "Yours gave a table tweets with t2; expected was a table tweets with t1, t2.",
    )


def test_the_rows_of_each_question_are_counted() -> None:
    assert judged("layout", cell(THREE)).says[:4] == (
        "rows read to find whom a user follows: 11, at most 11",
        "rows read to find a user's newest tweets: 11, at most 11",
        "rows read to find one tweet by its ID: 1, at most 1",
        "indexes that every write keeps up: 3, at most 3",
    )
    heap = judged("layout", cell(OVER["any_index"])).says
    assert heap[0] == "rows read to find whom a user follows: 110,000, at most 11"


def test_a_column_of_another_type_is_told_as_the_row_that_came_of_it() -> None:
    verdict = judged("layout", cell(["ALTER TABLE tweets ALTER id TYPE VARCHAR"]))
    assert verdict.kind == "wrong"
    assert "a table tweets with ('1', 1, 0, 'hello', None)" in verdict.text
