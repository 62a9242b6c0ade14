"""Deleting at every stage: at once, everywhere, for good; and when its tombstone goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.systems import FANNED_OUT, post_in_turn, small

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_a_deleted_tweet_is_gone_from_every_read_at_once(system: Stage) -> None:
    tweets = post_in_turn(system, 6)
    system.feed(0)
    gone = tweets[4]
    system.delete(gone.author, gone.id)
    for _ in range(2):
        assert gone not in system.feed(0).tweets
        assert gone not in system.feed(5).tweets
        assert gone not in system.tweets_of(gone.author).tweets
        with pytest.raises(tl.UnknownTweet, match=str(gone.id)):
            system.tweet(gone.author, gone.id)
        system.drain()
    assert system.feed(0).tweets == [tweets[i] for i in (5, 3, 2, 1, 0)]


def test_a_tweet_deleted_before_any_drain_never_shows(system: Stage) -> None:
    gone, kept = system.post(1, "gone"), system.post(1, "kept")
    system.delete(1, gone.id)
    while True:
        assert gone not in system.feed(0).tweets
        if not system.step():
            break
    assert system.feed(0).tweets == [kept]


def test_tombstones_are_dropped_when_every_copy_has_applied_the_delete(system: Stage) -> None:
    tweets = post_in_turn(system, 6)
    system.delete(tweets[0].author, tweets[0].id)
    system.drain()
    assert system.deleted == set()
    assert tweets[0] not in system.feed(0).tweets


def test_a_synchronous_leader_forgets_its_log_and_its_tombstones() -> None:
    with tl.ReadReplicas(tl.FollowGraph.from_edges([0], [1], 2), replicas=1, synchronous=True) as system:
        tweet = system.post(1, "x")
        system.delete(1, tweet.id)
        system.drain()
        assert system.deleted == set()
        assert system.tables.leader.log_after(0, 10) == []


def test_tombstones_come_back_on_opening(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        tweets = post_in_turn(system, 6)
        system.delete(tweets[5].author, tweets[5].id)
    with small(stage, tmp_path, graph=None) as system:
        assert tweets[5] not in system.feed(0).tweets
        assert tweets[4] in system.feed(0).tweets
        system.drain()
        assert system.feed(0).tweets == tweets[4::-1]


def test_a_page_read_before_a_copy_hears_of_a_delete_hides_the_tweet_though_the_tombstone_goes_meanwhile() -> None:
    with small(tl.ReadReplicas) as system:
        tweets = post_in_turn(system, 3)
        system.delete(tweets[1].author, tweets[1].id)
        read = system._feed

        def slow(*asked: Any) -> Iterator[tl.Tweet]:
            rows = list(read(*asked))
            system.drain()  # every copy applies the delete, and the tombstone is dropped
            yield from rows

        system._feed = slow  # type: ignore[method-assign]
        assert system.feed(0).tweets == [tweets[2], tweets[0]]


@FANNED_OUT
def test_a_tweet_deleted_before_its_author_was_unfollowed_leaves_nothing_in_the_feed(stage: Any) -> None:
    graph = tl.FollowGraph.from_edges([0, 0], [1, 2], 4)
    with stage(graph, None, tl.ManualClock(), shards=2, shard_of=lambda user, shards: user % shards) as system:
        gone, kept = system.post(1, "x"), system.post(2, "y")
        system.drain()
        system.feed(0)
        system.delete(1, gone.id)
        system.unfollow(0, 1)
        system.drain()
        assert system.feed(0).tweets == [kept]
        before = system.work
        system.feed(0)
        assert (system.work - before).queries == 0
