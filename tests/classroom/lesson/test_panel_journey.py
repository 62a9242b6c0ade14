"""The journey panel shows what the real stage did: each step follows from the one before, and the last is its state."""

from __future__ import annotations

import numpy as np
import pytest

import twitterlab as tl
from twitterlab.classroom.lesson.panels.journey import journey, state
from twitterlab.classroom.lesson.panels.journey_steps import (
    ACTIVE,
    AUTHOR,
    AWAY,
    FOLLOWERS,
    MONTH_MS,
    NEW,
    OLD,
    recorded_moments,
)

STEPS = recorded_moments()


@pytest.fixture
def system():
    """The same history in a system that nobody looks at, with all done by the workers."""
    graph = tl.FollowGraph.from_edges(FOLLOWERS, np.full(len(FOLLOWERS), AUTHOR), users=10)
    clock = tl.ManualClock()
    with tl.PrecomputedFeeds(graph, clock=clock) as system:
        system.post(AUTHOR, OLD)
        system.drain()
        clock.advance(MONTH_MS)
        for user in ACTIVE:
            system.feed(user)
        yield system


def test_the_tweet_and_its_message_are_there_at_the_same_step_and_no_feed_has_it_yet():
    assert [(step.stored, step.waiting) for step in STEPS[:2]] == [(0, 0), (1, 1)]
    assert not any(STEPS[1].has(user) for user in FOLLOWERS)


def test_every_delivery_adds_one_active_follower_and_the_message_waits_until_all_are_done():
    during = [step for step in STEPS if step.said.startswith("delivered")]
    assert [sum(map(step.has, ACTIVE)) for step in during] == list(range(1, len(ACTIVE) + 1))
    assert [step.deliveries for step in during] == list(range(1, len(ACTIVE) + 1))
    assert {step.waiting for step in during} == {1}
    acknowledged = STEPS[STEPS.index(during[-1]) + 1]
    assert (acknowledged.waiting, acknowledged.feeds) == (0, during[-1].feeds)


def test_who_is_away_gets_no_delivery_and_a_feed_only_when_back():
    away = [step.feeds[AWAY] for step in STEPS]
    assert away[:3] == [(OLD,)] * 3
    assert set(away[3:-1]) == {None}
    assert away[-1] == (NEW, OLD)


def test_deliveries_and_pages_are_those_of_a_system_that_nobody_looks_at(system):
    before = system.work
    system.post(AUTHOR, NEW)
    system.drain()
    assert (system.work - before).deliveries == STEPS[-1].deliveries == len(ACTIVE)
    assert {user: tuple(t.text for t in system.feed(user).tweets) for user in FOLLOWERS} == STEPS[-1].feeds
    assert system.work.rebuilds == 1


def test_moving_the_step_moves_the_finding_and_the_default_is_in_the_bundle():
    panel = journey()
    bundle = panel._repr_mimebundle_()
    assert state(panel.controls["step"].value).finding in bundle["text/plain"]
    panel.controls["step"].value = 11
    assert "Step 11 of 12" in panel.view.value
    assert "deliveries so far: 7; messages in the outbox: 0" in panel.view.value
    assert panel._repr_mimebundle_()["text/plain"] == bundle["text/plain"]
