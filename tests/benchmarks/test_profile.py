"""Where the time goes: samples of the stack, each counted for the function of ours that it is in or was called by."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pyinstrument import Profiler

from benchmarks import profile
from benchmarks.common import sizes_of

SMALL = sizes_of("profile", quick=True, users=1_000, history=500, pages=200, turns=10)


def test_the_shares_of_a_drain_and_of_a_page_add_up_to_the_whole() -> None:
    result = profile.run(SMALL)
    assert list(result.tables) == ["a drain", "a page"]
    for rows in result.tables.values():
        assert sum(row["% of the time"] for row in rows) == pytest.approx(100)
        shares = [row["% of the time"] for row in rows[:-1]]
        assert shares == sorted(shares, reverse=True)
        assert min(shares) >= profile.LEAST
        assert rows[-1]["function"] == profile.OTHERS
    drain, page = ([row["function"] for row in rows] for rows in result.tables.values())
    assert any("FeedShard" in name for name in drain)
    assert not any("numpy" in name or "duckdb" in name for name in drain + page)
    assert all(samples > 0 for samples in result.figures.values())
    assert "pyinstrument" in result.versions


def busy(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        sum(range(100))


def outer() -> None:
    busy(0.3)
    sorted(range(300_000), key=lambda number: -number)


def test_what_is_not_ours_counts_for_what_called_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "HOME", Path(__file__).parent)
    with Profiler(interval=0.001) as profiler:
        outer()
    assert profiler.last_session is not None
    root = profiler.last_session.root_frame()
    assert root is not None
    rows = {row["function"]: row["% of the time"] for row in profile.function_rows(root)}
    assert rows["`test_profile: busy`"] > 5
    assert sum(rows.values()) == pytest.approx(100)
    assert all(name == profile.OTHERS or "test_profile: " in name for name in rows)
