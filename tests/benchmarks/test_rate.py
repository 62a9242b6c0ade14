"""The rate: its shape, and that its open loop forgives nothing."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from support.depth import CI

import twitterlab as tl
from benchmarks import rate
from benchmarks.common import sizes_of
from benchmarks.load import Load
from benchmarks.rate import PAGES_PER_S, POSTS_PER_S, Loop, capacity_multiple, is_sustained

DEEP = pytest.mark.skipif(not CI, reason="keeps a core busy for seconds: set CI=true")


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
    return Load(graph, threshold=600, seed=1)


@pytest.mark.parametrize("at", [0.3, pytest.param(0.0, marks=DEEP, id="searched")])
def test_a_quick_run_has_its_figures_and_a_row_for_each_multiple(at: float) -> None:
    result = asdict(rate.run(sizes_of("rate", quick=True, at=at)))
    for title in ("through feed", "through feed_many"):
        rows = result["tables"][title]
        assert len(rows) == 1 if at else len(rows) > 1
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


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1.2, [0.95, 1.03, 1.11, 1.2, 1.29, 1.29]),  # upwards, until one does not hold twice
        (0.9, [0.88, 0.95, 0.95]),  # downwards, until one holds
        (0.0, [tried for multiple in (0.65, 0.7, 0.75, 0.81, 0.88, 0.95) for tried in (multiple, multiple)]),  # none
    ],
)
def test_the_search_ends_where_it_changes(
    limit: float, expected: list[float], load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drive(system: Any, load: Load, multiple: float, size: Any, *, many: bool) -> dict[str, Any]:
        return {"multiple": round(multiple, 2), "sustained": multiple < limit}

    monkeypatch.setattr(rate, "capacity_multiple", lambda *_, **__: 1.0)
    monkeypatch.setattr(rate, "drive_system", drive)
    runs = rate.search_multiples(Slow(), load, sizes_of("rate"), many=False)
    assert [run["multiple"] for run in runs] == expected
    best = rate.best_figures([run | {"deliveries/s": 1.0} for run in runs], "headroom")
    assert best["headroom"] == max((run["multiple"] for run in runs if run["sustained"]), default=0.0)


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
    assert is_sustained(behind_s) is holds


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
    loop = Loop(system, load, 1.0, 0.3, many=False)
    loop.run(0.05)
    assert not is_sustained(loop.behind_s)
    assert system.pages < 3_000
    assert loop.page_s[-1][-1] > 10 * loop.page_s[0][0], "the last one waited for those before it"


def test_posts_are_committed_in_groups_and_seen_no_earlier_than_they_came(load: Load) -> None:
    system = Slow(post_s=0.001)
    loop = Loop(system, load, 1.0, 0.4, many=True)
    loop.run(0.1)
    assert 2 <= len(system.groups) <= 5
    assert list(map(len, loop.visible_s)) == system.groups
    assert all((seconds > 0).all() for seconds in loop.visible_s)


def test_the_capacity_of_a_system_is_what_it_does_without_waiting(load: Load) -> None:
    size = sizes_of("rate", quick=True, commit_ms=500)
    fast, slow = (capacity_multiple(Slow(page_s=seconds), load, 0.2, size, many=True) for seconds in (0.0, 0.05))
    assert fast > slow > 0
