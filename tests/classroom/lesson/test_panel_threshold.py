"""The threshold panel's curves are the policy part's own costs."""

from __future__ import annotations

import numpy as np
import pytest

from twitterlab import FollowGraph
from twitterlab.classroom.lesson.panels.threshold import EVENTS, SEED, state, stream_costs, threshold
from twitterlab.parts.feeds.policy import (
    UnitCosts,
    best_threshold,
    follower_threshold,
    per_edge,
    policy_cost,
    post_and_view_counts,
)
from twitterlab.workloads.mixes import lecture

GRAPH = FollowGraph.synthetic(users=400, mean_follows=10, seed=3)
PAGES, RATIO = 20, 2.0


@pytest.fixture(scope="module")
def rates_():
    posts, views = post_and_view_counts(lecture(GRAPH, EVENTS, SEED, correlation=1.0), GRAPH.users)
    return posts, views * posts.sum() / views.sum() * PAGES


def test_every_point_of_the_curves_is_what_that_threshold_costs(rates_):
    work = stream_costs(GRAPH)
    for place, limit in enumerate(work.thresholds.tolist()):
        counted = policy_cost(GRAPH, *rates_, follower_threshold(limit), UnitCosts(push=RATIO))
        assert counted.pushes == pytest.approx(work.pushes[place])
        assert counted.pulls == pytest.approx(work.pulls[place] * PAGES)


def test_the_ends_are_pulling_all_and_pushing_all():
    work = stream_costs(GRAPH)
    assert work.pushes[0] == work.pulls[-1] == 0
    assert work.thresholds[-1] > GRAPH.follower_counts.max()


def test_the_per_edge_line_is_the_per_edge_rules_cost(rates_):
    posts, views = rates_
    counted = policy_cost(GRAPH, posts, views, per_edge(views, posts, RATIO), UnitCosts(push=RATIO))
    numbers = state(stream_costs(GRAPH), at=0, pages=PAGES, ratio=RATIO).numbers
    assert numbers["the per-edge rule, in pulls"] == f"{counted.total:,.0f}"


def test_the_best_candidate_is_near_the_best_of_all_thresholds(rates_):
    work = stream_costs(GRAPH)
    total = work.pushes * RATIO + work.pulls * PAGES
    _, best = best_threshold(GRAPH, *rates_, UnitCosts(push=RATIO))
    assert best.total * (1 - 1e-9) <= total.min() <= best.total * 1.1


def test_more_pages_a_post_never_lower_the_best_threshold():
    work = stream_costs(GRAPH)
    best = [int(work.thresholds[np.argmin(work.pushes + pages * work.pulls)]) for pages in (0.1, 1, 20, 1000)]
    assert best == sorted(best)
    assert best[0] < best[-1]


def test_moving_the_slider_moves_the_dot_and_the_finding():
    panel = threshold(GRAPH)
    first = panel.state()
    panel.controls["at"].index = 0
    assert "The dot is at 0, " in panel.state().figure.alt
    assert panel.state().finding != first.finding
