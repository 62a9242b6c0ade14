"""Exercise 5.1: the oracle's cache is twitterlab's own, and what is said of a FIFO was counted."""

from __future__ import annotations

import json
import lzma
from typing import Any

import numpy as np
import pytest
from support.answering import judge_cell
from support.places import SHARED

from twitterlab.classroom.check.answers import Answer, value_afresh
from twitterlab.classroom.check.disguise import REAL
from twitterlab.classroom.check.exercises import lru
from twitterlab.classroom.course import my_parts
from twitterlab.parts.cache.eviction import FIFO, LRU
from twitterlab.studies.cache_lookups import play_lookups


def test_ours_is_right_and_says_what_a_fifo_would_have_cost() -> None:
    verdict = judge_cell("LRU", my_parts.our_source("LRU"))
    assert verdict.kind == "right"
    (_, asked) = lru.graph_and_lookups()
    misses = {rule: sum(map(len, play_lookups(asked.pages, rule(lru.ROOM)))) for rule in (FIFO, LRU)}
    assert f"{misses[FIFO]:,} of them" in verdict.text
    assert f"{misses[LRU]:,}, at most {misses[LRU]:,}" in verdict.text
    assert misses[LRU] < misses[FIFO]


def test_the_oracle_keeps_what_twitterlabs_own_keeps() -> None:
    for history in lru.small_histories():
        assert lru.problem(LRU, history) is None
        assert lru.problem(LRU, history, REAL) is None


@pytest.mark.skipif(not SHARED.is_dir(), reason="the web07 trace is not here: no folder shared/datasets beside us")
def test_hits_of_ours_on_a_real_trace_are_those_of_libcachesim() -> None:
    ours: Any = value_afresh(Answer("LRU", None, my_parts.our_source("LRU")))
    trace = np.frombuffer(lzma.decompress((SHARED / "web07.trace.xz").read_bytes()), dtype=">i4").tolist()
    rows = json.loads((SHARED / "web07_reference.json").read_text())["rows"]
    assert len(rows) == 4
    for row in rows:
        misses = len(play_one_by_one(ours(row["capacity"]), trace))
        assert len(trace) - misses == row["LRU_hits"]


def play_one_by_one(cache: Any, keys: list[int]) -> list[list[int]]:
    """The keys that a cache misses, each looked up and put by itself."""
    return [missed for missed in play_lookups(([key] for key in keys), cache) if missed]
