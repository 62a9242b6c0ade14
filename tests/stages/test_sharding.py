"""Sharding: one map in every process, an even one, and a shard can be added under readers, messages and crashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.depth import CI
from support.graphs import ring
from support.on_disk import SETTINGS, USERS, open_system
from support.plain import Plain, apply, assert_equal_pages, random_calls, scroll, stored

import twitterlab as tl
from authoring.verify import ROOT
from twitterlab.parts.store import shards
from twitterlab.parts.store.sharding import merge_newest, placement, shard_of

ADDED = 4 if CI else 2  # shards, one after the other
SHARDED = (tl.UserShards, tl.TweetCache, tl.PrecomputedFeeds, tl.HybridFeeds)


def settings(stage: type) -> dict[str, Any]:
    return {**SETTINGS[stage.__name__], "clock": tl.ManualClock()}


def fill(system: Any, model: Plain, seed: int, calls: int = 60) -> None:
    for call in random_calls(np.random.default_rng(seed), USERS, calls, model):
        apply(model, system, *call)


def run(source: str, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# The map


def test_the_map_is_the_same_in_every_process() -> None:
    source = "import json; from twitterlab.parts.store.sharding import shard_of; "
    source += "print(json.dumps([[shard_of(u, n) for u in range(500)] for n in (1, 2, 4, 7, 64)]))"
    one, other = (json.loads(run(source, PYTHONHASHSEED=seed).stdout) for seed in ("1", "2"))
    assert one == other == [[shard_of(user, count) for user in range(500)] for count in (1, 2, 4, 7, 64)]
    assert one[3][:12] == placement(shard_of, 12, 7).tolist()


@pytest.mark.parametrize("count", [2, 3, 4, 8, 16])
def test_users_are_spread_evenly(count: int) -> None:
    held = np.bincount(placement(shard_of, 100_000, count), minlength=count)
    assert held.sum() == 100_000
    assert held.max() < 1.1 * 100_000 / count
    assert held.min() > 0.9 * 100_000 / count


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 15, 31])
def test_a_new_shard_takes_its_share_and_nobody_else_moves(count: int) -> None:
    before, after = placement(shard_of, 100_000, count), placement(shard_of, 100_000, count + 1)
    moved = before != after
    assert set(after[moved].tolist()) == {count}
    assert 0.8 / (count + 1) < moved.mean() < 1.2 / (count + 1)


def test_users_lie_where_the_rule_says_and_a_page_asks_no_other_shard() -> None:
    with tl.UserShards(ring(USERS), shards=4, shard_of=lambda user, count: user % count) as system:
        for user in range(USERS):
            system.post(user, "one")
        for number, database in enumerate(system.tables.databases):
            assert {a % 4 for (a,) in database.peek("SELECT author FROM tweets")} == {number}
            assert {a % 4 for (a,) in database.peek("SELECT follower FROM follows")} == {number}
        before = [database.requests for database in system.tables.databases]
        system.feed(0)  # follows 1, 2 and 5: shards 1 and 2, and their own follows on shard 0
        asked = [database.requests - b for database, b in zip(system.tables.databases, before, strict=True)]
        assert asked == [1, 1, 1, 0]


@pytest.mark.parametrize("stage", SHARDED)
def test_a_rule_that_leaves_the_range_is_a_value_error_and_makes_nothing(stage: type, tmp_path: Path) -> None:
    for rule in (lambda user, count: count, lambda user, count: user - 1):
        with pytest.raises(ValueError, match="shard_of"):
            stage(ring(USERS), tmp_path / "home", shards=3, shard_of=rule)
    with stage(ring(USERS), tmp_path / "home", shards=3, shard_of=lambda user, count: 3 if count > 3 else 0) as system:
        tweet = system.post(1, "one")
        with pytest.raises(ValueError, match=r"shard_of\(0, 4\) gave 3|shards are"):
            placement(lambda user, count: 4, USERS, 4)
        assert system.add_shard() == USERS  # the rule now sends everybody to the new one
        system.drain()
        assert system.feed(0).tweets == [tweet]


@pytest.mark.parametrize("stage", SHARDED)
def test_a_merge_of_ones_own_is_used(stage: type) -> None:
    merges = []

    def merge(sources: Iterable[Any]) -> Iterator[Any]:
        merges.append(len(list(sources)))
        return merge_newest(sources)  # type: ignore[arg-type]

    graph, model = ring(USERS), Plain(ring(USERS))
    with stage(graph, merge=merge, **settings(stage)) as system:
        fill(system, model, 1)
        system.drain()
        assert_equal_pages(system, model)
        assert merges
        assert system.work.merged > 0


def test_tweets_sharded_by_their_id_give_the_same_pages_and_ask_every_shard() -> None:
    model = Plain(ring(USERS))
    with tl.UserShards(ring(USERS), clock=tl.ManualClock(), shards=4, shard_by="tweet") as system:
        fill(system, model, 2)
        assert_equal_pages(system, model)
        spread = [len(database.peek("SELECT id FROM tweets")) for database in system.tables.databases]
        assert min(spread) > 0
        before = [database.requests for database in system.tables.databases]
        system.feed(0)
        assert all(database.requests > b for database, b in zip(system.tables.databases, before, strict=True))
        with pytest.raises(ValueError, match="add_shard"):
            system.add_shard()
        assert_equal_pages(system, model)


# Adding a shard


@pytest.mark.parametrize("stage", SHARDED)
def test_adding_shards_changes_no_page_though_messages_wait(stage: type) -> None:
    model = Plain(ring(USERS))
    with stage(ring(USERS), **settings(stage)) as system:
        for seed in range(ADDED):
            fill(system, model, seed, 40)
            before = system.tables.places.copy()
            moved = system.add_shard()
            assert moved == (before != system.tables.places).sum() <= USERS
            assert stored(system).tweets == model.tweets  # each row on one shard only
            assert stored(system).follows == model.follows
            system.drain()
            assert_equal_pages(system, model)
            for author in range(USERS):
                assert system.tweets_of(author, 200).tweets == sorted(
                    (tweet for tweet in model.tweets.values() if tweet.author == author), reverse=True
                )
        assert len(system.tables.databases) == 3 + ADDED


@pytest.mark.parametrize("stage", SHARDED)
def test_readers_and_writers_go_on_while_shards_are_added(stage: type) -> None:
    model, done, errors = Plain(ring(USERS)), threading.Event(), []
    with stage(ring(USERS), **settings(stage)) as system:
        fill(system, model, 5, 60)
        system.drain()
        tweet = next(iter(model.tweets.values()))
        expected = {reader: scroll(system, reader) for reader in range(USERS)}
        followers = system.followers(3).tolist()
        quiet = [reader for reader in range(USERS) if (reader, 0) not in model.follows]

        def read(start: int) -> int:
            reads = 0
            while not done.is_set() or not reads:
                for reader in quiet[start::2]:
                    assert scroll(system, reader) == expected[reader]
                assert system.tweet(tweet.author, tweet.id) == tweet
                assert system.followers(3).tolist() == followers
                reads += 1
            return reads

        def write() -> list[tl.Tweet]:
            tweets = []
            while not done.is_set() or not tweets:
                tweets.append(system.post(0, f"{len(tweets)}", key=f"{len(tweets)}"))
            return tweets

        with ThreadPoolExecutor(3) as pool:
            readers, writer = [pool.submit(read, start) for start in (0, 1)], pool.submit(write)
            try:
                for _ in range(12 if CI else 3):
                    system.add_shard()
            finally:
                done.set()
            errors += [future.exception() for future in (*readers, writer)]
        assert [error for error in errors if error] == []
        model.post(*writer.result())
        system.drain()
        assert stored(system).tweets == model.tweets
        assert_equal_pages(system, model)


@pytest.mark.parametrize("failing", ["copy_users", "replace_facts", "sweep_misplaced_rows"])
@pytest.mark.parametrize("stage", [tl.UserShards, tl.HybridFeeds] if CI else [tl.HybridFeeds])
def test_a_failure_while_a_shard_is_added_loses_nothing_and_the_next_attempt_succeeds(
    stage: type, failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shuffled(user: int, count: int) -> int:  # moves users between old shards too
        return user * count // USERS

    name, model = stage.__name__, Plain(ring(USERS))
    with open_system(name, str(tmp_path), ring(USERS), shard_of=shuffled) as system:
        fill(system, model, 7)
        for at in (1, 2):
            calls, real = [0], system._home.replace_facts if failing == "replace_facts" else getattr(shards, failing)

            def fail(*arguments: Any, calls: list[int] = calls, at: int = at, real: Any = real, **more: Any) -> Any:
                calls[0] += 1
                if calls[0] == at:
                    raise tl.StorageError("the disk is gone")
                return real(*arguments, **more)

            with monkeypatch.context() as patch:
                patch.setattr(system._home if failing == "replace_facts" else shards, failing, fail)
                try:
                    system.add_shard()
                except tl.StorageError as error:
                    assert "the disk is gone" in str(error)  # noqa: PT017
            fill(system, model, 8 + at, 20)
            system.drain()
            assert_equal_pages(system, model)
        system.add_shard()
        assert stored(system).tweets == model.tweets
        assert stored(system).follows == model.follows
        system.drain()
        assert_equal_pages(system, model)
    with open_system(name, str(tmp_path), shard_of=shuffled, shards=None) as system:
        system.drain()
        assert stored(system).tweets == model.tweets
        assert_equal_pages(system, model)


CRASHING = """
import os, sys
from support.on_disk import open_system
from twitterlab.parts.store import directory as home
from twitterlab.parts.store import shards
from twitterlab.parts.store.database import Database

