"""The bench of the rate: its shape, and that its open loop forgives nothing."""

from __future__ import annotations

import argparse
import math
import time
from typing import Any

import numpy as np
import pytest

import twitterlab as tl
from benchmarks import open_loop, rate
from benchmarks.open_loop import PAGES_PER_S, POSTS_PER_S, Load, Loop, Run, drive


def asked(**changed: Any) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    rate.options(parser)
    options = parser.parse_args([])
    options.quick = True
    return argparse.Namespace(**{**vars(options), **changed})


def run_of(behind_s: list[float]) -> Run:
    return Run(2.0, 0.9, np.array([0.001]), np.array([0.1]), behind_s, 1.0)


class Slow:
    """A system whose pages and commits take a given time, and which remembers what it was asked."""

    def __init__(self, page_s: float = 0.0, post_s: float = 0.0) -> None:
        self.page_s, self.post_s, self.work = page_s, post_s, tl.Work()
        self.groups: list[int] = []
        self.pages = 0

    def feed(self, reader: int, limit: int) -> None:
        self.pages += 1
        time.sleep(self.page_s)

    def feed_many(self, readers: Any, limit: int) -> None:
        self.pages += len(readers)
        time.sleep(self.page_s)

    def post_many(self, rows: list[Any]) -> None:
        self.groups.append(len(rows))
        time.sleep(self.post_s)

    def step(self, n: int) -> int:
        return 0


@pytest.fixture(scope="module")
def load() -> Load:
    graph = tl.FollowGraph.synthetic(users=2_000, mean_follows=30, seed=1)
    return Load(graph, argparse.Namespace(threshold=600, seed=1))


def test_a_quick_run_has_its_figures_and_a_row_for_each_multiple() -> None:
    result = rate.run(asked()).as_dict()
    for title in ("through feed", "through feed_many"):
        rows = result["tables"][title]
        assert [row["multiple"] for row in rows] == sorted(row["multiple"] for row in rows)
        for row in rows:
            assert 0 < row["page p50 ms"] <= row["page p99 ms"] <= row["page p99.9 ms"]
            assert 0 < row["visible p50 ms"] <= row["visible p99.9 ms"]
            assert 0 < row["busy"] <= 1.01
    figures = result["figures"]
    assert all(math.isfinite(value) for value in figures.values())
    assert {"headroom", "headroom_many", "start_s", "follow_ms", "tweets_a_page", "full_pages"} <= set(figures)
    assert figures["feed_bytes_a_user"] <= 900
    assert figures["graph_bytes_a_follow"] <= 12
    assert 0 < figures["tweets_a_page"] <= 20
    assert result["settings"]["stage"] == 7


def test_one_multiple_may_be_asked_for() -> None:
    result = rate.run(asked(at=0.5))
    assert [len(rows) for rows in result.tables.values()] == [1, 1]


@pytest.mark.parametrize(
    ("behind_s", "holds"),
    [
        ([0.05, 0.1, 0.02, 0.08], True),
        ([0.0, 0.1, 0.2, 0.3], False),  # too far behind at the end
        ([0.0, 0.05, 0.1, 0.15, 0.2], False),  # and more each second
        ([0.5, 0.3, 0.1, 0.0], True),  # caught up
    ],
)
def test_a_multiple_holds_where_nothing_waits_longer_and_longer(behind_s: list[float], holds: bool) -> None:
    assert run_of(behind_s).sustained is holds


@pytest.mark.parametrize("many", [False, True])
def test_calls_come_at_the_lectures_rate_whatever_the_system_does(load: Load, many: bool) -> None:
    loop = Loop(Slow(), load, 0.5, 2.0, many=many)
    assert len(loop.post_due) == int(POSTS_PER_S)
    assert len(loop.page_due) == int(PAGES_PER_S)
    assert np.allclose(np.diff(loop.page_due), 2 / PAGES_PER_S)
    assert len(loop.rows) == len(loop.post_due)
    assert len({text for _, text in loop.rows}) == len(loop.rows)


def test_what_a_slow_system_lets_wait_counts_as_latency(load: Load) -> None:
    system = Slow(page_s=0.002)  # of 3,472 pages in 0.3 s it can answer 150
    run = drive(system, load, 1.0, 0.3, 0.05, many=False)
    assert not run.sustained
    assert system.pages < 3_000
    assert run.page_s[-1] > 10 * run.page_s[0], "the last one waited for those before it"


def test_posts_are_committed_in_groups_and_seen_no_earlier_than_they_came(load: Load) -> None:
    system = Slow(post_s=0.001)
    run = drive(system, load, 1.0, 0.4, 0.1, many=True)
    assert 2 <= len(system.groups) <= 5
    assert len(run.visible_s) == sum(system.groups)
    assert (run.visible_s > 0).all()


def test_the_capacity_of_a_system_is_what_it_does_without_waiting(load: Load) -> None:
    fast, slow = (
        open_loop.capacity(Slow(page_s=seconds), load, 0.5, many=True, multiple=0.2) for seconds in (0.0, 0.05)
    )
    assert fast > slow > 0
