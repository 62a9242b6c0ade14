"""The tour: what it prints is what the stages did."""

from __future__ import annotations

import pytest
from support.depth import CI
from support.places import SLASHDOT

import twitterlab as tl
from twitterlab.figures.tour import tour_picture
from twitterlab.studies import tour
from twitterlab.workloads.mixes import START_MS, replay

TWEETS = 400 if CI else 300


@pytest.fixture(scope="module")
def result():
    return tour.run_tour(tl.FollowGraph.synthetic(300, 8, seed=1), tweets=TWEETS, seed=3)


def test_no_page_differs_from_stage_1(result):
    assert [row.stage for row in result.stages] == [1, 2, 3, 4, 5, 6, 7]
    assert [row.pages_differing for row in result.stages] == [0] * 7
    assert all(row.pages == result.workload["feed"] > 50 for row in result.stages)


def test_a_page_that_differs_is_counted(monkeypatch):
    honest = tl.FollowerIndex._feed
    monkeypatch.setattr(
        tl.FollowerIndex, "_feed", lambda self, reader, *rest: (t for t in honest(self, reader, *rest) if reader % 2)
    )
    graph = tl.FollowGraph.synthetic(300, 8, seed=1)
    row = tour.run_tour(graph, [2], tweets=TWEETS, seed=3).stages[0]
    assert 0 < row.pages_differing < row.pages


def test_the_rows_tell_the_story_of_the_stages(result):
    one, two, three, four, five, six, seven = result.stages
    assert one.rows_per_page > 5 * two.rows_per_page
    assert two.rows_per_page == three.rows_per_page == four.rows_per_page
    assert one.queries_per_page == 1
    assert two.queries_per_page == 2
    assert two.shards_per_page < four.shards_per_page
    assert one.hit_ratio is None
    assert five.hit_ratio > 0.5
    assert six.rows_per_page < two.rows_per_page / 5
    assert one.deliveries_per_post == 0 < seven.deliveries_per_post < six.deliveries_per_post


def test_deliveries_are_followers_at_the_time_of_the_post(result):
    graph = tl.FollowGraph.synthetic(300, 8, seed=1)
    script = tour.write_script(graph, TWEETS, 3)
    follows = set(zip(*(column.tolist() for column in graph.edge_arrays()), strict=True))
    deliveries = 0
    for event in (*script.history, *script.live):
        if event.kind == "post":
            deliveries += sum(followee == event.user for _, followee in follows)
        elif event.kind == "follow":
            follows.add((event.user, event.other))
        elif event.kind == "unfollow":
            follows.discard((event.user, event.other))
    per_post = result.stages[5].deliveries_per_post
    # workers run before reads, so a post may meet a follow or an unfollow that came a moment after it
    assert per_post * script.count("post") == pytest.approx(deliveries, abs=20)


def test_the_same_seed_gives_the_same_counters(result):
    graph = tl.FollowGraph.synthetic(300, 8, seed=1)
    again = tour.run_tour(graph, [1, 5, 7], tweets=TWEETS, seed=3)
    other = tour.run_tour(graph, [1], tweets=TWEETS, seed=4)
    before = tour.tour_table(result, times=False)
    assert tour.tour_table(again, times=False).equals(before.iloc[[0, 4, 6]])
    assert not tour.tour_table(other, times=False).equals(before.iloc[[0]])


def test_the_figure_says_its_numbers_in_words(result):
    words = tour_picture(result).text
    for row in result.stages:
        assert f"stage {row.stage}, {row.name}: {row.rows_per_page:,.1f} rows read" in words


def test_the_real_graph_gives_the_same_pages_at_every_stage():
    if not SLASHDOT.exists():
        pytest.skip("the real follow graph is not beside the project")
    if not CI:
        pytest.skip("keeps a core busy for ten seconds: set CI=true")
    measured = tour.run_tour(tl.FollowGraph.read(SLASHDOT), tweets=20_000)
    assert [row.pages_differing for row in measured.stages] == [0] * 7
    assert measured.graph == {"users": 82_168, "follows": 870_161}


def test_a_replayed_script_ends_in_the_follows_that_it_says():
    graph = tl.FollowGraph.synthetic(100, 5, seed=2)
    clock = tl.ManualClock(START_MS)
    with tl.UserShards(graph, clock=clock) as system:
        events = tour.write_script(graph, 300, 1).live
        list(replay(system, events, clock, tour.POSTS_A_COMMIT))
        after = system.tables.stored_graph()
    follows = set(zip(*(column.tolist() for column in graph.edge_arrays()), strict=True))
    for event in events:
        if event.kind in ("follow", "unfollow"):
            (follows.add if event.kind == "follow" else follows.remove)((event.user, event.other))
    assert set(zip(*(column.tolist() for column in after.edge_arrays()), strict=True)) == follows
