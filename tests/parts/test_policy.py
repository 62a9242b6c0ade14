"""Policies: their rules, what they cost against plain loops, and the best of them against brute force."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twitterlab.parts.feeds.policy import (
    PushPullPolicy,
    UnitCosts,
    best_threshold,
    compare_policies,
    follower_threshold,
    per_edge,
    policy_cost,
    policy_regret,
    post_and_view_counts,
    pull,
    pull_all,
    push,
    push_all,
    pushed_follows,
)
from twitterlab.studies.policies import compare_workloads, policies_table, policy_workloads, time_halves
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.mixes import Event, lecture

UNITS = UnitCosts(push=2.0, pull=3.0, unit="rows")
Case = tuple[FollowGraph, list[int], list[int], UnitCosts]


def graph_of(edges: list[tuple[int, int]], users: int) -> FollowGraph:
    follower, followee = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    return FollowGraph.from_edges(follower, followee, users=users)


@st.composite
def cases(draw: st.DrawFn, most_edges: int = 30) -> Case:
    """A small graph, posts and views of its users, and unit costs; all sums are exact in a float."""
    users = draw(st.integers(1, 8))
    pair = st.tuples(st.integers(0, users - 1), st.integers(0, users - 1)).filter(lambda p: p[0] != p[1])
    edges = draw(st.lists(pair, unique=True, max_size=most_edges)) if users > 1 else []
    counts = st.lists(st.integers(0, 20), min_size=users, max_size=users)
    price = st.sampled_from([0.25, 0.5, 1.0, 2.0, 3.0, 7.0])
    return graph_of(edges, users), draw(counts), draw(counts), UnitCosts(draw(price), draw(price))


def follows(graph: FollowGraph) -> list[tuple[int, int]]:
    readers, authors = graph.edge_arrays()
    return list(zip(readers.tolist(), authors.tolist(), strict=True))


def total_by_loops(case: Case, policy: PushPullPolicy) -> tuple[int, int, float]:
    """Pushes, pulls and total, one follow after the other."""
    graph, posts, views, units = case
    pushes = pulls = 0
    for reader, author in follows(graph):
        if policy(author, len(graph.followers(author)))(author, reader):
            pushes += posts[author]
        else:
            pulls += views[reader]
    return pushes, pulls, pushes * units.push + pulls * units.pull


def mixed(author: int, followers: int) -> Callable[..., np.ndarray]:
    """A policy with a new rule for every author: pushed to the readers whose number has the author's parity."""
    return lambda authors, readers: (np.asarray(authors) + np.asarray(readers)) % 2 == 0


POLICIES = [push_all, pull_all, follower_threshold(2), follower_threshold(0), mixed]


def test_push_and_pull_broadcast_like_numpy() -> None:
    authors, readers = np.arange(3)[:, None], np.arange(4)
    assert push(authors, readers).tolist() == [[True] * 4] * 3
    assert pull(authors, readers).tolist() == [[False] * 4] * 3
    rule = per_edge([0, 1, 2, 3], [1, 2, 3, 0], 1.0)(0, 1)
    assert rule(authors, readers).tolist() == [[v >= p for v in (0, 1, 2, 3)] for p in (1, 2, 3)]
    assert push(0, 1).shape == ()
    assert bool(rule(0, 3)) is True


def test_authors_at_the_threshold_are_pulled() -> None:
    policy = follower_threshold(10)
    assert [policy(1, followers) for followers in (0, 9, 10, 11)] == [push, push, pull, pull]
    assert follower_threshold()(1, 9_999) is push
    assert follower_threshold()(1, 10_000) is pull
    assert push_all(1, 10**9) is push
    assert pull_all(1, 0) is pull


def test_every_author_gets_the_same_per_edge_rule() -> None:
    policy = per_edge([1, 2], [1, 2])
    assert policy(0, 5) is policy(1, 7)


def test_the_rates_of_a_rule_are_frozen_when_it_is_made() -> None:
    views, posts = np.array([5.0, 0.0]), np.array([1.0, 1.0])
    rule = per_edge(views, posts)(0, 1)
    views[0], posts[1] = 0.0, 100.0
    assert rule([1], [0]).tolist() == [True]
    assert rule([0, 1], [1, 0]).tolist() == [False, True]


