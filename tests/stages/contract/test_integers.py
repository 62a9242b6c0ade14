"""What is an integer, in every call of every stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.systems import EVERY_STAGE

import twitterlab as tl
from twitterlab.stages.base import Stage


@pytest.mark.parametrize("kind", [np.int8, np.uint16])
def test_numpy_integers_are_integers_everywhere(system: Stage, kind: Callable[[int], Any]) -> None:
    tweet = system.post(kind(1), "one")
    (many,) = system.post_many([(kind(2), "two")])
    system.follow(kind(6), kind(2))
    system.follow(kind(6), kind(3))
    system.unfollow(kind(6), kind(3))
    system.drain()
    assert type(tweet.author) is int
    assert system.feed(kind(6), kind(20), np.uint64(2**63 - 1)).tweets == [many, tweet]
    assert system.tweets_of(kind(1), kind(1)).tweets == [tweet]
    assert system.tweet(kind(1), np.int64(tweet.id)) == tweet
    at = tuple(np.array(system.position))
    assert system.feed(kind(6), at_least=at).tweets == [many, tweet]
    system.delete(kind(1), np.int64(tweet.id))
    assert system.feed(kind(6)).tweets == [many]


def test_a_bool_is_no_integer_anywhere(system: Stage) -> None:
    for yes in (True, np.True_):
        refuse(system, yes)


def refuse(system: Stage, yes: Any) -> None:
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (tl.UnknownUser, lambda: system.post(yes, "x")),
        (tl.UnknownUser, lambda: system.post_many([(yes, "x")])),
        (tl.UnknownUser, lambda: system.follow(yes, 0)),
        (tl.UnknownUser, lambda: system.unfollow(0, yes)),
        (tl.UnknownUser, lambda: system.feed(yes)),
        (tl.UnknownUser, lambda: system.followers(yes)),
        (tl.InvalidLimit, lambda: system.feed(0, yes)),
        (tl.InvalidCursor, lambda: system.feed(0, 20, yes)),
        (tl.InvalidCursor, lambda: system.feed(0, at_least=(yes,))),
        (tl.UnknownTweet, lambda: system.tweet(1, yes)),
        (tl.UnknownTweet, lambda: system.delete(1, yes)),
    ]
    for error, call in calls:
        with pytest.raises(error, match="True"):
            call()


@EVERY_STAGE
def test_clocks_and_steps_take_any_integer(stage: Any) -> None:
    clock = tl.ManualClock(np.int64(1_700_000_000_000))
    with stage(tl.FollowGraph.from_edges([0], [1], 2), None, clock) as system:
        clock.advance(np.int64(5))
        assert system.post(1, "x").created_at == 1_700_000_000_005
        system.step(np.int64(1))
        for bad in (-1, 1.5, "x", None, True):
            with pytest.raises(ValueError, match="n"):
                system.step(bad)
