"""Exercise 1.1: each known wrong question is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import re

import pytest
from support.answering import judged, refused

from twitterlab.classroom.check.exercises.feed_sql import EXERCISE

RIGHT = {
    "a join": """
        SELECT t.id, t.author, t.text
        FROM follows f JOIN tweets t ON t.author = f.followee
        WHERE f.follower = $reader AND t.id < $before
        ORDER BY t.id DESC
        LIMIT $limit;
    """,
    "a list of followees": """
        select id, author, text from tweets
        where author in (select followee from follows where follower = $Reader) and id < $before
        order by 1 desc limit $limit -- newest first
    """,
    "exists": """
        SELECT id, author, text FROM tweets AS t
        WHERE id < $before AND EXISTS (FROM follows WHERE follower = $reader AND followee = t.author)
        ORDER BY id DESC LIMIT $limit
    """,
    "step by step": """
        WITH mine AS (SELECT followee FROM follows WHERE follower = $reader),
             older AS (SELECT * FROM tweets WHERE id < $before),
             ranked AS (SELECT id, followee, text, rank() OVER (ORDER BY id DESC) AS place
                        FROM mine, older WHERE author = followee)
        SELECT id, followee, text FROM ranked WHERE place <= $limit ORDER BY place
    """,
}
JOIN = "SELECT t.id, t.author, t.text FROM follows f JOIN tweets t ON t.author = f.followee"
WRONG = {
    "limit_first": """
        SELECT t.id, t.author, t.text
        FROM (SELECT * FROM tweets WHERE id < $before ORDER BY id DESC LIMIT $limit) AS t
        JOIN follows AS f ON f.followee = t.author
        WHERE f.follower = $reader
        ORDER BY t.id DESC
    """,
    "cursor_last": f"""
        SELECT * FROM ({JOIN} WHERE f.follower = $reader ORDER BY t.id DESC LIMIT $limit)
        WHERE id < $before
        ORDER BY id DESC
    """,
    "followers": """
        SELECT t.id, t.author, t.text
        FROM follows f JOIN tweets t ON t.author = f.follower
        WHERE f.followee = $reader AND t.id < $before
        ORDER BY t.id DESC LIMIT $limit
    """,
    "everybody": f"{JOIN} WHERE t.id < $before AND $reader >= 0 ORDER BY t.id DESC LIMIT $limit",
    "no_match": """
        SELECT t.id, t.author, t.text FROM follows f, tweets t
        WHERE f.follower = $reader AND t.id < $before ORDER BY t.id DESC LIMIT $limit
    """,
    "own_too": """
        SELECT id, author, text FROM tweets
        WHERE (author IN (SELECT followee FROM follows WHERE follower = $reader) OR author = $reader)
          AND id < $before
        ORDER BY id DESC LIMIT $limit
    """,
    "cursor_included": f"{JOIN} WHERE f.follower = $reader AND t.id <= $before ORDER BY t.id DESC LIMIT $limit",
    "cursor_forgotten": f"{JOIN} WHERE f.follower = $reader ORDER BY t.id DESC LIMIT $limit",
    "by_created_at": f"""
        {JOIN} WHERE f.follower = $reader AND t.id < $before
        ORDER BY t.created_at DESC LIMIT $limit
    """,
    "text_only": f"""
        {JOIN} WHERE f.follower = $reader AND t.id < $before AND t.text <> ''
        ORDER BY t.id DESC LIMIT $limit
    """,
    "oldest_first": f"{JOIN} WHERE f.follower = $reader AND t.id < $before ORDER BY t.id LIMIT $limit",
    "no_limit": f"{JOIN} WHERE f.follower = $reader AND t.id < $before ORDER BY t.id DESC",
}
UNNAMED = {
    "created_at before the ID": f"""
        {JOIN} WHERE f.follower = $reader AND t.id < $before ORDER BY t.created_at DESC, t.id DESC LIMIT $limit
    """,
    "no order": f"{JOIN} WHERE f.follower = $reader AND t.id < $before LIMIT $limit",
    "a left join": """
        SELECT t.id, t.author, t.text
        FROM tweets t LEFT JOIN follows f ON t.author = f.followee AND f.follower = $reader
        WHERE t.id < $before ORDER BY t.id DESC LIMIT $limit
    """,
    "a row less": f"{JOIN} WHERE f.follower = $reader AND t.id < $before ORDER BY t.id DESC LIMIT $limit - 1",
    "media for text": f"""
        {JOIN.replace("t.text", "t.media")}
        WHERE f.follower = $reader AND t.id < $before ORDER BY t.id DESC LIMIT $limit
    """,
    "twenty, whatever is asked": f"{JOIN} WHERE f.follower = $reader AND t.id < $before ORDER BY t.id DESC LIMIT 20",
    "the newest of each": f"""
        SELECT max(id) AS id, author, max(text) AS text FROM ({JOIN} WHERE f.follower = $reader AND t.id < $before)
        GROUP BY author ORDER BY id DESC LIMIT $limit
    """,
}
TWICE = {
    "IDs first": f"""
        SELECT id, author, text FROM tweets
        WHERE id IN (SELECT id FROM ({JOIN} WHERE f.follower = $reader AND t.id < $before
                                     ORDER BY t.id DESC LIMIT $limit))
        ORDER BY id DESC
    """,
    "some of each": """
        SELECT t.id, t.author, t.text
        FROM follows AS f, LATERAL (SELECT * FROM tweets WHERE author = f.followee AND id < $before
                                    ORDER BY id DESC LIMIT $limit) AS t
        WHERE f.follower = $reader
        ORDER BY t.id DESC LIMIT $limit
    """,
}
REFUSED = {
    "": "One SELECT is asked for",
    "DELETE FROM tweets": "One SELECT is asked for",
    "WITH gone AS (DELETE FROM tweets RETURNING *) SELECT id, author, text FROM gone": "One SELECT is asked for",
    "SELECT 1; SELECT 2": "One SELECT is asked for",
    "SELECT t.* FROM tweets t WHERE id < $before": "gives the columns id, author, created_at, text, media",
    "SELECT author, id, text FROM tweets": "asked for are id, author, text",
    "SELECT id, author, text FROM tweets WHERE author = $user": "asks for $user; it is given $reader, $before, $limit",
    "SELECT id, author, text FROM tweets WHERE author = ?": "asks for $1",
}
BROKEN = {
    "SELEC id FROM tweets": 'Parser Error: syntax error at or near "SELEC" LINE 1: SELEC id FROM tweets',
    "SELECT id, author, txt FROM tweets": 'Referenced column "txt" not found',
    "SELECT id, author, text FROM 'elsewhere.csv'": "disabled",
}


def cell(sql: str) -> str:
    """A learner's cell."""
    return f'feed_sql = """{sql}"""'


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_question_is_accepted(how: str) -> None:
    assert judged("feed_sql", cell(RIGHT[how])).kind == "right"


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_question_is_told_what_it_believes(why: str) -> None:
    assert refused("feed_sql", cell(WRONG[why])) == ("wrong", why)


