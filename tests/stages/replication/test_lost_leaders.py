"""A lost leader: exactly what it takes along, and what it never does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.depth import CI
from support.graphs import ring
from support.plain import Plain, apply, assert_equal_pages, random_calls, rows_in, scrolled, stored

import twitterlab as tl
from twitterlab.parts.store.replicas import Replicas

USERS = 8


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
            return [[tweet.text for tweet in scrolled(oracle, reader)] for reader in range(USERS)]


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
                assert not deleted & {tweet.id for tweet in scrolled(system, reader)}
            system.drain()
            assert stored(system).tweets == tracked.model.tweets
            assert all(rows_in(node) == rows_in(system.tables.leader) for node in system.tables.databases)
            assert_equal_pages(system, tracked.model)
            feeds = [[tweet.text for tweet in scrolled(system, reader)] for reader in range(USERS)]
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
    assert all(rows_in(node)[0] == [] for node in system.tables.databases)


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
        stored_now = {row[0] for row in rows_in(system.tables.leader)[0]}
        assert {tweet.id for writer in writers for tweet in writer.result()} == stored_now


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
