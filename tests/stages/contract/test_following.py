"""Following and unfollowing at every stage: idempotent, in order, and what each shows or hides."""

from __future__ import annotations

from typing import Any

from support.systems import EDGES, FANNED_OUT

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_a_follow_shows_what_was_posted_before_and_after_it(system: Stage) -> None:
    before = system.post(7, "before")
    system.drain()
    assert system.feed(6).tweets == []
    system.follow(6, 7)
    after = system.post(7, "after")
    system.drain()
    assert system.feed(6).tweets == [after, before]
    assert system.followers(7).tolist() == [6]


def test_an_unfollow_hides_all_and_leaves_the_rest(system: Stage) -> None:
    tweets = system.post_many([(1, "a"), (2, "b"), (1, "c")])
    system.drain()
    assert len(system.feed(5).tweets) == 3
    system.unfollow(5, 1)
    system.drain()
    assert system.feed(5).tweets == [tweets[1]]
    assert system.feed(0).tweets == tweets[::-1]


def test_following_and_unfollowing_twice_is_doing_it_once(system: Stage) -> None:
    tweet = system.post(3, "here")
    system.follow(6, 3)
    at = system.position
    system.follow(6, 3)
    system.follow(6, 1)  # the graph's own follow
    assert system.position == at
    system.drain()
    assert system.feed(6).tweets == [tweet]
    system.unfollow(6, 3)
    at = system.position
    system.unfollow(6, 3)
    system.unfollow(6, 7)  # never followed
    assert system.position == at
    system.drain()
    assert system.feed(6).tweets == []
    assert system.followers(3).tolist() == [0]


def test_follow_unfollow_follow_before_a_drain_ends_as_the_last_said(system: Stage) -> None:
    tweets = system.post_many([(3, "a"), (3, "b")])
    for _ in range(3):
        system.follow(6, 3)
        system.unfollow(6, 3)
    system.drain()
    assert system.feed(6).tweets == []
    system.follow(6, 3)
    system.drain()
    assert system.feed(6).tweets == tweets[::-1]


def test_whether_one_user_follows_another(system: Stage) -> None:
    for follower in range(8):
        for followee in range(8):
            assert system.follows(follower, followee) == ((follower, followee) in EDGES)
    system.unfollow(0, 1)
    system.follow(1, 7)
    assert (system.follows(0, 1), system.follows(1, 7)) == (False, True), "at once, and before it is drained"


@FANNED_OUT
def test_a_scroll_goes_on_where_an_unfollow_is_handled_before_the_follow_behind_it(stage: Any) -> None:
    graph = tl.FollowGraph.from_edges([0], [1], 2)
    with stage(graph, None, tl.ManualClock()) as system:
        posted = [system.post(1, str(number)) for number in range(3)]
        system.drain()
        system.unfollow(0, 1)
        system.follow(0, 1)
        first = system.feed(0, 1)
        system.step(1)
        assert [*first.tweets, *system.feed(0, 20, first.next).tweets] == posted[::-1]
