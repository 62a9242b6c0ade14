"""The shards panel says what the engine's counters say, and the picture of a page's way what its merge takes."""

from __future__ import annotations

import numpy as np
import pytest

import twitterlab as tl
from twitterlab.classroom.lesson import panels
from twitterlab.classroom.lesson.panels.shards import COUNTS, RULES, LectureDay, deal_users, heat_of, shard_loads, state
from twitterlab.classroom.lesson.shard_lanes import page_lanes
from twitterlab.parts.store.sharding import placement, shard_of

GRAPH = tl.FollowGraph.synthetic(users=60, mean_follows=6, seed=3)
SHARDS = 5


def small_day() -> LectureDay:
    rng = np.random.default_rng(5)
    posts, pages = rng.integers(0, 4, GRAPH.users), rng.integers(0, 3, GRAPH.users)
    celebrity = int(np.argmax(posts * GRAPH.follower_counts))
    return LectureDay(posts.astype(float), pages.astype(float), np.arange(GRAPH.users), celebrity)


def test_loads_are_what_the_engine_counts():
    work, visits = small_day(), 7
    with tl.UserShards(GRAPH, clock=tl.ManualClock(), shards=SHARDS) as system:
        system.post_many([(user, "one") for user in range(GRAPH.users) for _ in range(int(work.posts[user]))])
        shards = system.tables.databases
        requests, before = np.array([shard.requests for shard in shards]), system.work
        for reader in range(GRAPH.users):
            for _ in range(int(work.pages[reader])):
                system.feed(reader)
        counted = np.array([shard.requests for shard in shards]) - requests
        done = system.work - before
        said = shard_loads(GRAPH, work, placement(shard_of, GRAPH.users, SHARDS), SHARDS)
        assert said["requests"].tolist() == counted.tolist()
        assert said["rows read"].sum() == done.rows_read
        tweets = [shard.peek("SELECT count(*) FROM tweets")[0][0] for shard in shards]
        assert said["tweets"].tolist() == tweets
        requests, before = np.array([shard.requests for shard in shards]), system.work
        for _ in range(visits):
            system.tweets_of(work.celebrity)
        home, done = shard_of(work.celebrity, SHARDS), system.work - before
        assert (shards[home].requests - requests[home], done.rows_read) == (visits, visits * work.posts[work.celebrity])


def test_rows_lie_with_the_author_and_follows_with_the_reader():
    graph = tl.FollowGraph.from_edges([0, 0, 1], [1, 2, 2])
    work = LectureDay(np.array([0.0, 2.0, 5.0]), np.array([1.0, 10.0, 0.0]), np.arange(3), celebrity=2)
    said = shard_loads(graph, work, np.array([0, 0, 1]), 2)
    assert said["rows read"].tolist() == [2 + 2 + 10, 5 + 50]  # follow lists of both readers, then their followees'
    assert said["requests"].tolist() == [(1 + 1) + 10, 1 + 10]
    crowded = shard_loads(graph, work, np.array([0, 0, 1]), 2, crowd=1.0)
    assert crowded["requests"].tolist() == [0, 11]
    assert crowded["rows read"].tolist() == [0, 55]


@pytest.mark.parametrize("count", [1, 3, 16])
@pytest.mark.parametrize("rule", RULES)
def test_every_rule_deals_all_users_and_evenly(rule: str, count: int):
    graph = tl.FollowGraph.synthetic(users=2_000, mean_follows=8, seed=3)
    held = np.bincount(deal_users(graph, rule, count), minlength=count)
    assert held.sum() == graph.users
    assert len(held) == count
    assert heat_of(held) < 1.35


def test_ranges_put_the_most_followed_on_the_first_shard():
    places = deal_users(GRAPH, RULES[1], 6)
    assert set(places[np.argsort(-GRAPH.follower_counts, kind="stable")[:10]].tolist()) == {0}


@pytest.mark.parametrize("what", COUNTS)
def test_one_shard_is_the_mean_one(what: str):
    assert ", 1 times the mean" in state(GRAPH, 1, RULES[0], 0.0, what).finding


def test_the_default_state_tells_of_a_hot_shard_and_moves_with_its_controls():
    panel = panels.shards(tl.FollowGraph.synthetic(users=2_000, mean_follows=8, seed=3))
    told, seen = panel.default["text/plain"], {panel.state().finding}
    assert "Shards 16; Users are dealt by hash" in told
    assert panel.state().finding in told
    for name, value in (("count", 8), ("rule", RULES[1]), ("crowd", 0.5), ("what", "users")):
        panel.controls[name].value = value
        assert panel.state().finding not in seen
        seen.add(panel.state().finding)


def test_the_way_of_a_page_takes_what_the_merge_takes():
    author_places = placement(shard_of, GRAPH.users, SHARDS)
    reader = int(np.argmax(GRAPH.followee_counts))
    with tl.UserShards(GRAPH, clock=tl.ManualClock(), shards=SHARDS) as system:
        system.post_many([(user, "one") for user in np.random.default_rng(1).permutation(GRAPH.users).tolist() * 3])
        tweets, before = system.feed(reader, limit=200).tweets, system.work
        system.feed(reader, limit=8)
        merged = (system.work - before).merged
    lanes = {str(n): [tweet.id for tweet in tweets if author_places[tweet.author] == n] for n in range(SHARDS)}
    shown = page_lanes({name: lane for name, lane in lanes.items() if lane}, limit=8)
    assert f"8 tweets make the page. The next of each shard was looked at, {merged - 8} more." in shown.caption
    assert f"The other {len(tweets) - merged} candidates" in shown.caption


def test_the_way_of_a_page_says_whose_tweet_has_which_place():
    shown = page_lanes({"left": [9, 4, 2], "right": [7, 1], "idle": []}, limit=3)
    assert shown.alt == (
        "Lanes of tweets, one a shard: left gives 1, 3 of the page, its next one waits, 0 are left; "
        "right gives 2 of the page, its next one waits, 0 are left; idle gives nothing."
    )
