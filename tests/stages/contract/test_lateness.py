"""How late a read may be, at every stage: positions, `at_least`, lag, and the reads that wait for nothing."""

from __future__ import annotations

from itertools import pairwise

from support.systems import post_in_turn, small, texts

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_at_least_the_position_shows_a_write_without_a_drain(system: Stage) -> None:
    old = post_in_turn(system, 6)
    system.feed(0)
    new = system.post(1, "new")
    assert system.feed(0, at_least=system.position).tweets == [new, *old[::-1]]
    system.unfollow(0, 1)
    assert system.feed(0, at_least=system.position).tweets == [t for t in old[::-1] if t.author != 1]
    system.follow(0, 7)
    other = system.post_many([(7, "now followed")])
    page = system.feed(0, 3, at_least=system.position)
    assert page.tweets[0] == other[0]
    system.drain()
    assert system.feed(0, 3) == page
    assert system.feed(0, 3, at_least=system.position) == page


def test_at_least_holds_on_a_page_further_down(system: Stage) -> None:
    tweets = post_in_turn(system, 12)
    system.delete(tweets[4].author, tweets[4].id)
    system.unfollow(0, 2)
    page = system.feed(0, 4, tweets[8].id, at_least=system.position)
    assert page.tweets == [t for t in tweets[7::-1] if t.author != 2 and t is not tweets[4]][:4]


def test_an_old_position_is_still_good_after_more_writes(system: Stage) -> None:
    first = system.post(1, "first")
    at = system.position
    second = system.post(1, "second")
    system.drain()
    assert system.feed(0, at_least=at).tweets == [second, first]


def test_a_position_grows_with_every_write(system: Stage) -> None:
    positions = [system.position]
    tweet = system.post(1, "one")
    positions.append(system.position)
    system.post_many([(2, "two")])
    positions.append(system.position)
    system.follow(6, 7)
    positions.append(system.position)
    system.delete(1, tweet.id)
    positions.append(system.position)
    assert all(isinstance(at, tuple) and all(type(number) is int for number in at) for at in positions)
    assert [sum(later) - sum(sooner) for sooner, later in pairwise(positions)] == [1] * 4


def test_a_feed_is_late_exactly_where_the_stage_says_so(stage: type[Stage]) -> None:
    late = {"ReadReplicas": (1, 2), "PrecomputedFeeds": (1, 3), "HybridFeeds": (3,)}
    with small(stage) as system:
        post_in_turn(system, 8)
        system.feed(0)
        for author in (1, 3):  # 1 is a celebrity: pulled at stage 7, from a timeline that is read for the first time
            system.post(author, "new")
        shown = {tweet.author for tweet in system.feed(0).tweets if tweet.text == "new"}
        if stage.__name__ not in late:
            assert shown == {1, 3}
        else:
            assert shown <= {1, 3}
            assert shown != {1, 3}
        system.drain()
        assert texts(system.feed(0, 2).tweets) == ["new", "new"]


def test_lag_names_each_copy_and_says_how_far_and_how_long_it_is_behind(stage: type[Stage]) -> None:
    names = {
        "ReadReplicas": ["replica-1", "replica-2"],
        "PrecomputedFeeds": ["outbox-0", "outbox-1", "outbox-2"],
        "HybridFeeds": ["outbox-0", "outbox-1", "outbox-2"],
    }.get(stage.__name__, [])
    with small(stage) as system:
        assert system.lag == tuple(tl.Lag(name, 0, 0) for name in names)
        system.post(1, "old")
        system.clock.advance(700)
        system.post(1, "new")
        system.clock.advance(300)
        behind = [lag for lag in system.lag if lag.positions]
        assert len(behind) == {"ReadReplicas": 2}.get(stage.__name__, 1 if names else 0)
        assert all(lag[1:] == (2, 1000) for lag in behind)
        for _ in behind:
            system.step()
        assert [lag[1:] for lag in system.lag if lag.positions] == [(1, 300)] * len(behind)
        system.drain()
        assert system.lag == tuple(tl.Lag(name, 0, 0) for name in names)
