"""Rules: which of an author's tweets are pushed and which pulled, and that no page can tell the difference."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.depth import CI
from support.plain import scroll
from support.systems import GRAPH, USERS, small

import twitterlab as tl
from twitterlab.model import MAX_ID
from twitterlab.parts.feeds.policy import PushPullPolicy, follower_threshold, per_edge, pull, pull_all, push, push_all
from twitterlab.parts.feeds.rules import AuthorRules
from twitterlab.stages.base import Stage

READERS = np.arange(4, dtype=np.int32)


# The list


def test_an_author_in_no_list_is_pushed_and_pulled_by_nobody() -> None:
    rules = AuthorRules(push_all, 3)
    assert rules.rules_of(1) == [(0, push)]
    assert rules.rule_at(1, 5) is push
    assert rules.pushed_mask(1, 5, READERS).tolist() == [True] * 4
    assert rules.is_pushed(1, 5, 2)
    assert rules.pulled_spans(1, 2) == []
    assert not rules.pulled.any()


def test_a_rule_holds_from_the_id_at_which_it_was_chosen_up_to_the_next() -> None:
    rules = AuthorRules(follower_threshold(3), 3)
    for tweet_id, followers in ((10, 2), (20, 3), (30, 5), (40, 1), (50, 3)):
        rules.assign_rule(1, followers, tweet_id)
    assert rules.rules_of(1) == [(0, push), (20, pull), (40, push), (50, pull)]
    held = {10: push, 19: push, 20: pull, 21: pull, 39: pull, 40: push, 49: push, 50: pull, MAX_ID: pull}
    assert {i: rules.rule_at(1, i) for i in held} == held
    assert [rules.is_pushed(1, i, 0) for i in held] == [rule is push for rule in held.values()]
    assert rules.pulled_spans(1, 0) == [(20, 40), (50, MAX_ID)]
    assert rules.pulled.tolist() == [False, True, False]


def test_the_list_is_only_ever_appended_to() -> None:
    rules, seen = AuthorRules(follower_threshold(3), 1), []
    for tweet_id in range(1, 60):
        rules.assign_rule(0, (tweet_id * 7) % 5, tweet_id)
        assert rules.rules_of(0)[: len(seen)] == seen
        seen = rules.rules_of(0)
    assert 10 < len(seen) < 60
    assert [start for start, _ in seen] == sorted({start for start, _ in seen})


def test_the_same_rule_again_adds_nothing() -> None:
    rules = AuthorRules(pull_all, 1)
    for tweet_id in (10, 20, 30):
        rules.assign_rule(0, 5, tweet_id)
    assert rules.rules_of(0) == [(0, push), (10, pull)]


def test_an_opening_gives_each_author_one_rule_for_all_their_old_tweets() -> None:
    rules = AuthorRules(follower_threshold(3), 4)
    rules.begin_with_stored([0, 3, 2, 9])
    assert rules.pulled.tolist() == [False, True, False, True]
    assert rules.rule_at(1, 1) is rules.rule_at(1, MAX_ID) is pull
    assert rules.rule_at(2, 1) is push
    assert rules.pulled_spans(1, 0) == [(0, MAX_ID)]
    rules.assign_rule(1, 2, 100)
    assert rules.pulled_spans(1, 0) == [(0, 100)]
    assert not rules.is_pushed(1, 99, 0)
    assert rules.is_pushed(1, 100, 0)


def test_a_rule_that_looks_at_readers_pushes_to_some_and_is_pulled_by_the_others() -> None:
    rules = AuthorRules(per_edge([5, 1, 3, 0], [2, 3, 0, 0]), 4)
    for author in range(3):
        rules.assign_rule(author, 4, 10)
    assert rules.pushed_mask(0, 10, READERS).tolist() == [True, False, True, False]
    assert rules.pushed_mask(1, 10, READERS).tolist() == [True, False, True, False]
    assert rules.pushed_mask(2, 10, READERS).tolist() == [True] * 4
    assert rules.pushed_mask(0, 9, READERS).tolist() == [True] * 4
    assert [bool(rules.pulled_spans(0, reader)) for reader in range(4)] == [False, True, False, True]
    assert rules.pulled_spans(0, 1) == [(10, MAX_ID)]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 3)), max_size=30), st.booleans(), st.integers(0, 3))
def test_each_id_is_either_pushed_or_inside_one_pulled_span(
    posts: list[tuple[int, int]], stored: bool, followers: int
) -> None:
    rules, at, chosen = AuthorRules(follower_threshold(2), 1), 0, {}
    if stored:
        rules.begin_with_stored([followers])
    for step, count in posts:
        at += step
        rules.assign_rule(0, count, at)
        chosen[at] = count < 2
    spans = rules.pulled_spans(0, 0)
    for i in range(at + 3):
        inside = [start <= i < end for start, end in spans]
        assert sum(inside) == (not rules.is_pushed(0, i, 0))
    assert {i: rules.is_pushed(0, i, 0) for i in chosen} == chosen


# In a system


def compare(systems: list[Stage], limits: tuple[int, ...] = (1, 3, 200) if CI else (3, 200)) -> None:
    """After a drain, every page of every user is the same everywhere."""
    oracle, *others = systems
    for system in systems:
        system.drain()
    for user in range(oracle.users):
        for limit in limits:
            wanted = scroll(oracle, user, limit)
            assert all(scroll(system, user, limit) == wanted for system in others), (user, limit)
        newest = oracle.feed(user, 200).tweets
        for tweet in newest[:: max(len(newest) // 4, 1)]:
            wanted_page = oracle.feed(user, 5, tweet.id)
            assert all(system.feed(user, 5, tweet.id) == wanted_page for system in others), (user, tweet.id)


def everywhere(systems: list[Stage], call: Callable[[Stage], Any]) -> Any:
    results = [call(system) for system in systems]
    assert all(result == results[0] for result in results)
    return results[0]


def anything(systems: list[Stage], rng: random.Random, steps: int, drain: float = 0.1) -> None:
    """A random history on all of them, whose background work gets done at different times."""
    tweets: list[tl.Tweet] = []
    for step in range(steps):
        user, other = rng.sample(range(USERS), 2)
        kind = rng.random()
        if kind < 0.5:
            tweets.append(everywhere(systems, lambda s, u=user, n=step: s.post(u, f"tweet {n}")))
        elif kind < 0.65:
            everywhere(systems, lambda s, u=user, o=other: s.follow(u, o))
        elif kind < 0.8:
            everywhere(systems, lambda s, u=user, o=other: s.unfollow(u, o))
        elif kind < 0.85 and tweets:
            gone = tweets.pop(rng.randrange(len(tweets)))
            everywhere(systems, lambda s, t=gone: s.delete(t.author, t.id))
        else:
            for system in systems[1:]:
                system.feed(user, rng.choice([1, 3, 20]))
                system.step(rng.randrange(4))
        systems[0].clock.advance(rng.choice([0, 1, 1000]))
        if rng.random() < drain:
            compare(systems, (4,))
    compare(systems)


def by_parity(authors: Any, readers: Any) -> Any:
    return (np.asarray(authors) + np.asarray(readers)) % 2 == 0


POLICIES: dict[str, PushPullPolicy] = {
    "push all": push_all,
    "pull all": pull_all,
    "threshold 1": follower_threshold(1),
    "threshold 3": follower_threshold(3),
    "per edge": per_edge([4, 0, 2, 1, 3, 1, 0, 5], [1, 3, 2, 0, 5, 1, 1, 2]),
    "by parity": lambda author, followers: by_parity,
    "changes its mind": lambda author, followers: (push, pull, per_edge([1, 0] * 4, [1] * 8)(0, 0))[followers % 3],
}


@pytest.mark.parametrize("name", POLICIES)
def test_no_policy_changes_any_page(name: str) -> None:
    clock = tl.ManualClock()
    with ExitStack() as stack:
        oracle = stack.enter_context(small(tl.SingleTable, clock=clock))
        hybrid = stack.enter_context(small(tl.HybridFeeds, clock=clock, policy=POLICIES[name]))
        anything([oracle, hybrid], random.Random(f"policy {name}"), 70 if CI else 40)


@pytest.mark.parametrize("name", POLICIES)
def test_no_policy_changes_any_page_after_a_reopening(name: str, tmp_path: Path) -> None:
    clock, policy = tl.ManualClock(), POLICIES[name]
    with small(tl.SingleTable, clock=clock) as oracle:
        with small(tl.HybridFeeds, tmp_path, clock, policy=policy) as hybrid:
            anything([oracle, hybrid], random.Random(f"before {name}"), 25)
            everywhere([oracle, hybrid], lambda s: s.post(1, "not yet handled"))
            everywhere([oracle, hybrid], lambda s: s.follow(7, 1))
        with small(tl.HybridFeeds, tmp_path, clock, graph=None, policy=policy) as hybrid:
            compare([oracle, hybrid])
            anything([oracle, hybrid], random.Random(f"after {name}"), 25)


def test_push_all_delivers_to_every_follower_and_pulls_nothing() -> None:
    with small(tl.HybridFeeds, policy=push_all) as system:
        start = system.work
        tweets = system.post_many([(1, "a"), (2, "b"), (3, "c"), (7, "d")])
        system.drain()
        assert system.feed(0).tweets == tweets[2::-1]
        done = system.work - start
        assert (done.deliveries, done.pulls) == (4 + 3 + 1 + 0, 0)


def test_pull_all_delivers_nothing_and_pulls_every_followee_who_has_posted() -> None:
    with small(tl.HybridFeeds, policy=pull_all) as system:
        start = system.work
        tweets = system.post_many([(1, "a"), (2, "b"), (3, "c"), (7, "d")])
        system.drain()
        assert system.feed(0).tweets == tweets[2::-1]
        done = system.work - start
        assert (done.deliveries, done.pulls) == (0, 3)


def test_a_per_edge_rule_delivers_along_the_pushed_edges_and_pulls_along_the_others() -> None:
    views, posts = [4, 0, 2, 1, 3, 1, 0, 5], [1, 3, 2, 0, 5, 1, 1, 2]
    with small(tl.HybridFeeds, policy=per_edge(views, posts)) as system:
        system.post_many([(author, f"by {author}") for author in range(USERS)])
        system.drain()
        edges = list(zip(*(side.tolist() for side in GRAPH.edge_arrays()), strict=True))
        assert system.work.deliveries == sum(views[reader] >= posts[author] for reader, author in edges) > 0
        for reader in range(USERS):
            before = system.work
            assert len(system.feed(reader).tweets) == len(GRAPH.followees(reader))
            pulls = sum(views[reader] < posts[author] for author in GRAPH.followees(reader).tolist())
            assert (system.work - before).pulls == pulls


def test_crossing_the_threshold_many_times_loses_and_repeats_nothing() -> None:
    clock = tl.ManualClock()
    with small(tl.SingleTable, clock=clock) as oracle, small(tl.HybridFeeds, clock=clock, feed_length=4) as hybrid:
        systems: list[Stage] = [oracle, hybrid]
        sides = []
        for crossing in range(12):  # user 3 has one follower, user 0; with 5 and 6 they are a celebrity
            for reader in (5, 6):
                change = "follow" if crossing % 2 else "unfollow"
                everywhere(systems, lambda s, r=reader, c=change: getattr(s, c)(r, 3))
            if crossing % 5:
                hybrid.drain()
            for number in range(1 + crossing % 4):
                tweet = everywhere(systems, lambda s, n=number, c=crossing: s.post(3, f"{c}.{n}"))
                sides.append(hybrid.fanout.rules.is_pushed(3, tweet.id, 0))
                clock.advance(crossing % 2)
            everywhere(systems, lambda s, c=crossing: s.post(4, f"between {c}"))
            if crossing % 4 == 1:
                gone = oracle.tweets_of(3, 3).tweets[-1]
                everywhere(systems, lambda s, t=gone: s.delete(3, t.id))
            compare(systems)
        assert sum(a != b for a, b in pairwise(sides)) >= 6
        assert len(hybrid.fanout.rules.rules_of(3)) >= 7


def test_a_scroll_goes_on_where_it_was_though_the_author_crosses_the_threshold() -> None:
    with small(tl.HybridFeeds) as system:
        tweets = system.post_many([(3, f"tweet {i}") for i in range(20)])
        system.drain()
        page, seen = system.feed(0, 3), []
        readers = [5, 6]
        while True:
            seen += page.tweets
            if page.next is None:
                break
            for reader in readers:
                (system.follow if len(seen) % 2 else system.unfollow)(reader, 3)
            system.drain()
            system.post(3, "meanwhile")
            system.drain()
            page = system.feed(0, 3, page.next)
        assert seen == tweets[::-1]
