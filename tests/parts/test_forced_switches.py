"""What workers and readers share stays right where a thread is switched at the worst place: forced, not by luck."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from support.switches import Gate, ended, started

import twitterlab as tl
from twitterlab.model import Tweet
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.store.database import Database

TWEETS = [Tweet((n + 1) << 22, 1, f"text {n}", None, n) for n in range(4)]


def test_a_follow_that_is_handled_while_celebrities_are_numbered_loses_none_of_them() -> None:
    """Readers 2, 3 and 4 follow 0, who becomes a celebrity while a worker looks up whom reader 2 follows now."""
    graph = tl.FollowGraph.from_edges([2, 3, 4], [0, 0, 0], users=12)
    with tl.HybridFeeds(graph, clock=tl.ManualClock(), shards=1, threshold=4) as system:
        system.follow(9, 0)
        system.drain()
        gate, follows = Gate(), system.fanout.follow_copy
        followees = follows.followees

        def followees_slowly(user: int) -> Any:
            found = followees(user)
            if threading.current_thread().name == "at the gate" and called_by("follow_changed"):
                gate.wait()
            return found

        follows.followees = followees_slowly  # type: ignore[method-assign]
        system.follow(2, 7)
        worker = started(lambda: system.step(1))
        gate.reached()
        pulled = system.post(0, "pulled from now on")
        assert system.feed(3).tweets[0] == pulled  # a reader's page numbers the celebrities
        gate.open()
        ended(worker)
        system.drain()
        assert system.feed(2).tweets[0] == pulled
        assert system.feed_many([2]).page(0).tweets[0] == pulled


def called_by(name: str) -> bool:
    """Whether the function that asks was called by one of this name."""
    return sys._getframe(2).f_code.co_name == name


class SlowTweets(list[Tweet]):
    """Tweets in which whoever goes through them waits at a gate before the last."""

    def __init__(self, tweets: list[Tweet], gate: Gate) -> None:
        super().__init__(tweets)
        self._gate = gate

    def __iter__(self) -> Iterator[Tweet]:
        for place, tweet in enumerate(super().__iter__()):
            if place == len(self) - 1 and called_by("<genexpr>"):
                self._gate.wait()
            yield tweet


def test_a_picture_that_is_put_while_others_are_looked_through_stays_known() -> None:
    newest, gate = NewestTweets(100), Gate()
    slow = started(lambda: newest.put(SlowTweets(TWEETS[:3], gate)))
    gate.reached()
    newest.put([TWEETS[3]._replace(media="a picture")])
    gate.open()
    ended(slow)
    assert newest.has_pictures
    assert newest.tweets_with([TWEETS[3].id])[TWEETS[3].id].media == "a picture"


def test_an_offset_that_two_have_stored_is_forgotten_once() -> None:
    database = Database(log="outbox")
    database.owe_offset("worker", 0)
    gate = Gate()

    def wait_within(tx: object) -> None:
        gate.wait()

    first = started(lambda: database.pay_offsets(wait_within))
    gate.reached()
    second = started(lambda: database.pay_offsets(lambda tx: None))
    gate.open()
    ended(first)
    ended(second)
    database._forget_paid({"worker": 0})  # as of somebody who was switched between the commit and here
    database.close()


@pytest.mark.parametrize("stage", [tl.FollowerIndex, tl.HybridFeeds])
def test_the_connections_of_threads_end_with_them(stage: type) -> None:
    graph = tl.FollowGraph.from_edges([0], [1], users=3)
    with stage(graph, clock=tl.ManualClock()) as system:
        for _ in range(20):
            ended(started(lambda: system.tweets_of(1)))
        gc.collect()
        assert max(len(database._cursors) for database in system.tables.databases) <= 2
