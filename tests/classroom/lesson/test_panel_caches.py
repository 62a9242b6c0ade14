"""The caches panel counts what a real `TweetCache` counts."""

from __future__ import annotations

import numpy as np
import pytest
from support.depth import CI

import twitterlab as tl
from twitterlab.classroom.lesson.panels.caches import (
    POLICIES,
    SHARES,
    SKEWS,
    caches,
    outcomes_by_size,
    state,
    whole_if_independent,
)
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.studies.cache_lookups import (
    Lookups,
    fetch_requests,
    newest_numbers,
    page_lookups,
    play_lookups,
    posts_then_mix,
    warm_outcome,
)
from twitterlab.work import Work
from twitterlab.workloads.mixes import START_MS, replay

GRAPH = tl.FollowGraph.synthetic(users=300, mean_follows=8, seed=3)
SMALL = (GRAPH, 0.8, 400, 200)  # graph, skew, tweets before, events


@pytest.fixture(scope="module")
def panel():
    return caches(tl.FollowGraph.synthetic(users=1_000, mean_follows=10, seed=3))


@pytest.mark.parametrize("policy", POLICIES if CI else ("LRU", "S3-FIFO"))
def test_lookups_misses_and_shard_requests_are_those_of_the_stage(policy):
    looked_up, spent = [], Work()

    class Noted(POLICIES[policy]):
        def get(self, key):
            looked_up.append(key)
            return super().get(key)

    clock = tl.ManualClock(START_MS)
    before, after = posts_then_mix(*SMALL)
    with tl.TweetCache(GRAPH, clock=clock, cache=Noted, cache_tweets=30) as system:
        posted = [tweet.id for _, tweet in replay(system, before, clock, batch=500)]
        so_far = system.work
        for event, done in replay(system, after, clock):
            posted += [done.id] if event.kind == "post" else []
            spent += system.work - so_far if event.kind == "feed" else Work()
            so_far = system.work
    asked = page_lookups(*SMALL)
    missed = play_lookups(asked.pages, POLICIES[policy](30))
    lost = sum(map(len, missed))
    assert lost > 200
    assert (spent.cache_hits, spent.cache_misses) == (sum(map(len, asked.pages)) - lost, lost)
    assert spent.shard_requests == asked.finding.sum() + sum(fetch_requests(asked, page) for page in missed)
    if policy in ("LRU", "FIFO"):  # the others also look things up by themselves while they are filled
        assert looked_up == [posted[number] for page in asked.pages for number in page]


def test_follows_and_unfollows_change_whose_tweets_a_page_looks_up():
    graph = tl.FollowGraph.from_edges([1], [0], users=4)
    follows = FollowCopy(graph)
    follows.add_follow(1, 3)
    assert follows.followees(1).tolist() == [0, 3]
    follows.remove_follow(1, 0)
    assert follows.followees(1).tolist() == [3]
    assert newest_numbers(np.array([0, 3, 2, 3]), follows.followees(1), graph.users) == [3, 1]


def test_outcomes_are_of_the_full_pages_of_the_second_half():
    full, short = list(range(21)), [3, 2]
    nothing = np.zeros(6, np.int64)
    asked = Lookups([full, full, full, short, full, full], nothing, nothing, nothing, [n % 2 for n in full])
    missed = [full, full, [], short, [7], [6, 7, 8]]
    assert warm_outcome(asked, missed) == pytest.approx((1 - 4 / 42, 0.0, 1.5))
    assert warm_outcome(asked, [*missed[:4], [], [7]]) == pytest.approx((1 - 1 / 42, 0.5, 0.5))


def test_more_room_never_makes_lru_find_less():
    hits = [each.hits for each in outcomes_by_size(GRAPH, 0.8, "LRU")]
    assert hits == sorted(hits)
    assert hits[0] < hits[-1]


def test_misses_come_together_so_more_pages_are_whole_than_modelled():
    large = [each for each in outcomes_by_size(GRAPH, 0.8, "LRU") if each.hits > 0.7]
    assert len(large) > 1
    assert all(each.whole > whole_if_independent(each.hits) for each in large)


def test_the_finding_says_the_numbers_of_the_controls_and_moves_with_each(panel):
    first = panel.state()
    for name, index in (("at", 3), ("policy", 1), ("skew", 2)):
        control = panel.controls[name]
        kept, control.index = control.index, index
        assert panel.state().finding != first.finding, name
        control.index = kept
    assert panel.state() == first
    assert first.numbers["hit ratio"] in first.finding


def test_the_default_state_is_in_the_bundle_and_calls_the_model_a_model(panel):
    told = panel._repr_mimebundle_()["text/plain"]
    assert panel.state().finding in told
    assert "Cache 10 % of the tweets; Rule LRU" in told
    assert "modelled" in panel.state().finding


def test_the_least_and_the_largest_cache_have_a_state_with_every_skew():
    for skew in SKEWS.values():
        least, largest = (state(GRAPH, at, "SIEVE", skew) for at in (0, len(SHARES) - 1))
        assert float(least.numbers["hit ratio"].split()[0]) < float(largest.numbers["hit ratio"].split()[0]) < 100
