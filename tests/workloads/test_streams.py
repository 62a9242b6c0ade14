"""Streams: their validity against a plain model of follows and posts, and their replay against a system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twitterlab.clock import ManualClock
from twitterlab.model import Tweet
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.mixes import START_MS, Event, benchbase, deathstar, flash_crowd, lecture, replay
from twitterlab.workloads.streams import DELETE, FEED, FOLLOW, POST, TRIES, TWEET, UNFOLLOW, StreamState

Generator = Callable[..., list[Event]]


@pytest.fixture(scope="module")
def graph() -> FollowGraph:
    return FollowGraph.synthetic(users=2_000, mean_follows=20, seed=3)


def ring(users: int, reach: int = 3) -> FollowGraph:
    """Everybody follows the next `reach` users: a graph that no generator's change can touch."""
    followers = np.repeat(np.arange(users), reach)
    return FollowGraph.from_edges(followers, (followers + np.tile(np.arange(1, reach + 1), users)) % users, users=users)


def assert_valid(graph: FollowGraph, events: list[Event]) -> None:
    """The rules of the stream, by plain sets."""
    followers, followees = graph.edge_arrays()
    follows = set(zip(followers.tolist(), followees.tolist(), strict=True))
    authors: list[int] = []
    deleted: set[int] = set()
    for event in events:
        pair = (event.user, event.other)
        assert 0 <= event.user < graph.users
        assert (event.text != "") == (event.kind == "post")
        if event.kind == "follow":
            assert 0 <= event.other < graph.users
            assert event.other != event.user
            assert pair not in follows
            follows.add(pair)
        elif event.kind == "unfollow":
            follows.remove(pair)
        elif event.kind == "post":
            authors.append(event.user)
        elif event.kind in ("delete", "tweet"):
            assert 0 <= event.other < len(authors)
            assert event.other not in deleted
            if event.kind == "delete":
                assert authors[event.other] == event.user
                deleted.add(event.other)
        elif event.kind == "tweets_of":
            assert 0 <= event.other < graph.users
        else:
            assert event.kind in ("feed", "followers")
            assert event.other == -1


@pytest.mark.parametrize("generate", [lecture, flash_crowd, benchbase, deathstar])
def test_a_replayed_stream_is_valid(generate: Generator, graph: FollowGraph) -> None:
    assert_valid(graph, generate(graph, 20_000, 4))


@given(
    users=st.integers(1, 7),
    pairs=st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6))),
    habits=st.fixed_dictionaries(
        {f"{name}_per_post": st.floats(0, 5) for name in ("pages", "follows", "unfollows", "deletes")}
    ),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None)
def test_busy_streams_over_tiny_graphs_are_valid(
    users: int, pairs: set[tuple[int, int]], habits: dict[str, float], seed: int
) -> None:
    edges = [(a, b) for a, b in sorted(pairs) if a != b and max(a, b) < users]
    follower, followee = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    graph = FollowGraph.from_edges(follower, followee, users=users)
    assert_valid(graph, lecture(graph, 80, seed, **habits))
    assert_valid(graph, flash_crowd(graph, 80, seed, celebrity=0, **habits))
    assert_valid(graph, benchbase(graph, 80, seed))


def test_who_follows_everybody_reads_instead() -> None:
    pair = FollowGraph.from_edges(np.array([0, 1]), np.array([1, 0]), users=2)
    stream = lecture(pair, 1_000, 1, follows_per_post=10, unfollows_per_post=0, active=1)
    counts = Counter(event.kind for event in stream)
    assert counts["follow"] == 0
    assert counts["feed"] > 900


def test_each_follow_that_ever_held_is_as_likely_to_end() -> None:
    view = StreamState(ring(3, reach=1))  # three of the six possible follows
    chances = np.random.default_rng(1).random((2_000, TRIES)).tolist()
    ended = Counter(view.settle_event((FOLLOW, UNFOLLOW)[at % 2], at % 3, chance) for at, chance in enumerate(chances))
    unfollows = [count for (kind, *_), count in ended.items() if kind == UNFOLLOW]
    assert len(unfollows) == 6
    assert sorted(view.added) == [0 * 3 + 2, 1 * 3 + 0, 2 * 3 + 1]