@pytest.mark.parametrize("ratio", [0, -1, float("nan"), float("inf")])
def test_impossible_ratios_and_costs_are_refused(ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio"):
        per_edge([1], [1], ratio)
    with pytest.raises(ValueError, match="push"):
        UnitCosts(push=ratio)
    with pytest.raises(ValueError, match="pull"):
        UnitCosts(pull=ratio)


MASKED = np.ma.array([1, 2], mask=[0, 1])
BAD_RATES = [([0.0, -1.0], "user 1 is -1.0"), ([0.0, float("nan")], "user 1 is nan"), (MASKED, "user 1 is nan")]
BAD_RATES += [([[1.0], [2.0]], "one number per user"), (pd.Series([None, 1], dtype="Int64"), "user 0 is nan")]


@pytest.mark.parametrize(("bad", "message"), BAD_RATES)
def test_impossible_and_missing_rates_are_refused_with_the_user(bad: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=f"rates.*{message}"):
        per_edge(bad, [1.0, 1.0])


def test_rates_of_another_graph_are_refused() -> None:
    with pytest.raises(ValueError, match="2 users"):
        policy_cost(graph_of([(0, 1)], 2), [1, 2, 3], [1, 2], push_all, UNITS)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_cost_equals_a_plain_loop(case: Case) -> None:
    graph, posts, views, units = case
    for policy in [*POLICIES, per_edge(views, posts, units.ratio)]:
        assert policy_cost(graph, posts, views, policy, units) == total_by_loops(case, policy)


def test_pushed_is_in_edge_order() -> None:
    graph = graph_of([(0, 1), (0, 2), (1, 2), (3, 2), (3, 1), (2, 3)], 4)
    expected = [(reader + author) % 2 == 0 for reader, author in follows(graph)]
    assert pushed_follows(graph, mixed).tolist() == expected


@given(cases(most_edges=9))
@settings(max_examples=60, deadline=None)
def test_per_edge_is_the_least_of_all_choices(case: Case) -> None:
    graph, posts, views, units = case
    prices = [(posts[author] * units.push, views[reader] * units.pull) for reader, author in follows(graph)]
    least = min((sum(choice) for choice in product(*prices)), default=0)
    assert policy_cost(graph, posts, views, per_edge(views, posts, units.ratio), units).total == pytest.approx(least)


@given(cases())
@settings(max_examples=150, deadline=None)
def test_best_threshold_equals_brute_force(case: Case) -> None:
    graph, posts, views, units = case
    totals = [total_by_loops(case, follower_threshold(t))[2] for t in range(graph.users + 1)]
    threshold, best = best_threshold(graph, posts, views, units)
    assert best.total == pytest.approx(min(totals))
    assert best == total_by_loops(case, follower_threshold(threshold))


def test_of_equal_thresholds_the_largest_wins() -> None:
    graph = graph_of([(0, 1), (2, 1), (0, 2)], 3)
    assert best_threshold(graph, [0, 0, 0], [0, 0, 0], UNITS) == (3, (0.0, 0.0, 0.0))
    assert best_threshold(graph, [0, 9, 0], [1, 1, 1], UNITS)[0] == 2
    assert best_threshold(graph, [0, 9, 9], [1, 1, 1], UNITS)[0] == 1


@given(cases(), st.data())
@settings(max_examples=100, deadline=None)
def test_regret_is_what_hindsight_would_have_saved(case: Case, data: st.DataObject) -> None:
    graph, posts, views, units = case
    other = data.draw(st.lists(st.integers(0, 20), min_size=graph.users, max_size=graph.users))
    least = policy_cost(graph, posts, views, per_edge(views, posts, units.ratio), units).total
    for policy in [*POLICIES, per_edge(other, posts, units.ratio), per_edge(views, other, units.ratio)]:
        value = policy_regret(graph, posts, views, policy, units)
        assert value >= 0
        assert value == pytest.approx(policy_cost(graph, posts, views, policy, units).total - least)


def test_rates_count_posts_and_views_of_feeds() -> None:
    kinds = ["post", "feed", "feed", "follow", "tweets_of", "delete", "post"]
    posts, views = post_and_view_counts([Event(0, kind, user % 3, 0) for user, kind in enumerate(kinds)], 4)
    assert posts.tolist() == [2, 0, 0, 0]
    assert views.tolist() == [0, 1, 1, 0]


def test_compare_ranks_per_edge_first_and_reports_regret() -> None:
    graph = graph_of([(0, 1), (2, 1), (3, 1), (0, 2)], 4)
    table = compare_policies(graph, [0, 10, 1, 0], [30, 0, 1, 0], UnitCosts(1, 1), before=([0, 0, 1, 0], [1, 1, 1, 1]))
    assert table.loc["push all", ["pushes", "pulls", "cost"]].tolist() == [31, 0, 31]
    assert table.loc["pull all", ["pushes", "pulls", "cost"]].tolist() == [0, 61, 61]
    assert table.loc["best threshold", ["threshold", "cost"]].tolist() == [4, 31]
    assert table.loc["per edge", ["pushes", "pulls", "cost", "regret"]].tolist() == [11, 1, 12, 0]
    assert table.loc["per edge of the period before", ["cost", "regret"]].tolist() == [31, 19]
    assert pd.isna(table.loc["per edge", "threshold"])
    assert len(compare_policies(graph, [0, 10, 1, 0], [30, 0, 1, 0], UNITS)) == 4


@pytest.fixture(scope="module")
def graph() -> FollowGraph:
    return FollowGraph.synthetic(users=1_500, mean_follows=20, seed=5)


@pytest.mark.parametrize("units", [UnitCosts(), UnitCosts(1, 4), UnitCosts(0.3, 0.1)])
def test_in_hindsight_per_edge_is_at_most_the_others_on_every_workload(graph: FollowGraph, units: UnitCosts) -> None:
    table = compare_workloads(graph, seed=2, units=units, events=8_000)
    assert list(table.index.unique("workload")) == ["lecture", "flash crowd", "BenchBase", "DeathStarBench"]
    for _, judged in table.groupby("workload"):
        costs = judged["cost"].droplevel("workload")
        assert len(costs) == 6
        assert costs["per edge"] <= costs.min() * (1 + 1e-12)
        assert costs["best threshold"] <= min(costs["push all"], costs["pull all"]) * (1 + 1e-12)
        assert costs["best threshold"] <= costs["threshold of the period before"] * (1 + 1e-12)
        assert costs["per edge"] < costs["best threshold"]
    assert (table["regret"] >= 0).all()
    assert (table["over_best"] >= 1 - 1e-12).all()
    assert np.allclose(table["regret"].to_numpy(), (table["cost"] * (1 - 1 / table["over_best"])).to_numpy())


def test_the_comparison_judges_the_second_half_and_learns_from_the_first(graph: FollowGraph) -> None:
    stream = policy_workloads(graph, 8_000, 2)["lecture"]
    assert stream == lecture(graph, 8_000, 2)
    before, judged = time_halves(stream)
    assert before + judged == stream
    assert before[-1].at_ms < (stream[0].at_ms + stream[-1].at_ms) / 2 <= judged[0].at_ms
    expected = compare_policies(
        graph, *post_and_view_counts(judged, graph.users), UnitCosts(), before=post_and_view_counts(before, graph.users)
    )
    actual = compare_workloads(graph, seed=2, events=8_000).loc["lecture"].drop(columns="over_best")
    pd.testing.assert_frame_equal(actual, expected)


def test_no_events_are_two_empty_halves() -> None:
    assert time_halves([]) == ([], [])


def test_the_table_prints_units_and_repeats(graph: FollowGraph) -> None:
    text = policies_table(graph, seed=2, units=UNITS, events=4_000)
    costs, _, names, units, index, *rows = text.splitlines()
    assert "unit costs (rows): push 2, pull 3" in costs
    assert names.split() == ["threshold", "pushes", "pulls", "cost", "regret", "over", "best"]
    assert units.split() == ["followers", "deliveries", "pulled", "authors", "rows", "rows", "ratio"]
    assert index.split() == ["workload", "policy"]
    assert len(rows) == 4 * 6
    assert not any("NA" in row or "nan" in row for row in rows)
    assert text == policies_table(graph, seed=2, units=UNITS, events=4_000)
    per_edge_lines = [row for row in rows if "per edge   " in row]
    assert [line.split()[-1] for line in per_edge_lines] == ["1.00"] * 4
