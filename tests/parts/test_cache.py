"""The cache of tweets: one load for many readers, nobody hangs, and a deleted tweet never comes back.

Readers are threads, each step is an event, and nothing sleeps.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

from twitterlab.model import Tweet
from twitterlab.parts.cache.eviction import FIFO, LRU, S3FIFO, SIEVE
from twitterlab.parts.cache.tweet_cache import LoadingCache
from twitterlab.work import Counters

PATIENCE = 20  # seconds after which a test that waits for a thread calls it hung


def _tweet(tweet_id: int, text: str = "stored") -> Tweet:
    return Tweet(tweet_id, author=1, text=text, media=None, created_at=0)


class Announced(Counters):
    """Counters that say when a reader has looked, so that a test knows who is already waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = threading.Semaphore(0)

    def add(self, **amounts: int) -> None:
        super().add(**amounts)
        self.looks.release()


class Shards:
    """A loader that notes what it was asked; with `gate`, it says that it began and waits to be let through."""

    def __init__(self, *known: int, gate: bool = False, error: Exception | None = None) -> None:
        self.rows = {i: _tweet(i) for i in known}
        self.asked: list[list[int]] = []
        self.error = error
        self.began, self.go = threading.Event(), threading.Event()
        if not gate:
            self.go.set()

    def __call__(self, ids: list[int]) -> Iterator[Tweet]:
        self.asked.append(ids)
        tweets = [self.rows[i] for i in ids if i in self.rows]
        self.began.set()
        assert self.go.wait(PATIENCE)
        if self.error:
            raise self.error
        yield from tweets


