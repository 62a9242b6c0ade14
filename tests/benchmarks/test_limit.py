"""The limit: what is compared is the same work. No time is asserted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

import numpy as np
import pytest

from benchmarks import limit
from benchmarks.command import main
from benchmarks.common import Failed, sizes_of

SMALL = sizes_of("limit", quick=True, users=1_000, posts=20, turns=2, seed=1)
TIMED = {"random_writes_per_s", "sequential_writes_per_s", "deliver_per_s", "drain_per_s"}


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(limit.run(SMALL).json())
    return found


@pytest.fixture
def full() -> Iterator[limit.FullFeeds]:
    feeds = limit.FullFeeds(SMALL)
    with feeds.system:
        yield feeds


def test_every_figure_is_finite_and_positive(result: dict[str, Any]) -> None:
    assert result["figures"].keys() == TIMED | {"deliver_of_limit", "drain_of_limit", "deliveries"}
    assert all(isfinite(value) and value > 0 for value in result["figures"].values()), result["figures"]


def test_shares_of_the_limit_are_of_the_rates(result: dict[str, Any]) -> None:
    figures, rows = result["figures"], result["tables"]["writes and deliveries"]
    for name in ("deliver", "drain"):
        of_limit = figures[f"{name}_per_s"] / figures["random_writes_per_s"]
        assert figures[f"{name}_of_limit"] == pytest.approx(of_limit)
    assert [row["way"] for row in rows] == list(limit.WAYS.values())
    assert [row["of the limit"] for row in rows][1:] == [1, figures["deliver_of_limit"], figures["drain_of_limit"]]


def test_every_ring_is_full_and_heads_are_anywhere(full: limit.FullFeeds) -> None:
    assert full.feeds.materialised == full.graph.users
    assert (full.ring > 0).all()
    (shard,) = full.feeds.shards
    heads = shard.head
    assert len(np.unique(heads)) > full.feeds.length / 2


def test_random_writes_leave_nothing_that_keeps_a_delivery_out(full: limit.FullFeeds) -> None:
    for _ in range(3):
        readers, entries = full.delivery(20)
        due = full.queue(20)
        full.ring[full.load.rng.integers(0, full.ring.size, 5_000)] = full.old
        full.ring[:400] = full.old
        assert full.feeds.deliver(readers, entries) == len(readers)
        assert full.drain() == due


def test_deliveries_that_are_not_made_are_told(full: limit.FullFeeds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full.system, "drain", lambda: 0)
    with pytest.raises(Failed, match=r"0 deliveries were made where [0-9,]+ were due"):
        limit.measure_ways(full, 20, 1)


def test_the_same_seed_delivers_the_same(full: limit.FullFeeds) -> None:
    again = limit.FullFeeds(SMALL)
    with again.system:
        assert again.delivery(20)[0].tolist() == full.delivery(20)[0].tolist()
        assert again.queue(20) == full.queue(20)


def test_the_command_prints_one_json_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limit", "--quick", "--users", "1000", "--turns", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["part"] == "limit"
    assert found.keys() == {"part", "settings", "figures", "tables", "notes", "machine", "versions"}
    assert found["settings"]["users"] == 1_000


def test_the_command_prints_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["limit", "--quick", "--users", "1000", "--turns", "1"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in (*limit.WAYS.values(), "drain_of_limit", "ns each"))
