"""How the price of a page grows: flat in what others write, linear in what the reader's followees write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from support.depth import CI
from support.systems import FANNED_OUT, cost, settings_of

import twitterlab as tl
from twitterlab.parts.store.changes import insert_arrow
from twitterlab.stages.base import Stage

STRANGERS = 2000
SMALL_WORLD, BIG_WORLD = (10_000, 1_000_000) if CI else (10_000, 100_000)
OWN = 300  # tweets by all followees together
FOLLOWEES = {"contiguous": list(range(1, 21)), "scattered": [1 + 97 * i for i in range(20)]}


def world(shape: str) -> tl.FollowGraph:
    return tl.FollowGraph.from_edges([0] * 20, FOLLOWEES[shape], STRANGERS)


def store(system: Stage, authors: Any, ids: Any) -> None:
    """Tweets laid straight into the shards, as posts would have left them."""
    for number, database in enumerate(system.tables.databases):
        mine = np.ones(len(authors), bool)
        if len(system.tables.databases) > 1:
            mine = system.tables.places[authors] == number
        count = int(mine.sum())
        table = pa.table(
            {
                "id": ids[mine],
                "author": authors[mine].astype(np.int32),
                "created_at": ids[mine] >> 22,
                "text": pa.array(["some text"] * count, pa.string()),
                "media": pa.nulls(count, pa.string()),
            }
        )
        with database.transaction() as tx:
            insert_arrow(tx, "tweets", table)


def strangers(system: Stage, shape: str, first: int, last: int) -> None:
    """Tweets numbered first to last, by those whom user 0 does not follow, above, below and between their own."""
    others = np.setdiff1d(np.arange(1, STRANGERS), FOLLOWEES[shape])
    numbers = np.arange(first, last, dtype=np.int64)
    store(system, others[numbers % len(others)], (((numbers * 7919) % 10_000_019 + 1) << 22) | 1)


def own(system: Stage, shape: str, first: int, last: int) -> None:
    numbers = np.arange(first, last, dtype=np.int64)
    store(system, np.array(FOLLOWEES[shape])[numbers % 20], (numbers * 10_000 + 5) << 22)


def prices(system: Stage) -> Iterator[int]:
    """Rows read by the first page, by pages at several cursors, and by a short and a long page."""
    yield cost(system, ("feed", 0)).rows_read
    for number in (OWN - 1, OWN // 2, 21, 1):
        yield cost(system, ("feed", 0, 20, (number * 10_000 + 5) << 22)).rows_read
    yield cost(system, ("feed", 0, 20, 2**63 - 1)).rows_read
    yield cost(system, ("feed", 0, 1)).rows_read
    yield cost(system, ("feed", 0, 200)).rows_read


@pytest.mark.parametrize("shape", FOLLOWEES)
@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "disk"])
@pytest.mark.parametrize("stage", [tl.FollowerIndex, tl.UserShards])
def test_a_page_costs_its_followees_rows_however_much_others_write(
    stage: type[Stage], on_disk: bool, shape: str, tmp_path: Path
) -> None:
    path = tmp_path if on_disk else None
    settings = settings_of(stage)
    system = stage(world(shape), path, tl.ManualClock(), **settings)
    try:
        own(system, shape, 0, OWN)
        strangers(system, shape, 0, SMALL_WORLD)
        if on_disk:
            system.close()
            system = stage(None, path, tl.ManualClock(), **settings)
        before, page = list(prices(system)), system.feed(0)
        strangers(system, shape, SMALL_WORLD, BIG_WORLD)
        if on_disk:
            system.close()
            system = stage(None, path, tl.ManualClock(), **settings)
        after = list(prices(system))
        assert before[0] == 20 + OWN
        assert len(set(before)) == 1
        assert after == pytest.approx(before, rel=0.1)
        assert system.feed(0) == page
    finally:
        system.close()


@pytest.mark.parametrize("stage", [tl.FollowerIndex, tl.UserShards, tl.TweetCache])
def test_a_page_costs_more_in_step_with_what_its_own_followees_write(stage: type[Stage]) -> None:
    with stage(world("scattered"), None, tl.ManualClock(), **settings_of(stage)) as system:
        strangers(system, "scattered", 0, 5000)
        found = []
        for count in (0, 300, 600, 1200, 2400):
            own(system, "scattered", (found[-1] - 20) if found else 0, count)
            system.feed(0)
            found.append(cost(system, ("feed", 0)).rows_read)
        assert found == [20, 320, 620, 1220, 2420]


@FANNED_OUT
def test_a_warm_page_reads_no_rows_however_many_there_are(stage: type[Stage]) -> None:
    with stage(world("scattered"), None, tl.ManualClock(), shards=3) as system:
        rows = [(author, f"by {author}") for author in FOLLOWEES["scattered"]] * 4
        tweets = system.post_many(rows)
        system.drain()
        system.feed(0)
        for first, last in ((0, SMALL_WORLD), (SMALL_WORLD, BIG_WORLD // 2)):
            strangers(system, "scattered", first, last)
            work = cost(system, ("feed", 0))
            assert (work.rows_read, work.queries, work.cache_misses) == (0, 0, 0)
            assert system.feed(0).tweets == tweets[:-21:-1]


def test_a_page_of_one_table_costs_what_everybody_wrote() -> None:
    with tl.SingleTable(world("contiguous"), None, tl.ManualClock()) as system:
        found = []
        for rows in (SMALL_WORLD, 2 * SMALL_WORLD, 4 * SMALL_WORLD):
            authors, ids = np.arange(rows) % STRANGERS, np.arange(1, rows + 1, dtype=np.int64) << 22
            store(system, authors, ids + len(found))
            found.append(cost(system, ("feed", 0)).rows_read)
        assert found == [20 + SMALL_WORLD * times for times in (1, 3, 7)]