@pytest.mark.parametrize("how", UNNAMED)
def test_a_tired_question_is_refused(how: str) -> None:
    assert judged("feed_sql", cell(UNNAMED[how])).kind == "wrong"


@pytest.mark.parametrize("how", TWICE)
def test_a_question_that_scans_a_table_twice_is_over_budget(how: str) -> None:
    assert refused("feed_sql", cell(TWICE[how])) == ("over budget", "limit_reads_twenty")


@pytest.mark.parametrize("sql", REFUSED)
def test_what_is_no_question_for_a_page_is_told_so(sql: str) -> None:
    verdict = judged("feed_sql", cell(sql))
    assert verdict.kind == "wrong"
    assert REFUSED[sql] in verdict.text


@pytest.mark.parametrize("sql", BROKEN)
def test_an_error_of_the_database_is_told_on_one_line(sql: str) -> None:
    verdict = judged("feed_sql", cell(sql))
    assert verdict.kind == "error"
    assert BROKEN[sql] in verdict.says[-1]


def test_a_question_without_an_end_is_stopped() -> None:
    endless = "WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n) SELECT id, id, id FROM n"
    verdict = judged("feed_sql", cell(endless))
    assert (verdict.kind, "did not end" in verdict.text) == ("error", True)


def test_the_smallest_history_is_told_as_a_story() -> None:
    assert judged("feed_sql", cell(WRONG["limit_first"])).says[:2] == (
        "User 0 follows 1; user 1 posts t1, then user 2 posts t2. User 0 asks for 1 tweet.",
        "Yours gave nothing; expected was t1.",
    )


def test_what_is_said_of_a_right_answer_is_what_is_counted() -> None:
    verdict = judged("feed_sql", cell(RIGHT["a join"]))
    assert verdict.says[0] == "rows read for a page of 20: 7,200, at most 7,200"
    assert "7,200 rows" in verdict.says[1]
    assert sum(map(int, re.findall(r"all (\d+)", verdict.says[1].replace(",", "")))) == 7200


def test_the_histories_hold_what_a_page_can_get_wrong() -> None:
    histories = list(EXERCISE.small())
    assert any(one.before in [tweet.id for tweet in one.tweets] for one in histories)
    assert any(len({t.created_at for t in one.tweets}) < len(one.tweets) for one in histories)
    assert any(tweet.media and not tweet.text for one in histories for tweet in one.tweets)
    assert any((1, 0) in one.follows and (0, 1) not in one.follows for one in histories)
    assert any(len(one.tweets) > one.limit and one.follows for one in histories)
    assert any(tweet.author == 0 for one in histories for tweet in one.tweets)


def test_sql_for_one_reader_alone_is_told_so() -> None:
    verdict = judged("feed_sql", cell(RIGHT[next(iter(RIGHT))].replace("$reader", "0")))
    assert verdict.kind == "wrong"
    assert "your SQL has no $reader" in verdict.text