def test_a_tweet_asked_for_before_there_is_one_becomes_a_post() -> None:
    view = StreamState(ring(3, reach=1))
    assert view.settle_event(DELETE, 1, [0.5] * TRIES) == (FEED, 1, -1)
    assert view.settle_event(TWEET, 2, [0.5] * TRIES) == (POST, 2, -1)
    assert view.settle_event(TWEET, 1, [0.5] * TRIES) == (TWEET, 1, 0)
    assert view.settle_event(DELETE, 1, [0.5] * TRIES) == (DELETE, 2, 0)


class Recorder:
    """A system that answers with what it was asked, and at what time."""

    def __init__(self) -> None:
        self.clock = ManualClock(START_MS)
        self.calls: list[tuple[object, ...]] = []
        self.posts = 0

    def post(self, author: int, text: str) -> Tweet:
        self.posts += 1
        self.calls.append((self.clock.now(), "post", author, text))
        return Tweet(1_000 + 7 * self.posts, author, text, None, self.clock.now())

    def post_many(self, rows: list[tuple[int, str]]) -> list[Tweet]:
        self.calls.append((self.clock.now(), "post_many", len(rows)))
        return [self.post(author, text) for author, text in rows]

    def __getattr__(self, name: str) -> Callable[..., str]:
        def call(*arguments: int) -> str:
            self.calls.append((self.clock.now(), name, *arguments))
            return name

        return call


EVENTS = [
    Event(START_MS + 10, "post", 1, text="one"),
    Event(START_MS + 20, "post", 2, text="two"),
    Event(START_MS + 20, "follow", 3, 1),
    Event(START_MS + 30, "feed", 3),
    Event(START_MS + 31, "tweet", 4, 1),
    Event(START_MS + 32, "delete", 1, 0),
    Event(START_MS + 33, "tweets_of", 4, 2),
    Event(START_MS + 34, "followers", 2),
    Event(START_MS + 35, "unfollow", 3, 1),
    Event(START_MS + 40, "post", 5, text="three"),
]


def test_replay_calls_the_system_at_each_events_time() -> None:
    system = Recorder()
    results = list(replay(system, EVENTS, clock=system.clock))
    assert [event for event, _ in results] == EVENTS
    assert [(now - START_MS, *call) for now, *call in system.calls] == [  # type: ignore[operator]
        (10, "post", 1, "one"),
        (20, "post", 2, "two"),
        (20, "follow", 3, 1),
        (30, "feed", 3),
        (31, "tweet", 2, 1_014),
        (32, "delete", 1, 1_007),
        (33, "tweets_of", 2),
        (34, "followers", 2),
        (35, "unfollow", 3, 1),
        (40, "post", 5, "three"),
    ]
    assert results[1][1].text == "two"
    assert results[3][1] == "feed"


def test_replay_groups_runs_of_posts() -> None:
    system = Recorder()
    results = list(replay(system, EVENTS, clock=system.clock, batch=2))
    assert [event for event, _ in results] == EVENTS
    assert [result.text for event, result in results if event.kind == "post"] == ["one", "two", "three"]
    assert system.calls[0] == (START_MS + 20, "post_many", 2)
    assert (START_MS + 32, "delete", 1, 1_007) in system.calls


@pytest.mark.parametrize(("batch", "sizes"), [(2, [2, 2]), (3, [3, 2]), (5, [5]), (9, [5]), (1, [])])
def test_a_batch_is_never_larger_than_asked(batch: int, sizes: list[int]) -> None:
    system = Recorder()
    posts = [Event(START_MS + at, "post", at, text=str(at)) for at in range(5)]
    assert [result.text for _, result in replay(system, posts, batch=batch)] == list("01234")
    assert [call[2] for call in system.calls if call[1] == "post_many"] == sizes


def test_replay_is_lazy_and_never_turns_the_clock_back() -> None:
    system = Recorder()
    system.clock.advance(25)
    run = replay(system, EVENTS, clock=system.clock)
    next(run)
    assert len(system.calls) == 1
    assert system.clock.now() == START_MS + 25
    list(run)
    assert system.clock.now() == START_MS + 40


def test_replay_refuses_an_unknown_kind() -> None:
    with pytest.raises(ValueError, match="retweet"):
        list(replay(Recorder(), [Event(0, "retweet", 1)]))