stage, directory, point = sys.argv[1:]
system = open_system(stage, directory)
def crash(*_, **__):
    os._exit(9)
real, calls = system._home.replace_facts, [0]
def restate(facts):
    calls[0] += 1
    if point == f"before restate {calls[0]}":
        crash()
    real(facts)
    if point == f"after restate {calls[0]}":
        crash()
system._home.replace_facts = restate
if point == "half a schema":
    def fresh(number):
        import duckdb
        path = shards.Shards._database_path(system.tables, number)
        duckdb.connect(str(path)).execute("CREATE TABLE tweets (id BIGINT)")
        crash()
    system.tables._fresh_database = fresh
if point == "before copy":
    shards.copy_users = crash
if point == "after copy":
    move = shards.copy_users
    shards.copy_users = lambda *a: (move(*a), crash())
if point == "before sweep":
    shards.sweep_misplaced_rows = crash
if point == "half swept":
    transaction, tx = Database.transaction, [0]
    sweep = shards.sweep_misplaced_rows
    shards.sweep_misplaced_rows = lambda databases, places: (sweep(databases[:2], places), crash())
system.add_shard()
"""
POINTS = ["before restate 1", "after restate 1", "half a schema", "before copy", "after copy", "before restate 2"]
POINTS += ["after restate 2", "before sweep", "half swept", "before restate 3", "after restate 3"]


@pytest.mark.parametrize("stage", [tl.UserShards, tl.HybridFeeds])
def test_a_crash_at_any_step_of_adding_a_shard_leaves_a_whole_system(stage: type, tmp_path: Path) -> None:
    name, model = stage.__name__, Plain(ring(USERS))
    with open_system(name, str(tmp_path), ring(USERS)) as system:
        fill(system, model, 11)
        count = len(system.tables.databases)
    for number, point in enumerate(POINTS if CI else POINTS[number_of(stage) :: 2]):
        crashed = run(
            CRASHING.replace("open_system(stage, directory)", "open_system(stage, directory, shards=None)"),
            name,
            tmp_path,
            point,
        )
        assert crashed.returncode == 9, (point, crashed.stderr)
        with open_system(name, str(tmp_path), shards=None) as system:
            assert len(system.tables.databases) - count in (0, 1), point
            count = len(system.tables.databases)
            assert stored(system).tweets == model.tweets, point
            assert stored(system).follows == model.follows, point
            fill(system, model, 12 + number, 12)
            system.drain()
            assert_equal_pages(system, model)
    with open_system(name, str(tmp_path), shards=None) as system:
        system.add_shard()
        assert len(system.tables.databases) == count + 1
        assert stored(system).tweets == model.tweets
        assert_equal_pages(system, model)


def number_of(stage: type) -> int:
    """Which half of the points a stage takes where there is little time."""
    return (tl.UserShards, tl.HybridFeeds).index(stage)
