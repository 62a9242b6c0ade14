"""The synthetic graph: the size, the shares and the tails that it promises, and dense samples of it."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.graphs import TRIANGLE

from twitterlab.model import InvalidGraph
from twitterlab.workloads.graph import FollowGraph


@pytest.fixture(scope="module")
def twitter() -> FollowGraph:
    return FollowGraph.synthetic(users=100_000, mean_follows=50, seed=7)


def test_the_same_seed_gives_the_same_graph_on_every_machine() -> None:
    graph = FollowGraph.synthetic(users=2_000, mean_follows=12, seed=3)
    assert graph.digest() == "a76e0cc929197fac96b42299fe93420291e79ff4bd408115a49e1c58472e979e"
    assert FollowGraph.synthetic(users=2_000, mean_follows=12, seed=4) != graph


def test_the_synthetic_graph_has_exactly_the_follows_asked_for(twitter: FollowGraph) -> None:
    assert (twitter.users, twitter.edges) == (100_000, 5_000_000)
    followers, followees = twitter.edge_arrays()
    assert not (followers == followees).any()
    assert twitter.nbytes <= 12 * twitter.edges


@pytest.mark.parametrize("mutual", [0, 0.22, 0.5, 1])
def test_the_share_of_mutual_follows_is_the_one_asked_for(mutual: float) -> None:
    graph = FollowGraph.synthetic(users=5_000, mean_follows=20, seed=1, mutual=mutual)
    assert graph.mutual_share() == pytest.approx(mutual, abs=0.001)
    assert nx.overall_reciprocity(graph.to_networkx()) == pytest.approx(graph.mutual_share())


def test_the_synthetic_graph_is_as_mutual_as_its_default_says(twitter: FollowGraph) -> None:
    assert twitter.mutual_share() == pytest.approx(0.22, abs=0.02)


def test_follower_counts_have_the_published_tail_and_celebrities_above_it(twitter: FollowGraph) -> None:
    counts = np.sort(twitter.follower_counts)[::-1]
    rank = np.unique(np.geomspace(300, 10_000, 40).astype(int))
    slope, level = np.polyfit(np.log(counts[rank - 1]), np.log(rank / twitter.users), 1)
    assert -slope == pytest.approx(1.276, abs=0.1)
    celebrities = np.arange(20, 60)
    line = np.exp((np.log(celebrities / twitter.users) - level) / slope)
    assert (counts[celebrities - 1] > 1.25 * line).all()
    assert counts[0] > 200 * counts.mean()
    assert counts[0] < 0.5 * twitter.users


def test_most_people_have_few_follows_and_few_followers(twitter: FollowGraph) -> None:
    for counts in (twitter.followee_counts, twitter.follower_counts):
        assert np.median(counts) < 0.5 * counts.mean()
    assert 0.03 < np.mean(twitter.followee_counts == 0) < 0.15
    assert np.corrcoef(np.log1p(twitter.followee_counts), np.log1p(twitter.follower_counts))[0, 1] > 0.2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**70))
def test_graphs_of_any_size_and_density_can_be_made(users: int, density: float, mutual: float, seed: int) -> None:
    mean = density * (users - 1)
    graph = FollowGraph.synthetic(users, mean, seed, mutual)
    assert (graph.users, graph.edges) == (users, round(users * mean))


def test_five_users_who_follow_two_each_can_be_made() -> None:
    assert FollowGraph.synthetic(users=5, mean_follows=2).edges == 10
    assert FollowGraph.synthetic(users=300, mean_follows=299).edges == 300 * 299


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"users": 0}, "users is 0"),
        ({"users": 2.5}, r"users is 2\.5"),
        ({"users": True}, "users is True"),
        ({"users": 2**31}, f"users is {2**31}"),
        ({"users": 5, "mean_follows": 4.5}, r"mean_follows is 4\.5: 5 users can follow 0 to 4 others"),
        ({"mean_follows": -1}, "mean_follows is -1"),
        ({"mean_follows": float("nan")}, "mean_follows is nan"),
        ({"mean_follows": "many"}, "mean_follows is 'many'"),
        ({"mutual": 1.5}, r"mutual is 1\.5: it must be a share"),
        ({"mutual": None}, "mutual is None"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 0.5}, r"seed is 0\.5"),
    ],
)
def test_settings_that_make_no_graph_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidGraph, match=message):
        FollowGraph.synthetic(**{"users": 10, "mean_follows": 2, **wrong})  # type: ignore[arg-type]


def test_a_dense_sample_is_dense_and_the_same_each_time(twitter: FollowGraph) -> None:
    sample = twitter.dense_sample(100)
    assert (sample.users, sample.edges) == (100, twitter.dense_sample(100).edges)
    assert sample.edges > 20 * sample.users
    assert FollowGraph.from_edges(*TRIANGLE, users=9).dense_sample(3) == FollowGraph.from_edges(*TRIANGLE)


@pytest.mark.parametrize("k", [0, 4, 1.5, None, True])
def test_a_sample_of_an_impossible_size_is_refused(k: object) -> None:
    with pytest.raises(InvalidGraph, match=f"a sample of {k!r} users"):
        FollowGraph.from_edges(*TRIANGLE).dense_sample(k)  # type: ignore[arg-type]
