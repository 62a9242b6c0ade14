"""Replication: what is shipped and when, how late a read may be, and exactly what a lost leader takes along."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.plain import CI, Plain, apply, assert_equal_pages, random_calls, ring, scroll, stored

import twitterlab as tl
from twitterlab.parts.store import replication
from twitterlab.parts.store.replicas import Replicas

USERS = 8


@pytest.fixture
def clock() -> tl.ManualClock:
    return tl.ManualClock()


@pytest.fixture
def system(clock: tl.ManualClock) -> Iterator[tl.ReadReplicas]:
    with tl.ReadReplicas(ring(USERS), clock=clock, replicas=2) as system:
        yield system


def rows(database: Any) -> tuple[list[Any], list[Any]]:
    """All that one node stores."""
    tweets = database.peek("SELECT id, author, text, media, created_at FROM tweets ORDER BY id")
    return tweets, sorted(database.peek("SELECT follower, followee FROM follows"))


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
            assert [row[0] for row in rows(replica)[0]] == ids[: replica.position]
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
    assert rows(one) == rows(two) == rows(leader)
    assert one.position == two.position == leader.position
    assert system.drain() == 0
    assert_equal_pages(system, model)


def test_drain_ships_what_was_queued_though_others_write_meanwhile(
    system: tl.ReadReplicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.post_many([(number % USERS, f"{number}") for number in range(10)])
    queued, ship = system.position[1], replication.ship

    def ship_while_others_write(*arguments: Any) -> int:
        system.post_many([(1, "meanwhile")] * 15)
        return ship(*arguments)

    monkeypatch.setattr(replication, "ship", ship_while_others_write)
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


# Lost leaders


class Tracked:
    """A ReadReplicas beside a list of what it committed: (position, call, answer)."""

    def __init__(self, system: tl.ReadReplicas) -> None:
        self.system, self.model = system, Plain(ring(USERS))
        self.done: list[tuple[int, tuple[Any, ...], Any]] = []

    def make(self, rng: np.random.Generator, calls: int) -> None:
        for call in random_calls(rng, USERS, calls, self.model):
            before = self.system.position[1]
            answer = apply(self.model, self.system, *call)
            tweets = answer if call[0] == "post_many" else [answer]
            after = self.system.position[1]
            assert after - before <= len(tweets)
            self.done += [(n, call, t) for n, t in zip(range(before + 1, after + 1), tweets, strict=False)]
            if rng.random() < 0.2:
                self.system.step(int(rng.integers(1, 8)))

    def lose_leader(self) -> None:
        """Lose it, check the account, and go on with the history that survives."""
        cut = max(replica.position for replica in self.system.tables.replicas)
        lost = [entry for entry in self.done if entry[0] > cut]
        loss = self.system.lose_leader()
        assert loss.posts == [tweet for _, call, tweet in lost if call[0] in ("post", "post_many")]
        assert loss.follows == [call[1:] for _, call, _ in lost if call[0] == "follow"]
        assert loss.unfollows == [call[1:] for _, call, _ in lost if call[0] == "unfollow"]
        self.done = [entry for entry in self.done if entry[0] <= cut or entry[1][0] == "delete"]
        self.model = Plain(ring(USERS))
        for _, call, tweet in self.done:
            if call[0] in ("post", "post_many"):
                self.model.post(tweet)
            elif call[0] in ("follow", "unfollow"):
                (self.model.follows.add if call[0] == "follow" else self.model.follows.discard)(call[1:])
        for _, call, _ in self.done:
            if call[0] == "delete":
                self.model.delete(call[2])

    def texts_of_a_single_table(self) -> list[list[str]]:
        """The texts in every reader's feed, as a SingleTable says that replays what survived."""
        with tl.SingleTable(ring(USERS), clock=tl.ManualClock()) as oracle:
            names = {}
            for _, call, tweet in self.done:
                if call[0] in ("post", "post_many"):
                    names[tweet.id] = oracle.post(tweet.author, tweet.text).id
                elif call[0] == "delete":
                    oracle.delete(call[1], names[call[2]]) if call[2] in names else None
                else:
                    getattr(oracle, call[0])(*call[1:])
            return [[tweet.text for tweet in scroll(oracle, reader)] for reader in range(USERS)]


@pytest.mark.parametrize("seed", range(20 if CI else 4))
def test_a_lost_leader_takes_exactly_its_account_along_twice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    with tl.ReadReplicas(ring(USERS), clock=tl.ManualClock(), replicas=3) as system:
        tracked = Tracked(system)
        used = 0
        for _ in range(2):
            tracked.make(rng, 50)
            used = max(used, *(tweet.id for _, _, tweet in tracked.done if tweet))
            deleted = set(tracked.model.deleted)
            tracked.lose_leader()
            for reader in range(USERS):  # before anything else is shipped
                assert not deleted & {tweet.id for tweet in scroll(system, reader)}
            system.drain()
            assert stored(system).tweets == tracked.model.tweets
            assert all(rows(node) == rows(system.tables.leader) for node in system.tables.databases)
            assert_equal_pages(system, tracked.model)
            feeds = [[tweet.text for tweet in scroll(system, reader)] for reader in range(USERS)]
            assert feeds == tracked.texts_of_a_single_table()
            after = system.post(0, "next")
            assert after.id > used
            tracked.model.post(after)
            tracked.done.append((system.position[1], ("post", 0, "next"), after))
            system.drain()


