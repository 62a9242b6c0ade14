"""Many threads at every stage: nobody fails, no page is torn, and after `drain` all is as in plain Python."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.depth import CI
from support.graphs import ring
from support.on_disk import SETTINGS
from support.plain import Plain, assert_equal_pages, stored
from support.systems import EVERY_STAGE

import twitterlab as tl

USERS = 16
CALLS = 400 if CI else 40  # of each thread
PATIENCE = 120  # seconds after which threads count as hung


def open_stage(stage: type, **more: Any) -> Any:
    return stage(ring(USERS), clock=tl.ManualClock(), **{**SETTINGS[stage.__name__], **more})


def together(system: Any, *jobs: Callable[[], Any]) -> list[Any]:
    """Run jobs at once, each in its thread; returns what they return, or raises what one of them met."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        start.wait(PATIENCE)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        futures: list[Future[Any]] = [pool.submit(run, job) for job in jobs]
        return [future.result(PATIENCE) for future in futures]


def poster(system: Any, seed: int) -> tuple[list[tl.Tweet], set[int]]:
    """Post one by one and in batches, and delete some of one's own; returns the tweets and the deleted IDs."""
    rng, tweets, deleted = np.random.default_rng(seed), [], set()
    for number in range(CALLS):
        if rng.random() < 0.1:
            authors = rng.integers(0, USERS, 5).tolist()
            tweets += system.post_many([(author, f"{seed}: {number}, {author}") for author in authors])
        else:
            tweets.append(system.post(int(rng.integers(USERS)), f"{seed}: {number}"))
        if rng.random() < 0.1:
            tweet = tweets[int(rng.integers(len(tweets)))]
            if tweet.id not in deleted:
                system.delete(tweet.author, tweet.id)
                deleted.add(tweet.id)
                for reader in ((tweet.author - 1) % USERS, (tweet.author - 2) % USERS):
                    assert tweet not in system.feed(reader, 200).tweets  # from its return on
    assert [tweet.id for tweet in tweets] == sorted({tweet.id for tweet in tweets})
    return tweets, deleted


def follower(system: Any, seed: int) -> dict[tuple[int, int], bool]:
    """Follow and unfollow as half of the users; returns what each pair ended with."""
    rng, ends = np.random.default_rng(seed), {}
    for _ in range(CALLS):
        one, other = (int(user) for user in rng.choice(USERS, 2, replace=False))
        if one % 2 == seed % 2:
            ends[one, other] = bool(rng.random() < 0.5)
            (system.follow if ends[one, other] else system.unfollow)(one, other)
    return ends


def reader(system: Any, seed: int) -> int:
    """Read and scroll; every page is in order, without a repeat, and full where it says that there is more."""
    rng, pages = np.random.default_rng(seed), 0
    for _ in range(CALLS // 4):
        user, limit = int(rng.integers(USERS)), int(rng.integers(1, 30))
        before, seen = None, []
        for _ in range(4):
            page = system.feed(user, limit, before)
            seen += [tweet.id for tweet in page.tweets]
            assert page.next is None or (len(page.tweets) == limit and page.next == seen[-1])
            assert all(tweet.author != user and tweet.text for tweet in page.tweets)
            pages, before = pages + 1, page.next
            if before is None:
                break
        assert seen == sorted(set(seen), reverse=True)
    return pages


@pytest.mark.parametrize("workers", [0, 2], ids=["no workers", "two workers"])
@EVERY_STAGE
def test_threads_that_post_follow_and_read_leave_what_plain_python_says(stage: type, workers: int) -> None:
    with open_stage(stage, **({"backlog": 30} if issubclass(stage, tl.HybridFeeds) else {})) as system:
        model = Plain(ring(USERS))
        with tl.Workers(system, workers):
            one, two, ends, other_ends, *_ = together(
                system,
                lambda: poster(system, 1),
                lambda: poster(system, 2),
                lambda: follower(system, 3),
                lambda: follower(system, 4),
                lambda: reader(system, 5),
                lambda: reader(system, 6),
            )
        for tweets, deleted in (one, two):
            model.deleted |= deleted
            model.post(*tweets)
        for pair, held in {**ends, **other_ends}.items():
            (model.follows.add if held else model.follows.discard)(pair)
        system.drain()
        found = stored(system)
        assert found.tweets == model.tweets
        assert found.follows == model.follows
        assert_equal_pages(system, model, (50,))
        assert system.deleted == set()  # every copy has applied every delete
        assert system.drain() == 0


@pytest.mark.parametrize("stage", [tl.ReadReplicas, tl.PrecomputedFeeds, tl.HybridFeeds])
def test_a_delete_waits_for_nobody_who_waits_for_it(stage: type) -> None:
    """A delete that relieves a full queue, or ships, holds no lock that a worker may want."""
    more = {"synchronous": True} if stage is tl.ReadReplicas else {"backlog": 0}
    with open_stage(stage, **more) as system:
        tweets = system.post_many([(number % USERS, f"{number}") for number in range(CALLS * 2)])

        def delete(mine: list[tl.Tweet]) -> None:
            for tweet in mine:
                system.delete(tweet.author, tweet.id)

        def work() -> None:
            while any(database.peek("SELECT 1 FROM tweets LIMIT 1") for database in system.tables.databases[:1]):
                system.step(5)

        together(system, lambda: delete(tweets[::2]), lambda: delete(tweets[1::2]), work)
        system.drain()
        assert stored(system).tweets == {}
        assert system.deleted == set()


@EVERY_STAGE
def test_workers_do_all_the_work_and_stop_returns(stage: type) -> None:
    with open_stage(stage) as system, tl.Workers(system, threads=2) as workers:
        model = Plain(ring(USERS))
        for number in range(20):
            model.post(system.post(number % USERS, f"{number}"))
        while any(lag.positions for lag in system.lag):
            workers._threads[0].join(0.001)
        workers.stop()
        assert system.drain() == 0
        assert_equal_pages(system, model)
        assert not any(thread.is_alive() for thread in workers._threads)


class Broken(BaseException):
    pass


@pytest.mark.parametrize("error", [Broken, RuntimeError])
def test_stop_raises_what_a_worker_died_of(error: type, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(n: int = 1) -> int:
        raise error("in a worker")

    with open_stage(tl.HybridFeeds) as system:
        monkeypatch.setattr(system, "step", fail)
        workers = tl.Workers(system, threads=2)
        with pytest.raises(error, match="in a worker"):
            workers.stop()
        assert not any(thread.is_alive() for thread in workers._threads)


@EVERY_STAGE
def test_closing_under_readers_and_workers_is_a_closed_system_and_nothing_else(stage: type, tmp_path: Path) -> None:
    for number in range(6 if CI else 1):
        system = open_stage(stage, path=tmp_path / str(number))
        system.post_many([(user % USERS, "text") for user in range(100)])
        reading = threading.Barrier(4)

        def read(system: Any = system, reading: threading.Barrier = reading) -> None:
            reading.wait(PATIENCE)
            try:
                while True:
                    system.feed(1)
            except tl.SystemClosed:
                return

        def close(system: Any = system, reading: threading.Barrier = reading) -> None:
            reading.wait(PATIENCE)
            system.feed(2)
            system.close()

        together(system, read, read, read, close)
        with stage(None, tmp_path / str(number), tl.ManualClock()) as again:
            assert len(stored(again).tweets) == 100
