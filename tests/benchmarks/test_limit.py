"""The bench of the limit: what is compared is the same work, and what is taken apart adds up. No time is asserted."""

from __future__ import annotations

import ast
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twitterlab as tl
from benchmarks import apart, limit
from twitterlab.commands.cli import main

PARTS = Path(tl.__file__).parent / "parts"
SMALL = {"users": 1_000, "follows": 50.0, "posts": 20, "turns": 2}
TIMED = {"random_writes_per_s", "sequential_writes_per_s", "deliver_per_s", "drain_per_s"}


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limit, "QUICK", SMALL)
        yield


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    parser = ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    limit.options(parser)
    found: dict[str, Any] = json.loads(limit.run(parser.parse_args(["--quick"])).json())
    return found


@pytest.fixture
def full() -> Iterator[limit.FullFeeds]:
    feeds = limit.FullFeeds(tl.FollowGraph.synthetic(1_000, 50, 1), 200, 1)
    with feeds.system:
        yield feeds


def test_every_figure_is_finite_and_positive(result: dict[str, Any]) -> None:
    assert result["figures"].keys() >= TIMED | {"deliver_of_limit", "drain_of_limit", "accesses_a_delivery"}
    assert all(isfinite(value) and value > 0 for value in result["figures"].values()), result["figures"]


def test_shares_of_the_limit_are_of_the_rates(result: dict[str, Any]) -> None:
    figures, rows = result["figures"], result["tables"]["writes and deliveries"]
    for name in ("deliver", "drain"):
        of_limit = figures[f"{name}_per_s"] / figures["random_writes_per_s"]
        assert figures[f"{name}_of_limit"] == pytest.approx(of_limit)
    assert [row["way"] for row in rows] == list(limit.WAYS.values())
    assert [row["of the limit"] for row in rows][1:] == [1, figures["deliver_of_limit"], figures["drain_of_limit"]]


def test_the_parts_of_a_drain_add_up_to_the_whole(result: dict[str, Any]) -> None:
    rows = result["tables"]["drain, by part"]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    assert {apart.READING, apart.WRITING} <= {row["part"] for row in rows} <= {*apart.OWNERS.values(), apart.OTHER}


def test_the_lines_of_a_delivery_add_up_to_the_whole(result: dict[str, Any]) -> None:
    rows = result["tables"]["deliver, by line"]
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    indexed = [row for row in rows if row["random accesses"]]
    assert sum(row["random accesses"] for row in indexed) == result["figures"]["accesses_a_delivery"] >= 3
    assert sum(row["bytes"] for row in indexed) == result["figures"]["bytes_a_delivery"]
    assert {row["bytes"] / row["random accesses"] for row in indexed} <= {4, 6, 8}
    assert any("slot_of[" in row["line"] for row in indexed)


def test_the_functions_that_name_a_part_are_there() -> None:
    for file, function in apart.OWNERS:
        names = [n.name for n in ast.walk(ast.parse((PARTS / file).read_text())) if isinstance(n, ast.FunctionDef)]
        assert function in names, f"{file} has no {function} any more"


def test_every_ring_is_full_and_heads_are_anywhere(full: limit.FullFeeds) -> None:
    assert full.feeds.materialised == full.graph.users
    assert all((ring > 0).all() for ring in full.rings)
    heads = np.concatenate([shard.head for shard in full.feeds.shards])
    assert len(np.unique(heads)) > full.feeds.length / 2


def test_random_writes_leave_nothing_that_keeps_a_delivery_out(full: limit.FullFeeds) -> None:
    for _ in range(3):
        readers, entries = full.delivery(20)
        full.write(full.places(5_000))
        full.write(full.runs(400))
        limit.deliver(full, readers, entries)
        limit.drain(full, full.queue(20))


def test_deliveries_that_are_not_made_are_told(full: limit.FullFeeds, monkeypatch: pytest.MonkeyPatch) -> None:
    due = full.queue(20)
    monkeypatch.setattr(full.system, "drain", lambda: 0)
    with pytest.raises(AssertionError, match=f"0 deliveries were made where {due:,} were due"):
        limit.drain(full, due)


def test_the_same_seed_delivers_the_same(full: limit.FullFeeds) -> None:
    again = limit.FullFeeds(full.graph, 200, 1)
    with again.system:
        assert again.delivery(20)[0].tolist() == full.delivery(20)[0].tolist()
        assert again.queue(20) == full.queue(20)


def test_what_a_function_calls_is_part_of_what_called_it() -> None:
    drain, append, helper = ("x/queue.py", 1, "drain"), ("x/feeds.py", 1, "_append"), ("~", 0, "sum")
    edges = {drain: (1, 1, 3.0, 3.0), append: (1, 1, 1.0, 1.0), helper: (1, 1, 5.0, 5.0)}
    stats: dict[apart.Label, Any] = {
        drain: (1, 1, 1.0, 9.0, {}),
        append: (1, 1, 1.0, 2.0, {drain: (1, 1, 1.0, 2.0)}),
        helper: (3, 3, 9.0, 9.0, edges),
        ("x/else.py", 1, "drain"): (1, 1, 1.0, 1.0, {}),
    }
    shares = {label: apart.owners(label, stats, {}) for label in stats}
    assert shares[append] == {apart.WRITING: 1}
    assert shares[helper] == pytest.approx({apart.READING: 0.75, apart.WRITING: 0.25})
    assert shares["x/else.py", 1, "drain"] == {apart.OTHER: 1}


class Shelf:
    """Something with an array, indexed under its own name and under another."""

    def __init__(self) -> None:
        self.books = np.zeros(100, np.int32)

    def put(self, places: Any) -> None:
        flat = self.books.reshape(-1)
        flat[places] = self.books[places] + places[0]


def test_a_trace_sees_arrays_by_any_name_and_ends() -> None:
    shelf, before = Shelf(), sys.gettrace()
    lines = apart.Lines({__file__}, {"books": shelf.books})
    lines.trace(partial(shelf.put, np.arange(10)))
    assert sys.gettrace() is before
    found = {row["line"]: (row["runs a turn"], row["random accesses"], row["bytes"]) for row in lines.table(10, 1)}
    assert found["flat[places] = self.books[places] + places[0]"] == (1, 2, 8)


def test_the_command_prints_one_json_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "limit", "--quick", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["part"] == "limit"
    assert found.keys() == {"part", "settings", "figures", "tables", "notes", "machine", "versions"}
    assert found["settings"]["users"] == SMALL["users"]


def test_the_command_prints_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "limit", "--quick"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in (*limit.WAYS.values(), "acknowledging", "drain_of_limit", "ns a delivery"))
