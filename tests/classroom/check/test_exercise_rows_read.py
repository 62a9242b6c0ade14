"""Exercise 1.2: each known wrong count is refused with the words meant for it, and the right one is accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

WRONG = {
    "followees_only": """
        followees = 10
        rows_read = [followees + followees * posts for posts in (5, 20, 80)]
    """,
    "twenty": "rows_read = [20, 20, 20]",
    "tweets_alone": "rows_read = [1000, 4000, 16000]",
    "own_follows": """
        rows_read = []
        for tweets in [1000, 4000, 16000]:
            rows_read = rows_read + [10 + tweets]
    """,
    "every_pair": "rows_read = [2000 * 1000, 2000 * 4000, 2000 * 16000]",
    "users_too": "rows_read = [200 + 2000 + 1000, 200 + 2000 + 4000, 200 + 2000 + 16000]",
}
ALSO = {
    "only the followees' tweets": ("rows_read = [50, 200, 800]", "followees_only"),
    "all follows, and the followees' tweets": ("rows_read = [2050, 2200, 2800]", "followees_only"),
    "all follows, and a page": ("rows_read = [2020, 2020, 2020]", "twenty"),
    "a slip in the last": ("rows_read = [3000, 6000, 16000]", "tweets_alone"),
    "no belief that is known": ("rows_read = [3001, 6001, 18001]", ""),
    "the follows alone": ("rows_read = [2000, 2000, 2000]", ""),
    "the three in another order": ("rows_read = [18000, 6000, 3000]", ""),
}
NO_NUMBERS = ("[3000, 6000]", "[3000, 6000, 18000, 66000]", "['3000', '6000', '18000']", "[3000, ..., 18000]", "[]")


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_count_is_told_what_it_believes(why: str) -> None:
    assert refused("rows_read", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("how", ALSO)
def test_a_tired_count_is_refused(how: str) -> None:
    source, why = ALSO[how]
    assert refused("rows_read", source) == ("wrong", why)


@pytest.mark.parametrize("source", ["rows_read = [3000, 6000, 18000]", "rows_read = (3_000, 6_000, 18_000)"])
def test_the_right_count_is_what_a_real_table_reads(source: str) -> None:
    verdict = judged("rows_read", source)
    assert verdict.kind == "right"
    assert verdict.says[0].endswith("66,000, at most 66,000")


@pytest.mark.parametrize("numbers", NO_NUMBERS)
def test_three_whole_numbers_are_asked_for(numbers: str) -> None:
    verdict = judged("rows_read", f"rows_read = {numbers}")
    assert (verdict.kind, "Three whole numbers are asked for" in verdict.text) == ("wrong", True)


def test_one_number_is_no_answer_and_dots_are_none_yet() -> None:
    assert "a list of three whole numbers was asked for" in judged("rows_read", "rows_read = 3000").text
    assert judged("rows_read", "rows_read = ...  # three whole numbers").kind == "not attempted"


def test_a_wrong_count_learns_of_one_size_alone() -> None:
    told = judged("rows_read", WRONG["tweets_alone"]).text
    assert "2,000 follows and 1,000 tweets, 5 by each user, are stored." in told
    assert "Yours gave 1,000 rows; expected was 3,000 rows." in told
    assert "18,000" not in told
