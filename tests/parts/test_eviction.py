"""Each eviction policy is held to a slow list that does what its paper says, and to a simulator on a real trace."""

from __future__ import annotations

import json
import lzma
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import SHARED

from twitterlab.parts.cache.eviction import FIFO, LRU, S3FIFO, SIEVE

POLICIES = [FIFO, LRU, SIEVE, S3FIFO]


# Oracles: one list of [key, value, uses] each, oldest first, searched from end to end at every call.


class SlowFIFO:
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.rows: list[list[Any]] = []

    def find(self, key: Any) -> list[Any] | None:
        return next((row for row in self.rows if row[0] == key), None)

    def used(self, row: list[Any]) -> None:
        pass

    def make_room(self) -> None:
        if len(self.rows) == self.capacity:
            del self.rows[0]

    def get(self, key: Any) -> Any:
        row = self.find(key)
        if row:
            self.used(row)
        return row and row[1]

    def put(self, key: Any, value: Any) -> None:
        row = self.find(key)
        if row:
            row[1] = value
            self.used(row)
        else:
            self.make_room()
            self.rows.append([key, value, 0])

    def discard(self, key: Any) -> None:
        self.rows = [row for row in self.rows if row[0] != key]

    def keys(self) -> set[Any]:
        return {row[0] for row in self.rows}


class SlowLRU(SlowFIFO):
    def used(self, row: list[Any]) -> None:
        self.rows = [other for other in self.rows if other is not row] + [row]


class SlowSIEVE(SlowFIFO):
    """The paper's loop: a hand that is a row, or None where it is to start at the oldest."""

    hand: list[Any] | None = None

    def used(self, row: list[Any]) -> None:
        row[2] = 1

    def newer(self, row: list[Any]) -> list[Any] | None:
        place = next(n for n, other in enumerate(self.rows) if other is row)
        return self.rows[place + 1] if place + 1 < len(self.rows) else None

    def make_room(self) -> None:
        if len(self.rows) < self.capacity:
            return
        row = self.hand or self.rows[0]
        while row[2]:
            row[2] = 0
            row = self.newer(row) or self.rows[0]
        self.hand = self.newer(row)
        super().discard(row[0])

    def discard(self, key: Any) -> None:
        row = self.find(key)
        if row and row is self.hand:
            self.hand = self.newer(row)
        super().discard(key)


