"""The queue: every message is handled at least once and counts once, whatever dies or fails on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.depth import CI
from support.graphs import ring
from support.plain import Plain, apply, assert_equal_pages, random_calls, stored

import twitterlab as tl
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.store.changes import Change, insert_rows

USERS = 10
GRAPH = ring(USERS)
STAGES: list[Any] = [(tl.PrecomputedFeeds, {}), (tl.HybridFeeds, {"threshold": 4})]
SETTINGS: dict[str, Any] = {"shards": 3, "cache_tweets": 8, "feed_length": 6}
KINDS = ("post", "delete", "follow", "unfollow")


class Died(BaseException):
    """What a killed worker raises."""


@pytest.fixture(params=STAGES, ids=lambda param: param[0].__name__)
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes systems of one stage and closes them."""
    stage, settings = request.param
    systems = []

    def make(path: Path | None = None, graph: tl.FollowGraph | None = GRAPH, **more: Any) -> Any:
        systems.append(stage(graph, path, tl.ManualClock(), **{**SETTINGS, **settings, **more}))
        return systems[-1]

    yield make
    for system in systems:
        system.close()


def read_all(system: Any) -> None:
    """Make every feed warm."""
    for reader in range(USERS):
        system.feed(reader)


def work(system: Any, model: Plain, seed: int, calls: int = 60) -> None:
    """Seeded calls of all kinds on warm feeds, without a worker."""
    read_all(system)
    for call in random_calls(np.random.default_rng(seed), USERS, calls, model):
        apply(model, system, *call)


def dying(real: Callable[..., Any], every: int, before: bool) -> Callable[..., Any]:
    """A function that dies at its first call and every so-manieth after that, before or after it did its work."""
    calls = [0]

    def call(*arguments: Any) -> Any:
        calls[0] += 1
        dies = calls[0] % every == 1
        if dies and before:
            raise Died
        answer = real(*arguments)
        if dies:
            raise Died
        return answer

    return call


def drain_with_dying_workers(system: Any) -> int:
    """Call `drain` until nobody dies; returns how many did."""
    deaths = 0
    while True:
        try:
            system.drain()
            return deaths
        except Died:
            deaths += 1


