"""Background work at every stage: `step` and `drain` handle what they say, and `work` counts what was done."""

from __future__ import annotations

import pytest
from support.systems import FANNED_OUT, USERS, post_in_turn, small

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_step_handles_at_most_n_messages_and_drain_all_that_are_left(stage: type[Stage]) -> None:
    with small(stage) as system:
        system.post_many([(1 + i % 4, "x") for i in range(10)])
        waiting = sum(lag.positions for lag in system.lag)
        expected = {"ReadReplicas": 20, "PrecomputedFeeds": 10, "HybridFeeds": 10}.get(stage.__name__, 0)
        assert waiting == expected
        before = system.work
        assert system.step() == min(1, expected)
        assert system.step(3) == min(3, expected)
        assert sum(lag.positions for lag in system.lag) == max(expected - 4, 0)
        assert system.drain() == max(expected - 4, 0)
        assert system.drain() == system.step() == system.step(100) == 0
        assert (system.work - before).messages == expected
        assert sum(lag.positions for lag in system.lag) == 0


def test_stepping_one_by_one_ends_where_a_drain_ends(stage: type[Stage]) -> None:
    with small(stage) as one, small(stage) as other:
        for system in (one, other):
            post_in_turn(system, 12)
            system.post(1, "more")
            system.follow(6, 3)
            system.unfollow(0, 2)
            system.post_many([(3, "even more")])
        steps = 0
        while one.step():
            steps += 1
        assert steps == other.drain()
        assert [one.feed(user, 200) for user in range(USERS)] == [other.feed(user, 200) for user in range(USERS)]


def test_drain_handles_what_was_queued_when_it_was_called_and_step_zero_nothing(stage: type[Stage]) -> None:
    with small(stage) as system:
        system.post(1, "one")
        waiting = system.lag
        assert system.step(0) == 0
        assert system.lag == waiting


@FANNED_OUT
def test_taking_no_message_leaves_all_of_them_waiting(stage: type[Stage]) -> None:
    with small(stage) as system:
        tweets = system.post_many([(3, "one"), (4, "two")])
        for outbox in system.queue.outboxes:
            assert outbox.take_messages(0) == []  # as a drain does whose messages another worker has handled meanwhile
        assert system.drain() == 2
        assert system.feed(0).tweets == tweets[::-1]


def test_two_records_of_work_subtract_and_the_first_is_left_as_it_was(system: Stage) -> None:
    start = system.work
    assert start == tl.Work(**{**tl.Work().as_dict(), "commits": start.commits, "shard_requests": start.commits})
    system.post(1, "one")
    between = system.work
    system.drain()
    system.feed(0)
    end = system.work
    assert (between - start).commits == 1
    assert end - end == tl.Work()
    for name, value in (end - start).as_dict().items():
        assert value == getattr(end, name) - getattr(start, name)
        assert value >= 0
    assert between == system.work - (system.work - between)
    with pytest.raises(AttributeError):
        end.queries = 0  # type: ignore[misc]


def test_work_has_at_least_the_counters_of_the_design() -> None:
    wanted = {"rows_read", "row_groups_read", "queries", "shard_requests", "cache_hits", "cache_misses"}
    assert wanted | {"messages", "deliveries", "wasted", "merged"} <= set(tl.Work().as_dict())
