"""Exercise 7.2: the least that the stage can cost is what it costs by the rule of each follow."""

from __future__ import annotations

import twitterlab as tl
from twitterlab.classroom.check.exercises import push_edge
from twitterlab.parts.feeds.policy import (
    best_threshold,
    follower_threshold,
    per_edge,
    post_and_view_counts,
    pull_all,
    push_all,
)
from twitterlab.studies.policies import policy_workloads


def test_the_least_that_the_stage_can_cost_is_what_it_costs() -> None:
    graph = tl.FollowGraph.synthetic(users=push_edge.USERS, mean_follows=12, seed=7)
    events = policy_workloads(graph, push_edge.EVENTS)["lecture"]
    posts, views = post_and_view_counts(events, graph.users)
    threshold, _ = best_threshold(graph, posts, views, push_edge.UNITS)
    policies = {
        "push all": push_all,
        "pull all": pull_all,
        "best threshold": follower_threshold(threshold),
        "per edge": per_edge(views, posts, push_edge.UNITS.ratio),
    }
    costs = {name: push_edge.replayed_cost(graph, events, policy) for name, policy in policies.items()}
    assert costs == {"push all": 1635, "pull all": 1506, "best threshold": 1635, "per edge": push_edge.LEAST}
