"""What a policy costs by the formula is what the system really does: deliveries and pulls, counted while it runs."""

from __future__ import annotations

import numpy as np
import pytest
from support.depth import CI

import twitterlab as tl
from twitterlab.parts.feeds import policy
from twitterlab.studies.policies import policy_workloads
from twitterlab.workloads.mixes import START_MS, replay

GRAPH = tl.FollowGraph.synthetic(120, 6, seed=4)
UNITS = policy.UnitCosts(push=1.0, pull=2.0)


def counted(chosen, events):
    """Deliveries and pulls of one run, every user having posted once before, so that each author has a rule."""
    clock = tl.ManualClock(START_MS - 1000)
    with tl.HybridFeeds(GRAPH, clock=clock, policy=chosen, shards=2) as system:
        system.post_many([(user, "hello") for user in range(GRAPH.users)])
        system.drain()
        before = system.work
        for event, _ in replay(system, events, clock):
            if event.kind == "post":
                system.drain()
        work = system.work - before
    return work.deliveries, work.pulls


def only_posts_and_feeds(events):
    """The part of a stream that a cost is made of; follows would change the graph under it."""
    return [event for event in events if event.kind in ("post", "feed")]


@pytest.mark.parametrize("name", ["lecture", "flash crowd", "BenchBase", "DeathStarBench"])
def test_the_formula_counts_what_the_system_does(name):
    streams = {
        key.lower(): stream for key, stream in policy_workloads(GRAPH, events=1500 if CI else 500, seed=2).items()
    }
    events = only_posts_and_feeds(streams[name.lower()])
    posts, views = policy.post_and_view_counts(events, GRAPH.users)
    threshold, _ = policy.best_threshold(GRAPH, posts, views, UNITS)
    totals = {}
    for label, chosen in {
        "push all": policy.push_all,
        "pull all": policy.pull_all,
        "threshold": policy.follower_threshold(threshold),
        "per edge": policy.per_edge(views, posts, UNITS.ratio),
    }.items():
        cost = policy.policy_cost(GRAPH, posts, views, chosen, UNITS)
        assert counted(chosen, events) == (cost.pushes, cost.pulls), label
        totals[label] = cost.total
    assert totals["per edge"] == min(totals.values())
    assert np.isfinite(list(totals.values())).all()
