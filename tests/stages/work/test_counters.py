"""The counters themselves: they add up, repeat, and are each thread's own where that is asked for."""

from __future__ import annotations

import threading

import pytest
from support.plain import scroll
from support.systems import EVERY_STAGE, USERS, loaded, small

import twitterlab as tl
from twitterlab.stages.base import Stage
from twitterlab.work import Counters, Work


def test_counters_add_up_and_an_unknown_one_is_refused() -> None:
    counters = Counters()
    counters.add(queries=2, merged=3)
    first = counters.snapshot()
    counters.add(queries=1)
    assert (first.queries, first.merged) == (2, 3)
    assert counters.snapshot() - first == tl.Work(queries=1)
    with pytest.raises(KeyError):
        counters.add(quaries=1)


@EVERY_STAGE
def test_the_same_calls_cost_the_same_work_each_time(stage: type[Stage]) -> None:
    def run() -> tl.Work:
        with loaded(stage) as system:
            scroll(system, 0, 7)
            system.unfollow(0, 2)
            system.delete(1, system.tweets_of(1).tweets[3].id)
            system.drain()
            system.feed(0)
            return system.work

    assert run() == run()


@EVERY_STAGE
def test_without_counting_no_rows_are_counted_and_every_page_is_the_same(stage: type[Stage]) -> None:
    with loaded(stage) as counted, loaded(stage, counting=False) as fast:
        for user in range(USERS):
            assert scroll(fast, user, 3) == scroll(counted, user, 3)
            assert fast.tweets_of(user, 5) == counted.tweets_of(user, 5)
        assert counted.work.rows_read > 0
        assert (fast.work.rows_read, fast.work.row_groups_read) == (0, 0)
        uncounted = {"rows_read", "row_groups_read"}
        for name, value in fast.work.as_dict().items():
            assert name in uncounted or value == getattr(counted.work, name)


@EVERY_STAGE
def test_a_thread_s_own_work_is_what_it_did_itself_and_no_other(stage: type[Stage]) -> None:
    """Another thread reads and posts all the time; alone, the same call costs the same."""
    with small(stage) as system:
        system.post(1, "hello")
        system.drain()
        system.feed(0)
        before = system.work
        system.feed(0)
        alone = system.work - before
        stop = threading.Event()

        def others() -> None:
            while not stop.is_set():
                system.feed(6)
                system.tweets_of(2)

        thread = threading.Thread(target=others)
        thread.start()
        try:
            for _ in range(30):
                with system.own_work() as own:
                    assert own() == Work()
                    system.feed(0)
                    assert own() == alone
        finally:
            stop.set()
            thread.join()
        assert (system.work - before).shard_requests >= 31 * alone.shard_requests
