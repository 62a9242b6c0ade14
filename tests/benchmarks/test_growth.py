"""Growth: what is claimed to be flat is flat in what is counted. No time is asserted."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import pytest
from support.depth import CI

import twitterlab as tl
from benchmarks import growth
from benchmarks.common import Failed, Result, sizes_of
from twitterlab.snowflake import milliseconds_of

GRAPH = tl.FollowGraph.synthetic(40, 4, seed=3)


@pytest.fixture(scope="module")
def result() -> Result:
    """A quick run of all stages at three sizes."""
    if not CI:
        pytest.skip("keeps a core busy for ten seconds: set CI=true")
    return growth.run(sizes_of("growth", quick=True))


def rows(result: Result, table: int, stage: int, of: str, cost: str) -> list[float]:
    """A cost at the three sizes."""
    found = [
        row
        for row in list(result.tables.values())[table]
        if (row["stage"], row["of a"], row["cost"]) == (stage, of, cost)
    ]
    return [value for row in found for value in list(row.values())[3:6]]


def test_a_slope_is_the_exponent_of_growth() -> None:
    sizes = [10, 100, 1000]
    assert growth.slope(sizes, [0.1, 0.1, 0.1]) == 0
    assert growth.slope(sizes, [2, 20, 200]) == pytest.approx(1)
    assert growth.slope(sizes, [1, 100, 10_000]) == pytest.approx(2)
    assert growth.slope(sizes, [3, 3 * 10**0.5, 30]) == pytest.approx(0.5)
    assert growth.slope(sizes, [8, 4, 2]) == pytest.approx(-np.log10(2))


def test_a_count_of_nothing_is_flat() -> None:
    def slope(unit: str, at: list[float]) -> float:
        return growth.Cost(6, "page", unit, at).row([1, 10, 100])["slope"]

    assert slope("rows", [0, 0, 0]) == 0
    assert slope("rows", [0, 9, 99]) == pytest.approx(1)
    assert slope("p50 ms", [0.001, 0.01, 0.1]) == pytest.approx(1)


def test_a_warm_page_reads_no_rows_at_stages_6_and_7_however_many_tweets_are_stored(result: Result) -> None:
    for stage in (6, 7):
        assert result.figures[f"slope_warm_page_stage{stage}_rows"] == 0
        assert rows(result, 1, stage, "page", "rows") == [0, 0, 0]
    assert result.figures["slope_warm_page_stage7_pulls"] == 0
    assert rows(result, 1, 7, "page", "pulls")[0] > 0  # a celebrity is there to be pulled
    assert result.figures["slope_warm_page_stage1_rows"] > 0.8
    assert result.figures["slope_warm_page_stage2_rows"] > 0.8


def test_a_page_reads_as_many_rows_at_stages_2_and_4_however_much_strangers_write(result: Result) -> None:
    for stage in (2, 4):
        assert result.figures[f"slope_strangers_stage{stage}_rows"] == 0
    assert rows(result, 2, 2, "page", "rows") == rows(result, 2, 4, "page", "rows")
    assert rows(result, 2, 2, "page", "rows")[0] > 0
    assert result.figures["slope_strangers_stage1_rows"] > 0.8


def test_where_everything_grows_only_stage_1_reads_more(result: Result) -> None:
    assert result.figures["slope_page_stage1_rows"] == pytest.approx(1, abs=0.01)
    for stage in range(2, 6):
        assert abs(result.figures[f"slope_page_stage{stage}_rows"]) < 0.05
    for stage in (6, 7):
        assert result.figures[f"slope_page_stage{stage}_rows"] == 0


def test_no_stage_is_left_out_where_everything_grows(result: Result) -> None:
    for stage in range(1, len(tl.STAGES) + 1):
        for of, cost in (("page", "rows"), ("page", "p50 ms"), ("post", "p50 ms")):
            assert len(rows(result, 0, stage, of, cost)) == 3
    for stage in (6, 7):
        made = rows(result, 0, stage, "post", "deliveries")
        assert all(5 < deliveries < 7 for deliveries in made)  # six follows a user, and a few pulled authors at stage 7
        assert len(rows(result, 0, stage, "delivery", "mean us")) == 3


def test_every_cost_and_slope_is_a_number(result: Result) -> None:
    assert all(map(isfinite, result.figures.values()))
    for table in result.tables.values():
        for row in table:
            costs = list(row.values())[3:6]
            assert all(cost > 0 if row["cost"] in growth.TIMES else cost >= 0 for cost in costs)
            assert isfinite(row["slope"])
    assert "slope" in result.text()
    assert "NaN" not in result.json()


def test_the_same_seed_makes_the_same_worlds() -> None:
    one, two = (growth.worlds_that_grow(20, 4.0, 60, 5, seed) for seed in (1, 1))
    for a, b in zip(one, two, strict=True):
        assert (a.size, a.readers, a.graph.digest()) == (b.size, b.readers, b.graph.digest())
        assert a.authors.tolist() == b.authors.tolist()
    assert [world.size for world in one] == [20, 200, 2000]
    assert [len(world.authors) for world in one] == [60, 600, 6000]


def test_no_reader_follows_a_stranger_and_their_followees_write_as_much_at_every_size() -> None:
    crowded = growth.worlds_with_more_strangers(GRAPH, 50, 30, 3, seed=1)
    followed = np.unique(np.concatenate([GRAPH.followees(reader) for reader in crowded[0].readers]))
    counts = [np.bincount(world.authors, minlength=GRAPH.users) for world in crowded]
    assert [int(count[followed].sum()) for count in counts] == [30, 30, 30]
    assert all((count[followed] == counts[0][followed]).all() for count in counts)
    assert [len(world.authors) - 30 for world in crowded] == [50, 500, 5000]


def test_without_strangers_there_is_nothing_to_grow() -> None:
    everybody = tl.FollowGraph.from_edges([0, 0, 1, 1, 2, 2], [1, 2, 0, 2, 0, 1], 3)
    with pytest.raises(ValueError, match="of 3 users, 3 readers follow 3: too many or none"):
        growth.worlds_with_more_strangers(everybody, 10, 10, 3, seed=1)


@pytest.mark.parametrize("number", range(1, len(tl.STAGES) + 1))
def test_laid_tweets_are_as_posts_leave_them(number: int) -> None:
    (world, *_) = growth.worlds_with_more_tweets(GRAPH, 100, 5, seed=1)
    author = int(np.argmax(GRAPH.follower_counts))
    reader = int(GRAPH.followers(author)[0])
    with growth.restarted_stage(number, world) as system:
        tweets = [tweet for user in range(GRAPH.users) for tweet in system.tweets_of(user).tweets]
        assert [tweet.author for tweet in sorted(tweets)] == world.authors.tolist()
        assert all(milliseconds_of(tweet.id) == tweet.created_at < system.clock.now() for tweet in tweets)
        assert all(tweet._replace(id=0, author=0, created_at=0) == (0, 0, growth.TEXT, None, 0) for tweet in tweets)
        system.feed(reader)
        assert system.post(author, "next").id > max(tweets).id
        system.drain()
        assert system.feed(reader).tweets[0].text == "next"


def test_stages_with_different_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = tl.FollowerIndex._feed

    def shorter(self: tl.FollowerIndex, *asked: Any) -> Any:
        return list(honest(self, *asked))[1:]

    monkeypatch.setattr(tl.FollowerIndex, "_feed", shorter)
    with pytest.raises(Failed, match="gets one page from stage 1 and another from stage 2"):
        growth.page_costs([1, 2], growth.worlds_with_more_tweets(GRAPH, 50, 3, seed=1), rounds=1)


@pytest.mark.parametrize("number", range(1, len(tl.STAGES) + 1))
def test_a_system_counts_rows_or_not_as_it_is_told(number: int) -> None:
    (world, *_) = growth.worlds_with_more_tweets(GRAPH, 100, 5, seed=1)
    with growth.restarted_stage(number, world) as system:
        pages = growth.read_pages(system, world)
        before = system.work
        own = system.tweets_of(0)
        assert system.work.rows_read > before.rows_read
        growth.count_no_rows(system)
        before = system.work
        assert growth.read_pages(system, world) == pages
        assert system.tweets_of(0) == own
        assert system.work.rows_read == before.rows_read
        assert system.work.queries > before.queries
        for database in system.tables.databases:
            database.set_counting(True)
        assert system.tweets_of(0) == own
        assert system.work.rows_read > before.rows_read