# At least once


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("where", ["handle", "deliver", "acknowledge"])
def test_what_a_worker_leaves_when_it_dies_the_next_one_finishes(
    make: Callable[..., Any], where: str, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(5 if CI else 1):
        system, model = make(), Plain(ring(USERS))
        work(system, model, seed)
        with monkeypatch.context() as patch:
            if where == "handle":
                patch.setattr(system.queue, "_handle_message", dying(system.queue._handle_message, 5, before))
            elif where == "deliver":
                patch.setattr(FeedCache, "deliver", dying(FeedCache.deliver, 5, before))
            else:
                for outbox in system.queue.outboxes:
                    patch.setattr(outbox, "acknowledge", dying(outbox.acknowledge, 2, before))
            assert drain_with_dying_workers(system) > 0
        assert system.queue.pending == 0
        assert_equal_pages(system, model)


def test_messages_that_were_not_acknowledged_come_again_and_change_nothing(make: Callable[..., Any]) -> None:
    system, model = make(), Plain(ring(USERS))
    for database in system.tables.databases:  # somebody else who has handled nothing keeps the log from being trimmed
        with database.transaction() as tx:
            insert_rows(tx, "offsets", [("somebody else", 0)])
    work(system, model, seed=3)
    assert system.drain() > 30
    assert_equal_pages(system, model)
    for rewound in (0, 0, 5):
        for outbox in system.queue.outboxes:
            outbox.offset = min(rewound, outbox.offset)
        assert system.drain() > 15
        assert_equal_pages(system, model)
    work(system, model, seed=4)
    system.drain()
    assert_equal_pages(system, model)


def test_a_killed_system_is_handed_its_unacknowledged_messages_again(make: Callable[..., Any], tmp_path: Path) -> None:
    system, model = make(tmp_path), Plain(ring(USERS))
    work(system, model, seed=6)
    system.step(20)
    pending = system.queue.pending
    assert pending > 0
    system.close()
    again = make(tmp_path, None)
    assert again.queue.pending == pending
    assert [c.kind for outbox in again.queue.outboxes for c in outbox.take_messages(1000)]
    assert again.drain() == pending
    assert_equal_pages(again, model)


# Failing messages


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after_work", [False, True], ids=["before it is handled", "after it was handled"])
def test_a_message_that_fails_too_often_is_set_aside_and_pages_are_right_all_the_same(
    make: Callable[..., Any], kind: str, after_work: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, model, failures = make(attempts=3), Plain(ring(USERS)), {}
    real = system.queue._handle_message

    def handle(message: Change) -> None:
        fails = message.kind == kind and message.position % 2 == 0
        if after_work or not fails:
            real(message)
        if fails:
            name = (message.user, message.target, message.position)
            failures[name] = failures.get(name, 0) + 1
            raise RuntimeError(f"cannot {kind}")

    work(system, model, seed=8, calls=100 if CI else 70)
    with monkeypatch.context() as patch:
        patch.setattr(system.queue, "_handle_message", handle)
        system.drain()
    assert failures
    assert set(failures.values()) == {3}  # each was tried so often and no more
    aside = system.queue.messages_set_aside()
    assert {row[1] for row in aside} == {kind}
    assert len(aside) == len(failures)
    assert {row[4] for row in aside} == {f"RuntimeError('cannot {kind}')"}
    assert system.queue.pending == 0
    assert_equal_pages(system, model)
    work(system, model, seed=9, calls=60 if CI else 20)
    system.drain()
    assert_equal_pages(system, model)


def test_a_message_that_always_fails_holds_the_others_up_for_its_attempts_only(
    make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    system = make(attempts=3)
    authors = {database: [] for database in system.tables.databases}
    for user in range(USERS):
        authors[system.tables.tweets_home(user, 0)].append(user)
    poisoned, *others = sorted(authors.values(), key=len, reverse=True)
    assert others[0]
    read_all(system)
    tweet, behind = system.post(poisoned[0], "poison"), system.post(poisoned[0], "behind it")
    beside = system.post(others[0][0], "beside it")
    handled, real = [], system.queue._handle_message

    def handle(message: Change) -> None:
        if message.target == tweet.id:
            raise RuntimeError
        real(message)
        handled.append(message.target)

    monkeypatch.setattr(system.queue, "_handle_message", handle)
    assert system.step(100) == 5  # three attempts, and the two others
    assert sorted(handled) == [behind.id, beside.id]
    assert [row[3] for row in system.queue.messages_set_aside()] == [tweet.id]
    for reader in (poisoned[0] - 1) % USERS, (poisoned[0] - 2) % USERS:
        assert {tweet, behind} <= set(system.feed(reader).tweets)


def test_messages_set_aside_are_remembered_by_the_stored_system(make: Callable[..., Any], tmp_path: Path) -> None:
    def fail(message: Change) -> None:
        raise RuntimeError("no")

    system, model = make(tmp_path, attempts=2), Plain(ring(USERS))
    system.queue._handle_message = fail
    model.post(system.post(1, "one"))
    system.drain()
    aside = system.queue.messages_set_aside()
    system.close()
    again = make(tmp_path, None)
    assert again.queue.messages_set_aside() == aside
    assert [row[1:] for row in aside] == [("post", 1, next(iter(model.tweets)), "RuntimeError('no')")]
    assert_equal_pages(again, model)


# Counting


def test_step_handles_exactly_n_while_more_are_pending(make: Callable[..., Any]) -> None:
    system = make()
    system.post_many([(number % USERS, f"{number}") for number in range(40)])
    pending = 40
    for n in (1, 2, 7, 0, 13, 100):
        handled = min(n, pending)
        assert system.step(n) == handled
        pending -= handled
        assert system.queue.pending == pending
        assert sum(lag.positions for lag in system.lag) == pending
    assert system.work.messages == 40


def test_asking_for_no_messages_acknowledges_none(make: Callable[..., Any]) -> None:
    system = make()
    system.post(1, "one")
    for outbox in system.queue.outboxes:
        assert outbox.take_messages(0) == []
    assert system.queue.pending == 1
    assert system.drain() == 1


def test_nothing_is_left_in_the_log_after_drain_and_numbers_go_on(make: Callable[..., Any], tmp_path: Path) -> None:
    system, model = make(tmp_path), Plain(ring(USERS))
    work(system, model, seed=10)
    system.drain()
    position = system.position
    assert all(database.peek("SELECT * FROM log") == [] for database in system.tables.databases)
    assert [outbox.offset for outbox in system.queue.outboxes] == list(position)
    stored_offsets = [database.peek("SELECT position FROM offsets") for database in system.tables.databases]
    assert stored_offsets == [[(number,)] for number in position]
    system.close()
    again = make(tmp_path, None)
    assert again.position == position
    model.post(again.post(1, "next"))
    assert sum(again.position) == sum(position) + 1
    assert again.drain() == 1
    assert_equal_pages(again, model)


def test_a_follow_that_holds_already_queues_nothing(make: Callable[..., Any]) -> None:
    system = make()
    system.follow(0, 1)
    system.unfollow(0, 3)
    assert system.queue.pending == 0


def test_a_full_backlog_slows_writers_down_and_refuses_nobody(make: Callable[..., Any]) -> None:
    system, model = make(backlog=10), Plain(ring(USERS))
    for call in random_calls(np.random.default_rng(11), USERS, 150, model):
        apply(model, system, *call)
        assert system.queue.pending <= 10
    assert stored(system).tweets == model.tweets
    system.post_many([(number % USERS, f"{number}") for number in range(60)])
    assert system.queue.pending <= 10
    model = stored(system)
    system.drain()
    assert_equal_pages(system, model)


def test_a_full_backlog_is_handled_though_messages_fail(make: Callable[..., Any]) -> None:
    system, model = make(backlog=3, attempts=2), Plain(ring(USERS))
    real = system.queue._handle_message

    def handle(message: Change) -> None:
        if message.position % 3 == 0:
            raise RuntimeError
        real(message)

    system.queue._handle_message = handle
    for call in random_calls(np.random.default_rng(12), USERS, 80, model):
        apply(model, system, *call)
    system.drain()
    assert system.queue.messages_set_aside()
    assert_equal_pages(system, model)
