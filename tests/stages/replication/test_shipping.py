"""Replication: what is shipped and when, how late a read may be, and how the lag says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.graphs import ring
from support.plain import Plain, apply, assert_equal_pages, random_calls, rows_in, scrolled

import twitterlab as tl
from twitterlab.parts.store import replicas

USERS = 8


# Shipping


def test_step_ships_exactly_n_entries_and_every_replica_holds_the_leaders_past(system: tl.ReadReplicas) -> None:
    ids = [system.post(number % USERS, f"{number}").id for number in range(10)]
    shipped = 0
    for n in (1, 3, 2, 5, 4, 100):
        done = system.step(n)
        shipped += done
        assert done == min(n, 20 - shipped + done)
        positions = [replica.position for replica in system.tables.replicas]
        assert sum(positions) == shipped
        for replica in system.tables.replicas:
            assert [row[0] for row in rows_in(replica)[0]] == ids[: replica.position]
    assert system.step(5) == 0
    assert system.work.messages == 20


def test_entries_that_come_again_or_overlap_are_applied_once(system: tl.ReadReplicas) -> None:
    model = Plain(ring(USERS))
    for call in random_calls(np.random.default_rng(1), USERS, 60, model):
        apply(model, system, *call)
    leader, (one, two) = system.tables.leader, system.tables.replicas
    entries = leader.log_after(0, 1000)
    one.apply(entries[:20])
    for first, last in ((0, 20), (5, 15), (10, 30), (0, len(entries)), (0, len(entries))):
        one.apply(entries[first:last])
    for entry in entries:
        two.apply([entry])
        two.apply([entry])
    assert rows_in(one) == rows_in(two) == rows_in(leader)
    assert one.position == two.position == leader.position
    assert system.drain() == 0
    assert_equal_pages(system, model)


def test_drain_ships_what_was_queued_though_others_write_meanwhile(
    system: tl.ReadReplicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.post_many([(number % USERS, f"{number}") for number in range(10)])
    queued, ship = system.position[1], replicas.ship_entries

    def ship_while_others_write(*arguments: Any) -> int:
        system.post_many([(1, "meanwhile")] * 15)
        return ship(*arguments)

    monkeypatch.setattr(replicas, "ship_entries", ship_while_others_write)
    system.drain()
    assert [replica.position >= queued for replica in system.tables.replicas] == [True, True]


def test_the_log_is_trimmed_once_every_replica_has_applied_it(system: tl.ReadReplicas) -> None:
    for number in range(6):
        system.post(number, f"{number}")
    system.step(6)  # three each at most: somebody is behind
    slowest = min(replica.position for replica in system.tables.replicas)
    assert [c.position for c in system.tables.leader.log_after(0, 100)] == list(range(slowest + 1, 7))
    system.drain()
    assert all(node.peek("SELECT * FROM log") == [] for node in system.tables.databases)
    system.post(1, "next")
    assert system.position == (0, 7)  # numbers go on
    assert system.drain() == 2


def test_a_reopened_system_goes_on_shipping_to_replicas_that_were_behind(tmp_path: Path) -> None:
    model, rng = Plain(ring(USERS)), np.random.default_rng(5)
    with tl.ReadReplicas(ring(USERS), tmp_path, tl.ManualClock(), replicas=3) as system:
        for call in random_calls(rng, USERS, 60, model):
            apply(model, system, *call)
        system.step(25)
        positions = [node.position for node in system.tables.databases]
        lag, last = system.lag, max(model.tweets)
    with tl.ReadReplicas(None, tmp_path, tl.ManualClock()) as system:
        assert [node.position for node in system.tables.databases] == positions
        assert system.lag == lag
        for reader in range(USERS):
            assert not model.deleted & {tweet.id for tweet in scrolled(system, reader)}
        assert system.drain() == sum(positions[0] - position for position in positions[1:])
        assert_equal_pages(system, model)
        lost = system.post(1, "lost")
        assert lost.id > last
        system.lose_leader()
    with tl.ReadReplicas(None, tmp_path, tl.ManualClock()) as system:
        assert len(system.tables.replicas) == 2
        assert system.position == (1, positions[0])
        with pytest.raises(tl.StorageError, match="lost"):
            system.feed(0, at_least=(0, positions[0] + 1))
        assert system.post(1, "new").id > lost.id
        assert not list(tmp_path.glob("system/leader.duckdb*"))


# Late reads


def test_lag_is_counted_in_positions_and_in_milliseconds_of_the_clock(
    system: tl.ReadReplicas, clock: tl.ManualClock
) -> None:
    assert [lag[1:] for lag in system.lag] == [(0, 0), (0, 0)]
    system.post(1, "first")
    clock.advance(1_000)
    system.post(1, "second")
    clock.advance(500)
    assert sorted(system.lag) == [("replica-1", 2, 1_500), ("replica-2", 2, 1_500)]
    system.tables.replicas[0].apply(system.tables.leader.log_after(0, 1))
    assert sorted(system.lag) == [("replica-1", 1, 500), ("replica-2", 2, 1_500)]
    system.drain()
    assert [lag[1:] for lag in system.lag] == [(0, 0), (0, 0)]


def test_a_read_is_as_stale_as_the_lag_says(system: tl.ReadReplicas, clock: tl.ManualClock) -> None:
    old = system.post(1, "old")
    system.drain()
    clock.advance(60_000)
    new = system.post(1, "new")
    clock.advance(5_000)
    assert system.feed(0).tweets == [old]
    assert {lag.milliseconds for lag in system.lag} == {clock.now() - new.created_at} == {5_000}
    system.drain()
    assert system.feed(0).tweets == [new, old]


def test_at_least_is_never_stale_and_asks_the_leader_only_where_no_replica_is_fresh(system: tl.ReadReplicas) -> None:
    leader, (one, two) = system.tables.leader, system.tables.replicas

    def asked(reader: int, **at_least: Any) -> tuple[tl.Page, list[int]]:
        before = [node.requests for node in (leader, one, two)]
        page = system.feed(reader, **at_least)
        return page, [node.requests - b for node, b in zip((leader, one, two), before, strict=True)]

    for _ in range(6):  # whichever replica's turn it is
        tweet, mine = system.post(1, "mine"), system.position
        page, (of_leader, *of_replicas) = asked(0, at_least=mine)
        assert page.tweets[0] == tweet
        assert of_leader > 0
        assert of_replicas == [0, 0]
        two.apply(leader.log_after(two.position, 100))
        page, (of_leader, of_one, of_two) = asked(7, at_least=mine)  # 7 follows 1 too, by way of +2
        assert page.tweets[0] == tweet
        assert (of_leader, of_one) == (0, 0)
        assert of_two > 0
        page, (of_leader, *_) = asked(4)  # nobody who asks for nothing disturbs the leader
        assert of_leader == 0
        system.drain()
    for _ in range(4):
        assert asked(7, at_least=mine)[1][0] == 0


def test_a_position_that_was_never_given_is_refused(system: tl.ReadReplicas) -> None:
    system.post(1, "one")
    for position in ((0, 2), (1, 0), (1, 1), (0,), (0, 1, 0), ()):
        with pytest.raises(tl.InvalidCursor):
            system.feed(0, at_least=position)