def test_a_delete_survives_though_it_was_shipped_nowhere(system: tl.ReadReplicas) -> None:
    tweet = system.post(1, "regretted")
    system.drain()
    system.delete(1, tweet.id)
    system.lose_leader()
    assert system.feed(0).tweets == []
    with pytest.raises(tl.UnknownTweet):
        system.tweet(1, tweet.id)
    system.drain()
    assert system.deleted == set()
    assert system.feed(0).tweets == []
    assert all(rows(node)[0] == [] for node in system.tables.databases)


def test_a_delete_survives_a_crash_in_the_middle_of_losing_the_leader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    with tl.ReadReplicas(ring(USERS), tmp_path, tl.ManualClock()) as system:
        tweet = system.post(1, "regretted")
        system.drain()
        system.delete(1, tweet.id)
        with monkeypatch.context() as patch:
            patch.setattr(Replicas, "_delete_again", crash)
            with pytest.raises(Crash):
                system.lose_leader()
    with tl.ReadReplicas(None, tmp_path, tl.ManualClock()) as system:
        assert system.feed(0).tweets == []
        assert system.feed(0, at_least=system.position).tweets == []
        system.drain()
        assert system.feed(0).tweets == []
        assert stored(system).tweets == {}


def test_a_position_lost_with_its_leader_is_refused_and_one_that_was_shipped_is_not(system: tl.ReadReplicas) -> None:
    first = system.post(1, "first")
    shipped = system.position
    system.drain()
    system.post(1, "lost")
    lost = system.position
    system.lose_leader()
    second = system.post(1, "second")
    assert system.position[1] == lost[1]  # the number comes again, under another term
    assert system.feed(0, at_least=shipped).tweets[-1] == first
    assert system.feed(0, at_least=system.position).tweets == [second, first]
    with pytest.raises(tl.StorageError, match="lost"):
        system.feed(0, at_least=lost)
    system.drain()
    with pytest.raises(tl.StorageError, match="lost"):
        system.feed(0, at_least=lost)
    third = system.post(1, "third")
    later = system.position
    system.drain()
    system.lose_leader()
    assert system.feed(0, at_least=later).tweets == [third, second, first]
    assert system.feed(0, at_least=shipped).tweets == [third, second, first]
    with pytest.raises(tl.StorageError, match="lost"):
        system.feed(0, at_least=lost)


def test_the_last_replica_leads_alone_and_cannot_be_lost(system: tl.ReadReplicas) -> None:
    first = system.post(1, "first")
    system.drain()
    system.lose_leader()
    system.drain()
    system.lose_leader()
    assert system.lag == ()
    second = system.post(1, "second")
    assert system.drain() == 0
    assert system.feed(0).tweets == [second, first]
    with pytest.raises(tl.StorageError, match="no replica left"):
        system.lose_leader()
    assert system.feed(0, at_least=system.position).tweets == [second, first]


@pytest.mark.parametrize("seed", range(6 if CI else 2))
def test_synchronous_replication_loses_nothing(seed: int) -> None:
    with tl.ReadReplicas(ring(USERS), clock=tl.ManualClock(), replicas=2, synchronous=True) as system:
        model, rng = Plain(ring(USERS)), np.random.default_rng(seed)
        for _ in range(2):
            for call in random_calls(rng, USERS, 40, model):
                apply(model, system, *call)
            position = system.position
            loss = system.lose_leader()
            assert loss[1:] == ([], [], [])
            system.feed(0, at_least=position)
            system.drain()
            assert_equal_pages(system, model)


@pytest.mark.parametrize("seed", range(6 if CI else 2))
def test_what_a_synchronous_post_returned_is_there_after_a_leader_lost_meanwhile(seed: int) -> None:
    with tl.ReadReplicas(ring(USERS), clock=tl.ManualClock(), replicas=3, synchronous=True) as system:
        enough = threading.Event()

        def write(author: int) -> list[tl.Tweet]:
            returned = []
            for number in range(60):
                returned.append(system.post(author, f"{seed} {number}"))
                enough.set() if number == 5 + 7 * seed else None
            return returned

        with ThreadPoolExecutor(2) as pool:
            writers = [pool.submit(write, author) for author in (0, 1)]
            losses = []
            for _ in range(2):
                enough.wait(60)
                enough.clear() if not losses else None
                losses.append(system.lose_leader())
                enough.set()
        assert [loss.posts for loss in losses] == [[], []]
        stored_now = {row[0] for row in rows(system.tables.leader)[0]}
        assert {tweet.id for writer in writers for tweet in writer.result()} == stored_now


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
            assert not model.deleted & {tweet.id for tweet in scroll(system, reader)}
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


def test_writers_that_meet_a_leader_being_lost_go_on_in_order_at_the_next_one() -> None:
    for _ in range(10 if CI else 3):
        with tl.ReadReplicas(ring(USERS), clock=tl.ManualClock(), replicas=4) as system, ThreadPoolExecutor(4) as pool:
            go = threading.Barrier(4)

            def post(author: int, go: threading.Barrier = go, system: tl.ReadReplicas = system) -> list[tl.Tweet]:
                go.wait(20)
                return [system.post(author, f"{number}", key=f"{number % 20}") for number in range(40)]

            writers = [pool.submit(post, author) for author in range(3)]
            go.wait(20)
            lost = []
            for _ in range(3):
                system.step(20)
                lost += system.lose_leader().posts
                assert isinstance(system.position, tuple)
            returned = {tweet.id: tweet for writer in writers for tweet in writer.result(20)}
            system.drain()
            found = stored(system).tweets
            assert found == {tweet_id: t for tweet_id, t in returned.items() if t not in lost}
            log = system.tables.leader.peek("SELECT id FROM tweets ORDER BY rowid")
            assert log == sorted(log)
            assert len({(tweet.author, tweet.text) for tweet in found.values()}) == len(found)  # one for each key