class SlowS3FIFO(SlowFIFO):
    """Rows are in the small queue or in main by a fourth field; the ghost is a list of keys."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.ghost: list[Any] = []
        self.evicted_once = False

    def used(self, row: list[Any]) -> None:
        row[2] = min(3, row[2] + 1)

    def queue(self, name: str) -> list[list[Any]]:
        return [row for row in self.rows if row[3] == name]

    def put(self, key: Any, value: Any) -> None:
        if self.find(key):
            super().put(key, value)
            return
        small_room = max(1, int(self.capacity * 0.1))
        name = "main" if key in self.ghost else "small"
        self.ghost = [other for other in self.ghost if other != key]
        while len(self.rows) >= self.capacity:
            self.evict(self.capacity - small_room)
        if not self.evicted_once and len(self.queue("small")) >= small_room:
            name = "main"
        self.rows.append([key, value, 0, name])

    def evict(self, main_room: int) -> None:
        self.evicted_once = True
        if len(self.queue("main")) > main_room or not self.queue("small"):
            while (row := self.queue("main")[0])[2] > 0:
                super().discard(row[0])
                self.rows.append([row[0], row[1], row[2] - 1, "main"])
            super().discard(row[0])
            return
        for row in self.queue("small"):
            super().discard(row[0])
            if row[2] < 2:
                self.ghost = [*self.ghost, row[0]][-int(self.capacity * 0.9) or 10**9 :]
                self.ghost = self.ghost if int(self.capacity * 0.9) else []
                return
            self.rows.append([row[0], row[1], 0, "main"])

    def discard(self, key: Any) -> None:
        super().discard(key)
        self.ghost = [other for other in self.ghost if other != key]


ORACLES: dict[Any, type[SlowFIFO]] = {FIFO: SlowFIFO, LRU: SlowLRU, SIEVE: SlowSIEVE, S3FIFO: SlowS3FIFO}


def _hold_to_oracle(policy: Callable[[int], Any], capacity: int, calls: Iterable[tuple[str, int]]) -> None:
    fast, slow = policy(capacity), ORACLES[policy](capacity)
    universe: set[int] = set()
    for n, (call, key) in enumerate(calls):
        universe.add(key)
        if call == "put":
            fast.put(key, f"value {n}")
            slow.put(key, f"value {n}")
        else:
            assert getattr(fast, call)(key) == getattr(slow, call)(key)
        assert {key for key in universe if key in fast} == slow.keys()
        assert len(fast) == len(slow.rows) <= capacity


CALLS = st.lists(st.tuples(st.sampled_from(["get", "get", "put", "put", "discard"]), st.integers(0, 9)), max_size=80)


@pytest.mark.parametrize("policy", POLICIES)
@given(capacity=st.integers(1, 8), calls=CALLS)
@settings(deadline=None)
def test_a_policy_keeps_what_its_oracle_keeps(policy: Callable[[int], Any], capacity: int, calls: Any) -> None:
    _hold_to_oracle(policy, capacity, calls)


def _skewed_calls(seed: int, length: int = 3_000) -> Iterator[tuple[str, int]]:
    draw = random.Random(seed)
    for _ in range(length):
        key = int(draw.paretovariate(0.7)) % 200
        yield "get", key
        yield draw.choices(("put", "get", "discard"), (10, 10, 1))[0], draw.choice((key, key, draw.randrange(200)))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("capacity", [1, 2, 3, 10, 25, 60])
def test_a_policy_keeps_what_its_oracle_keeps_through_long_skewed_histories(
    policy: Callable[[int], Any], capacity: int
) -> None:
    _hold_to_oracle(policy, capacity, _skewed_calls(seed=capacity))


def _hits(policy: Any, keys: Iterable[int]) -> int:
    hits = 0
    for key in keys:
        if policy.get(key) is None:
            policy.put(key, key)
        else:
            hits += 1
        assert len(policy) <= policy.capacity
    return hits


@pytest.mark.skipif(not SHARED.is_dir(), reason="the web07 trace is not here: no folder shared/datasets beside us")
@pytest.mark.parametrize(("policy", "name"), [(LRU, "LRU"), (FIFO, "FIFO"), (SIEVE, "Sieve"), (S3FIFO, "S3FIFO")])
def test_hits_on_a_real_trace_are_those_of_libcachesim(policy: Callable[[int], Any], name: str) -> None:
    trace = np.frombuffer(lzma.decompress((SHARED / "web07.trace.xz").read_bytes()), dtype=">i4").tolist()
    rows = json.loads((SHARED / "web07_reference.json").read_text())["rows"]
    assert len(rows) == 4
    for row in rows:
        assert _hits(policy(row["capacity"]), trace) == row[f"{name}_hits"]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("capacity", [0, -1, 2.5, True, "10", None])
def test_a_capacity_that_is_no_whole_number_from_1_is_refused(policy: Callable[[Any], Any], capacity: Any) -> None:
    with pytest.raises(ValueError, match="1 at least"):
        policy(capacity)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_cache_for_one_tweet_holds_the_last(policy: Callable[[int], Any]) -> None:
    cache = policy(1)
    for key in range(5):
        cache.put(key, f"tweet {key}")
        assert [k for k in range(5) if k in cache] == [key]
    assert (cache.get(4), cache.get(3)) == ("tweet 4", None)


@pytest.mark.parametrize(("policy", "left"), [(FIFO, {2, 3}), (LRU, {1, 3}), (SIEVE, {1, 3}), (S3FIFO, {1, 3})])
def test_with_room_for_two_a_use_saves_the_older_tweet_except_in_a_fifo(
    policy: Callable[[int], Any], left: set[int]
) -> None:
    cache = policy(2)
    cache.put(1, "one")
    cache.put(2, "two")
    assert cache.get(1) == cache.get(1) == "one"
    cache.put(3, "three")
    assert {key for key in (1, 2, 3) if key in cache} == left


@pytest.mark.parametrize("policy", POLICIES)
def test_what_is_discarded_is_gone_and_leaves_its_room(policy: Callable[[int], Any]) -> None:
    cache = policy(2)
    cache.put(1, "one")
    cache.put(2, "two")
    cache.discard(1)
    cache.discard(7)
    assert (cache.get(1), len(cache)) == (None, 1)
    cache.put(3, "three")
    assert (cache.get(2), cache.get(3)) == ("two", "three")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_tweet_put_again_has_its_new_value_and_no_second_place(policy: Callable[[int], Any]) -> None:
    cache = policy(2)
    for value in ("old", "new"):
        cache.put(1, value)
    assert (cache.get(1), len(cache)) == ("new", 1)
