"""Exercise 1.1: its histories hold what a page can get wrong, and what is said of a right answer was counted."""

from __future__ import annotations

import re

from support.answering import judge_cell, known_answer

from twitterlab.classroom.check.exercises.feed_sql import EXERCISE


def test_what_is_said_of_a_right_answer_is_what_is_counted() -> None:
    verdict = judge_cell("feed_sql", known_answer("feed_sql/a_join").source)
    assert verdict.says[0] == "rows read for a page of 20: 7,200, at most 7,200"
    assert "7,200 rows" in verdict.says[1]
    assert sum(map(int, re.findall(r"all (\d+)", verdict.says[1].replace(",", "")))) == 7200


def test_the_histories_hold_what_a_page_can_get_wrong() -> None:
    histories = list(EXERCISE.small_histories())
    assert any(one.before in [tweet.id for tweet in one.tweets] for one in histories)
    assert any(len({t.created_at for t in one.tweets}) < len(one.tweets) for one in histories)
    assert any(tweet.media and not tweet.text for one in histories for tweet in one.tweets)
    assert any((1, 0) in one.follows and (0, 1) not in one.follows for one in histories)
    assert any(len(one.tweets) > one.limit and one.follows for one in histories)
    assert any(tweet.author == 0 for one in histories for tweet in one.tweets)
