"""The replica panel's model is what the real stage does, second by second, and its finding says the model's numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.depth import CI

import twitterlab as tl
from twitterlab.classroom.lesson import panels
from twitterlab.classroom.lesson.panels.replica_lag import BREAKS, SECONDS, modelled_lag, state

STAR = tl.FollowGraph.from_edges(range(1, 800), [0] * 799, users=800)
DEFAULT = {"replicas": 2, "posts": 2, "shipped": 6, "outage": 25}
CASES = [(2, 2, 6, 25), (3, 2, 7, 10), (1, 3, 3, 5)] if CI else [(2, 2, 6, 25)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_lag_missing_posts_and_ages_of_pages_are_those_of_the_stage(case):
    replicas, posts, shipped, outage = case
    course, clock = modelled_lag(*case), tl.ManualClock()
    readers, posted = iter(range(1, 800)), []
    with tl.ReadReplicas(STAR, clock=clock, replicas=replicas, counting=False) as system:
        for second in range(SECONDS):
            posted += system.post_many([(0, "hello")] * posts)
            system.step(0 if BREAKS <= second < BREAKS + outage else shipped)
            assert [lag.positions for lag in system.lag] == course.missing[second].tolist()
            assert [lag.milliseconds for lag in system.lag] == (1000 * course.ages[second]).tolist()
            turns = 0 if second % 5 else replicas  # now and then each replica answers one new reader
            pages = [system.feed(next(readers), limit=1) for _ in range(turns)]
            seen = [page.tweets[0].id if page.tweets else 0 for page in pages]
            missing = [sum(tweet.id > newest for tweet in posted) for newest in seen]
            assert sorted(missing) == sorted(course.missing[second].tolist())[: len(missing)]
            clock.advance(1_000)


@pytest.mark.parametrize("seconds", [1, 7, 25] if CI else [7])
def test_the_posts_lost_at_worst_are_those_that_a_real_leader_takes_along(seconds):
    clock = tl.ManualClock()
    with tl.ReadReplicas(STAR, clock=clock, replicas=2) as system:
        for second in range(BREAKS + seconds):
            system.post_many([(0, "hello")] * 2)
            system.step(0 if second >= BREAKS else 6)
            clock.advance(1_000)
        lost = len(system.lose_leader().posts)
    assert state(2, 2, 6, seconds).numbers["posts lost with the leader, at worst"] == str(lost)


def test_a_case_worked_by_hand():
    course = modelled_lag(replicas=1, posts=1, shipped=2, outage=3)
    assert course.missing[BREAKS - 1 : BREAKS + 6, 0].tolist() == [0, 1, 2, 3, 2, 1, 0]
    assert course.ages[BREAKS - 1 : BREAKS + 6, 0].tolist() == [0, 0, 1, 2, 1, 0, 0]
    finding = state(1, 1, 2, 3).finding
    assert "the stalest page is 2 s old" in finding
    assert "All is shipped again 2 s after the link is back." in finding
    assert "takes 3 posts along" in finding


def test_a_longer_outage_never_makes_any_replica_fresher():
    courses = [modelled_lag(2, 2, 6, outage) for outage in range(61)]
    assert all((b.missing.sum(1) >= a.missing.sum(1)).all() for a, b in pairwise(courses))
    assert courses[0].missing.max() == 0


def test_a_link_that_only_keeps_up_never_catches_up():
    assert "it has not caught up" in state(2, 2, 4, 1).finding
    assert "All is shipped again" in state(2, 2, 5, 1).finding
    assert "No replica is ever behind" in state(2, 2, 4, 0).finding


def test_the_default_state_is_in_the_bundle_and_every_control_changes_the_finding():
    panel = panels.replica_lag()
    first, told = panel.state().finding, panel.default["text/plain"]
    assert first == state(**DEFAULT).finding
    assert first in told
    assert "Modelled" in first
    for name, other in {"replicas": 3, "posts": 3, "shipped": 9, "outage": 4}.items():
        assert state(**DEFAULT | {name: other}).finding != first
