"""Workers never sleep while there is work, whoever of them was busy when it came."""

from __future__ import annotations

import threading

import pytest
from support.depth import CI
from support.systems import small

import twitterlab as tl
from twitterlab.parts.feeds.queue import Wakeups


class OneShard:
    """A queue of one shard whose first step has looked before the message comes, and holds the shard until after."""

    def __init__(self) -> None:
        self.wakeups = Wakeups()
        self.waiting = 0
        self.looked, self.passed_over, self.handled = threading.Event(), threading.Event(), threading.Event()
        self._shard = threading.Lock()

    def step(self, n: int) -> int:
        if not self._shard.acquire(blocking=False):
            if self.waiting:
                self.passed_over.set()
            return 0
        try:
            found = self.waiting
            if not self.looked.is_set():
                self.looked.set()
                self.passed_over.wait(30)
            self.waiting -= found
            if found:
                self.handled.set()
            return found
        finally:
            self._shard.release()


def test_a_message_that_comes_while_its_shard_is_held_is_handled() -> None:
    system = OneShard()
    with tl.Workers(system, 2):  # type: ignore[arg-type]
        assert system.looked.wait(30)
        system.waiting = 1
        system.wakeups.wake_all()
        assert system.handled.wait(30)


@pytest.mark.parametrize("stage", [tl.ReadReplicas, tl.PrecomputedFeeds, tl.HybridFeeds])
def test_posts_one_by_one_are_all_delivered_without_another_call(stage: type) -> None:
    with small(stage) as system, tl.Workers(system, 2):
        for number in range(300 if CI else 50):
            system.post(1, f"tweet {number}")
            noticed = threading.Event()
            for _ in range(3000):
                if not any(lag.positions for lag in system.lag):
                    break
                noticed.wait(0.01)
            assert not any(lag.positions for lag in system.lag), f"post {number} was left in the queue"
