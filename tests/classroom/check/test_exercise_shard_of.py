"""Exercise 4.1: where other processes, other seeds and slow rules show, and how fair and calm is enough."""

from __future__ import annotations

import pytest
from support.answering import judge_cell, known_answer

from twitterlab.classroom.check.exercises import shard_of
from twitterlab.classroom.check.exercises.shard_of import COUNTS, MANY, History, find_crowded, find_moved, problem

RING_FOR_EACH_USER = """
from hashlib import md5


def shard_of(user, shards):
    names = [(shard, n) for shard in range(shards) for n in range(200)]
    points = sorted((md5(f"{shard}/{n}".encode()).digest(), shard) for shard, n in names)
    here = md5(str(user).encode()).digest()
    return next((shard for place, shard in points if place >= here), points[0][1])
"""  # right, but as slow as the machine is: it has no verdict of its own


@pytest.mark.parametrize("seed", ["", "0", "1", "2"])
def test_the_other_process_has_another_seed_than_this_one(seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", seed) if seed else monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    verdict = judge_cell("shard_of", known_answer("shard_of/hash_of_a_process").source)
    assert (verdict.kind, verdict.why) == ("wrong", "hash_of_a_process")


def test_a_rule_that_builds_a_ring_for_each_user_is_told_that_it_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shard_of, "CROWD_S", 0.2)
    verdict = judge_cell("shard_of", RING_FOR_EACH_USER)
    assert verdict.kind == "wrong"
    assert "what it builds for all, build once" in verdict.text


def test_an_answer_without_a_cell_is_not_asked_elsewhere() -> None:
    assert problem(lambda user, shards: user % shards, History(tuple(range(16)), 4, elsewhere=True)) is None


@pytest.mark.parametrize("shards", COUNTS)
def test_what_is_fair_and_calm_has_a_limit(shards: int) -> None:
    even = [user % shards for user in range(MANY)]
    assert find_crowded(even, shards) is None
    full = [0 if user < 1.3 * MANY / shards else place for user, place in enumerate(even)]
    assert find_crowded(full, shards) is not None
    history = History(tuple(range(MANY)), shards)
    new = [shards if user < 1.1 * MANY / (shards + 1) else place for user, place in enumerate(even)]
    assert find_moved(history, even, new) is None
    new = [shards if user < 1.3 * MANY / (shards + 1) else place for user, place in enumerate(even)]
    assert find_moved(history, even, new) is not None