class Lab:
    """A cache and readers of it, each in a thread of its own."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.counters = Announced()
        self.cache = LoadingCache(partial(LRU, 100), self.counters)
        self.pool = pool

    def read(self, shards: Shards, *ids: int) -> Future[dict[int, Tweet]]:
        """Start a reader, and return when it has looked and now loads or waits."""
        reader = self.pool.submit(self.cache.get_many, ids, shards)
        assert self.counters.looks.acquire(timeout=PATIENCE)
        return reader

    def load_slowly(self, *ids: int, error: Exception | None = None) -> tuple[Shards, Future[dict[int, Tweet]]]:
        """Start a reader, and return when its load is under way."""
        shards = Shards(*ids, gate=True, error=error)
        reader = self.read(shards, *ids)
        assert shards.began.wait(PATIENCE)
        return shards, reader

    def holds(self, tweet_id: int) -> bool:
        return bool(self.cache.get_many([tweet_id], lambda _: []))


@pytest.fixture
def lab() -> Iterator[Lab]:
    with ThreadPoolExecutor(8) as pool:
        yield Lab(pool)


def test_only_what_is_missing_is_loaded_and_each_distinct_id_counts_once(lab: Lab) -> None:
    shards = Shards(1, 2, 3)
    lab.cache.put(_tweet(2))
    assert list(lab.cache.get_many([3, 2, 3, 1], shards)) == [3, 2, 1]
    assert lab.cache.get_many(np.array([1, 2, 3]), shards) == shards.rows
    assert shards.asked == [[3, 1]]
    work = lab.counters.snapshot()
    assert (work.cache_hits, work.cache_misses) == (1 + 3, 2)


def test_no_ids_and_no_misses_load_nothing(lab: Lab) -> None:
    shards = Shards(1)
    lab.cache.put(_tweet(1))
    assert lab.cache.get_many([], shards) == {}
    assert lab.cache.get_many([1], shards) == {1: _tweet(1)}
    assert shards.asked == []


def test_what_is_stored_nowhere_is_absent_and_asked_for_again(lab: Lab) -> None:
    shards = Shards(1)
    for _ in range(2):
        assert lab.cache.get_many([1, 9], shards) == {1: _tweet(1)}
    assert shards.asked == [[1, 9], [9]]
    assert len(lab.cache) == 1


def test_what_a_loader_brings_unasked_is_not_kept(lab: Lab) -> None:
    assert lab.cache.get_many([1], lambda _: [_tweet(1), _tweet(2)]) == {1: _tweet(1)}
    assert len(lab.cache) == 1


def test_readers_who_miss_one_tweet_together_load_it_once(lab: Lab) -> None:
    shards, first = lab.load_slowly(1)
    others = [lab.read(shards, 1) for _ in range(5)]
    shards.go.set()
    assert [reader.result(PATIENCE) for reader in (first, *others)] == [{1: _tweet(1)}] * 6
    assert shards.asked == [[1]]
    assert lab.counters.snapshot().cache_misses == 6


def test_a_reader_loads_what_nobody_loads_and_waits_for_the_rest(lab: Lab) -> None:
    slow, first = lab.load_slowly(1, 2)
    quick = Shards(2, 3)
    second = lab.read(quick, 2, 3)
    assert quick.began.wait(PATIENCE)
    slow.go.set()
    assert second.result(PATIENCE) == {2: _tweet(2), 3: _tweet(3)}
    assert first.result(PATIENCE) == {1: _tweet(1), 2: _tweet(2)}
    assert (slow.asked, quick.asked) == ([[1, 2]], [[3]])


def test_readers_who_each_wait_for_the_other_both_end(lab: Lab) -> None:
    one, first = lab.load_slowly(1)
    two = Shards(2, gate=True)
    second = lab.read(two, 2, 1)
    third = lab.read(one, 1, 2)
    two.go.set()
    one.go.set()
    assert [len(reader.result(PATIENCE)) for reader in (first, second, third)] == [1, 2, 2]
    assert (one.asked, two.asked) == ([[1]], [[2]])


def test_a_reader_whose_forerunner_failed_loads_for_themselves(lab: Lab) -> None:
    broken, first = lab.load_slowly(1, error=OSError("shard down"))
    working = Shards(1)
    second = lab.read(working, 1)
    broken.go.set()
    with pytest.raises(OSError, match="shard down"):
        first.result(PATIENCE)
    assert second.result(PATIENCE) == {1: _tweet(1)}
    assert working.asked == [[1]]
    assert lab.counters.snapshot().cache_misses == 2


def test_where_every_load_fails_every_reader_gets_the_error_and_nobody_hangs(lab: Lab) -> None:
    broken, first = lab.load_slowly(1, error=OSError("shard down"))
    others = [lab.read(broken, 1) for _ in range(5)]
    broken.go.set()
    for reader in (first, *others):
        with pytest.raises(OSError, match="shard down"):
            reader.result(PATIENCE)
    assert lab.cache.get_many([1], Shards(1)) == {1: _tweet(1)}


def test_a_load_holds_no_lock(lab: Lab) -> None:
    def load(ids: list[int]) -> list[Tweet]:
        lab.cache.put(_tweet(8))
        lab.cache.discard(9)
        assert len(lab.cache) == 1
        return list(lab.cache.get_many([7], Shards(7)).values()) + [_tweet(i) for i in ids]

    assert lab.pool.submit(lab.cache.get_many, [1], load).result(PATIENCE) == {1: _tweet(1)}
    assert len(lab.cache) == 3


def test_a_tweet_discarded_during_its_load_is_not_kept(lab: Lab) -> None:
    shards, reader = lab.load_slowly(1, 2)
    lab.cache.discard(1)
    shards.go.set()
    reader.result(PATIENCE)
    assert (lab.holds(1), lab.holds(2)) == (False, True)


def test_a_reader_who_comes_after_a_discard_does_not_get_what_was_loaded_before_it(lab: Lab) -> None:
    before, first = lab.load_slowly(1)
    lab.cache.discard(1)
    after = Shards()  # the row is gone
    assert lab.cache.get_many([1], after) == {}
    before.go.set()
    first.result(PATIENCE)
    assert after.asked == [[1]]
    assert len(lab.cache) == 0


def test_an_old_load_does_not_end_the_new_one(lab: Lab) -> None:
    old, first = lab.load_slowly(1)
    lab.cache.discard(1)
    new, second = lab.load_slowly(1)
    old.go.set()
    first.result(PATIENCE)
    third = lab.read(Shards(), 1)  # still joins the new load
    new.go.set()
    assert second.result(PATIENCE) == third.result(PATIENCE) == {1: _tweet(1)}
    assert lab.counters.snapshot().cache_hits == 0
    assert lab.holds(1)


def test_a_put_during_a_load_has_the_last_word(lab: Lab) -> None:
    shards, reader = lab.load_slowly(1)
    lab.cache.put(_tweet(1, "written meanwhile"))
    shards.go.set()
    reader.result(PATIENCE)
    assert lab.cache.get_many([1], Shards()) == {1: _tweet(1, "written meanwhile")}


def test_a_put_and_then_a_discard_during_a_load_leave_nothing(lab: Lab) -> None:
    shards, reader = lab.load_slowly(1)
    lab.cache.put(_tweet(1))
    lab.cache.discard(1)
    shards.go.set()
    reader.result(PATIENCE)
    assert not lab.holds(1)


def test_clear_forgets_everything_also_what_is_being_loaded(lab: Lab) -> None:
    lab.cache.put(_tweet(2))
    shards, reader = lab.load_slowly(1)
    lab.cache.clear()
    shards.go.set()
    reader.result(PATIENCE)
    assert len(lab.cache) == 0
    lab.cache.put(_tweet(3))
    assert lab.holds(3)


class Learners:
    """A policy with the four methods and nothing else; it forgets everything at the second tweet."""

    def __init__(self) -> None:
        self.rows: dict[int, Tweet] = {}

    def get(self, key: int) -> Tweet | None:
        return self.rows.get(key)

    def put(self, key: int, value: Tweet) -> None:
        if value.text == "cursed":
            raise RuntimeError("a slip in the learner's part")
        self.rows.clear()
        self.rows[key] = value

    def discard(self, key: int) -> None:
        self.rows.pop(key, None)

    def __len__(self) -> int:
        return len(self.rows)


def test_a_learners_policy_needs_four_methods_and_cannot_lose_what_was_loaded() -> None:
    cache = LoadingCache(Learners, Counters())
    assert len(cache.get_many([1, 2, 3], Shards(1, 2, 3))) == 3
    assert len(cache) == 1
    cache.clear()
    assert len(cache) == 0


def test_a_policy_that_raises_leaves_no_reader_waiting() -> None:
    cache = LoadingCache(Learners, Counters())
    with pytest.raises(RuntimeError, match="slip"):
        cache.get_many([1, 2], lambda _: [_tweet(1, "cursed"), _tweet(2)])
    assert len(cache.get_many([1, 2], Shards(1, 2))) == 2


@pytest.mark.parametrize("policy", [FIFO, LRU, SIEVE, S3FIFO])
def test_under_many_threads_a_tweet_whose_delete_returned_never_comes_back(policy: Callable[[int], Any]) -> None:
    cache, rows, gone = LoadingCache(partial(policy, 20), Counters()), {i: _tweet(i) for i in range(400)}, set[int]()

    def load(ids: list[int]) -> list[Tweet]:
        return [tweet for i in ids if (tweet := rows.get(i))]

    def read_and_delete(seed: int) -> None:
        draw = random.Random(seed)
        for _ in range(300):
            before = frozenset(gone.copy())
            ids = [int(draw.paretovariate(0.5)) % 400 for _ in range(10)]
            page = cache.get_many(ids, load)
            assert not before & page.keys()
            assert all(tweet == _tweet(i) for i, tweet in page.items())
            assert len(cache) <= 20
            victim = draw.choice(ids)
            deleted = rows.pop(victim, None) if draw.random() < 0.2 else None
            if deleted:
                cache.discard(victim)
                gone.add(victim)

    with ThreadPoolExecutor(6) as pool:
        for reader in [pool.submit(read_and_delete, seed) for seed in range(6)]:
            reader.result(PATIENCE)
    assert gone
    assert not cache.get_many(gone, load)
