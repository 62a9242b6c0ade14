"""What each stage's docstring says that a call costs, in exact counters on a small graph."""

from __future__ import annotations

import pytest
from support.plain import scroll
from support.systems import EDGES, FANNED_OUT, GRAPH, ROWS, USERS, cost, loaded, small

import twitterlab as tl
from twitterlab.parts.fast.tops import NARROW, WIDTH
from twitterlab.parts.store.sharding import shard_of
from twitterlab.stages.base import Stage

DAY = 86_400_000


def by_residue(user: int, shards: int) -> int:
    return user % shards


# Stages 1 to 3


def test_a_page_of_one_table_reads_every_row_of_both_tables_in_one_query() -> None:
    with loaded(tl.SingleTable) as system:
        for page in (("feed", 0), ("feed", 6), ("feed", 0, 1), ("feed", 0, 20, system.feed(0).next)):
            work = cost(system, page)
            assert (work.rows_read, work.queries, work.shard_requests) == (len(EDGES) + 65, 1, 1)
        assert cost(system, ("tweets_of", 1)).rows_read == 65
        assert cost(system, ("tweet", 1, system.tweets_of(1).tweets[0].id)).rows_read == 65


@pytest.mark.parametrize("stage", [tl.FollowerIndex, tl.ReadReplicas])
def test_a_page_of_the_index_reads_ones_own_follows_and_the_followees_tweets_in_two_queries(stage: type[Stage]) -> None:
    with loaded(stage) as system:
        for page in (("feed", 0), ("feed", 0, 1), ("feed", 0, 200), ("feed", 0, 20, system.feed(0).next)):
            work = cost(system, page)
            assert (work.rows_read, work.queries, work.shard_requests) == (4 + 40, 2, 2)
        assert cost(system, ("feed", 5)).rows_read == 2 + 20
        assert cost(system, ("feed", 6)).rows_read == 1 + 10
        assert cost(system, ("feed", 7)).rows_read == 0
        assert cost(system, ("tweets_of", 1)).rows_read == 10
        assert cost(system, ("tweet", 1, system.tweets_of(1).tweets[0].id)).rows_read == 1


def test_replicas_share_the_reads_and_not_the_writes() -> None:
    with loaded(tl.ReadReplicas, replicas=4) as system:
        leader, *replicas = system.tables.databases
        before = [database.requests for database in (leader, *replicas)]
        for _ in range(8):
            system.feed(0)
        after = [database.requests for database in (leader, *replicas)]
        assert [b - a for a, b in zip(before, after, strict=True)] == [0, 4, 4, 4, 4]
        assert cost(system, ("post", 1, "x")).commits == 1
        work = cost(system, ("drain",))
        assert work.messages == 4
        assert work.commits >= 4


# Stage 4


def test_a_page_asks_one_shard_for_the_follows_and_each_that_holds_a_followee_once() -> None:
    for shards in (1, 2, 3, 4, 8):
        with loaded(tl.UserShards, shards=shards) as system:
            for reader in range(USERS):
                held = {shard_of(int(user), shards) for user in GRAPH.followees(reader)}
                work = cost(system, ("feed", reader, 5))
                assert work.shard_requests == work.queries == 1 + len(held)


def test_by_tweet_every_shard_is_asked() -> None:
    for shards in (1, 3, 8):
        with loaded(tl.UserShards, shards=shards, shard_by="tweet") as system:
            assert cost(system, ("feed", 0, 5)).shard_requests == 1 + shards
            assert cost(system, ("feed", 6, 5)).shard_requests == 1 + shards
            assert cost(system, ("tweets_of", 1, 5)).shard_requests == shards


def test_a_sharded_page_reads_the_rows_that_one_index_would_read() -> None:
    with loaded(tl.FollowerIndex) as whole, loaded(tl.UserShards) as cut:
        for reader in range(USERS):
            for limit in (1, 20, 50):
                page = ("feed", reader, limit)
                assert cost(cut, page).rows_read == cost(whole, page).rows_read


def test_a_merge_takes_the_page_one_to_look_ahead_and_one_waiting_from_each_other_shard() -> None:
    with loaded(tl.UserShards, shards=4, shard_of=by_residue) as system:  # users 1 to 4 lie on four shards
        for limit in (1, 5, 20, 35):
            assert cost(system, ("feed", 0, limit)).merged == limit + 4 <= limit + len(system.tables.databases)
        assert cost(system, ("feed", 5, 5)).merged == 5 + 2
        assert cost(system, ("feed", 6, 5)).merged == 5 + 1
        assert cost(system, ("feed", 7, 5)).merged == 0
        assert cost(system, ("feed", 0, 200)).merged == 40  # there are no more


# Stage 5


def test_the_second_reading_of_a_page_is_all_hits_and_asks_no_shard_for_a_tweet() -> None:
    with loaded(tl.TweetCache, shards=4, shard_of=by_residue) as system:
        first, second = cost(system, ("feed", 0, 20)), cost(system, ("feed", 0, 20))
        assert (first.cache_hits, first.cache_misses) == (0, 21)  # the page and the one looked ahead to
        assert (second.cache_hits, second.cache_misses) == (21, 0)
        assert first.shard_requests == 1 + 4 + 4  # follows, keys, tweets
        assert second.shard_requests == 1 + 4
        assert first.rows_read - second.rows_read == 21


def test_the_misses_of_a_page_cost_one_request_for_each_shard_that_keeps_one() -> None:
    with loaded(tl.TweetCache, shards=4, shard_of=by_residue) as system:
        system.feed(0, 20)
        newest = system.post_many([(1, "new"), (1, "newer"), (2, "newest")])
        work = cost(system, ("feed", 0, 20))
        assert (work.cache_hits, work.cache_misses) == (18, 3)
        assert work.shard_requests == 1 + 4 + 2
        system.delete(1, newest[0].id)
        assert cost(system, ("feed", 0, 20)).cache_misses == 0


def test_the_cache_keeps_the_tweets_used_last() -> None:
    with loaded(tl.TweetCache, cache_tweets=5) as system:
        tweets = system.tweets_of(1, 10).tweets
        for tweet in tweets[:5]:
            assert cost(system, ("tweet", 1, tweet.id)).cache_misses == 1
        assert cost(system, ("tweet", 1, tweets[0].id)).cache_hits == 1
        assert cost(system, ("tweet", 1, tweets[5].id)).cache_misses == 1  # the second leaves, not the first
        assert cost(system, ("tweet", 1, tweets[0].id)).cache_hits == 1
        assert cost(system, ("tweet", 1, tweets[1].id)).cache_misses == 1
        assert len(system.hydration.cache) == 5


# Stage 6


@FANNED_OUT
def test_a_warm_page_reads_no_rows_and_asks_no_shard(stage: type[Stage]) -> None:
    with loaded(stage, feed_length=50) as system:
        system.feed(0, 20)
        third = system.feed(0, 5).next
        work = cost(system, ("feed", 0, 20), ("feed", 0, 20), ("feed", 0, 5, third))
        assert (work.rows_read, work.row_groups_read, work.queries, work.shard_requests) == (0, 0, 0, 0)
        assert (work.commits, work.cache_misses, work.rebuilds) == (0, 0, 0)
        assert work.cache_hits == 21 + 21 + 6


def test_a_post_costs_one_delivery_for_each_follower_who_was_active_in_the_last_thirty_days() -> None:
    clock = tl.ManualClock()
    with small(tl.PrecomputedFeeds, clock=clock) as system:
        assert cost(system, ("post", 1, "to 0, 2, 5 and 6"), ("drain",)).deliveries == 4
        clock.advance(30 * DAY)
        assert cost(system, ("post", 1, "to all, on the last day"), ("drain",)).deliveries == 4
        clock.advance(1)
        system.feed(0)
        system.feed(5)
        assert cost(system, ("post", 1, "to 0 and 5"), ("drain",)).deliveries == 2
        assert cost(system, ("post", 7, "to nobody"), ("drain",)).deliveries == 0
        clock.advance(31 * DAY)
        assert cost(system, ("post", 1, "to nobody"), ("drain",)).deliveries == 0


def test_a_returning_readers_feed_is_rebuilt_once_and_right() -> None:
    clock = tl.ManualClock()
    with small(tl.PrecomputedFeeds, clock=clock) as system, small(tl.SingleTable, clock=clock) as oracle:
        for rows in (ROWS[:10], ROWS[10:14], ROWS[14:]):
            system.post_many(rows)
            oracle.post_many(rows)
            system.drain()
            clock.advance(31 * DAY)
        assert system.fanout.feeds.floor_of(0) is None
        before = system.work
        assert system.feed(0) == oracle.feed(0)
        assert (system.work - before).rebuilds == 1
        assert (system.work - before).backfilled == 5  # the feed's length
        assert scroll(system, 0, 7) == scroll(oracle, 0, 7)
        assert (system.work - before).rebuilds == 1
        assert cost(system, ("post", 1, "welcome back"), ("drain",)).deliveries == 1


def test_a_shorter_window_is_a_setting() -> None:
    clock = tl.ManualClock()
    with small(tl.PrecomputedFeeds, clock=clock, active_days=0.5) as system:
        clock.advance(DAY // 2 + 1)
        assert cost(system, ("post", 1, "x"), ("drain",)).deliveries == 0


def test_wasted_counts_the_deliveries_evicted_or_purged_before_a_page_showed_them() -> None:
    graph = tl.FollowGraph.from_edges([0, 0], [1, 2], 3)
    with small(tl.PrecomputedFeeds, graph=graph) as system:  # feeds of five
        system.post_many([(1, f"tweet {i}") for i in range(5)])
        system.drain()
        assert system.work.wasted == 0
        system.feed(0, 2)  # shows two, looks ahead to a third
        system.post_many([(2, f"newer {i}") for i in range(4)])  # evicts three unread and one that was shown
        system.drain()
        assert system.work.wasted == 3
        system.unfollow(0, 2)  # purges four that no page showed
        system.drain()
        assert system.work.wasted == 7
        system.unfollow(0, 1)  # purges one that was shown
        system.drain()
        assert system.work.wasted == 7
        assert system.work.deliveries == 9


def test_a_page_that_shows_all_that_there_is_wastes_nothing_of_it() -> None:
    graph = tl.FollowGraph.from_edges([0], [1], 2)
    with small(tl.PrecomputedFeeds, graph=graph) as system:
        system.post_many([(1, f"tweet {i}") for i in range(5)])
        system.drain()
        assert len(system.feed(0, 5).tweets) == 5
        system.post_many([(1, f"newer {i}") for i in range(5)])
        system.drain()
        assert system.work.wasted == 0


def test_a_backfill_on_a_follow_is_counted_apart_from_deliveries() -> None:
    with small(tl.PrecomputedFeeds) as system:
        system.post_many([(7, "a"), (7, "b"), (7, "c")])
        system.drain()
        work = cost(system, ("follow", 6, 7), ("drain",))
        assert (work.deliveries, work.backfilled, work.messages) == (0, 3, 1)


@FANNED_OUT
def test_a_user_of_the_feed_cache_takes_at_most_nine_hundred_bytes(stage: type[Stage]) -> None:
    with small(stage, feed_length=100) as system:
        feeds = system.fanout.feeds
        assert feeds.bytes_a_user <= 900
        assert feeds.nbytes == 0
        system.post(3, "for user 0 alone")
        system.drain()
        assert feeds.nbytes == feeds.bytes_a_user
        shard = feeds.shards[0]
        arrays = (shard.ring, shard.head, shard.floor, shard.slot_of)
        assert feeds.bytes_a_user >= sum(array[:1].nbytes for array in arrays)


# Stage 7


def test_a_celebritys_post_makes_no_deliveries_and_anothers_one_a_follower() -> None:
    with small(tl.HybridFeeds) as system:  # 1 has four followers and 2 three: celebrities from three on
        assert cost(system, ("post", 1, "x"), ("post", 2, "y"), ("drain",)).deliveries == 0
        assert cost(system, ("post", 3, "z"), ("drain",)).deliveries == 1
        assert cost(system, ("post", 0, "z"), ("drain",)).deliveries == 1


def test_a_page_pulls_each_celebrity_once_and_merges_one_more_than_it_shows_for_each_source() -> None:
    with loaded(tl.HybridFeeds, feed_length=60, fast_paths=False) as system:
        for reader in range(USERS):
            system.feed(reader)  # a timeline that is pulled for the first time is read from its shard
        for limit in (1, 5, 20):
            work = cost(system, ("feed", 0, limit))
            assert work.pulls == 2
            assert work.merged == limit + 1 + 2
        assert cost(system, ("feed", 5, 5)).pulls == 2
        assert cost(system, ("feed", 5, 5)).merged == 5 + 2  # nothing is pushed to user 5
        assert cost(system, ("feed", 6, 5)).pulls == 1
        assert cost(system, ("feed", 1, 5)).pulls == 1
        assert cost(system, ("feed", 7, 5)).pulls == 0
        assert cost(system, ("feed", 0, 200)).merged == 40


def test_a_page_that_lies_ready_pulls_as_many_and_merges_only_what_is_newer_than_its_last_tweet() -> None:
    with loaded(tl.HybridFeeds, feed_length=60) as system:
        for reader in range(USERS):
            system.feed(reader)
        for limit in (1, 5, 20):
            work = cost(system, ("feed", 0, limit))
            assert work.pulls == 2
            assert limit + 1 <= work.merged <= limit + 1 + 2 * (WIDTH + NARROW)
            assert limit + 1 <= cost(system, ("feed_many", [0], limit)).merged <= work.merged
            assert cost(system, ("feed_many", [0, 0], limit)).pulls == 4
        assert cost(system, ("feed", 7, 5)).pulls == 0


def test_a_timeline_that_is_pulled_wastes_no_delivery() -> None:
    with small(tl.HybridFeeds) as system:
        system.post(1, "first")
        system.drain()
        system.feed(0)  # materialises the celebrity's timeline of five
        work = cost(system, ("post_many", [(1, f"tweet {i}") for i in range(20)]), ("drain",))
        assert (work.deliveries, work.wasted) == (0, 0)


def test_what_the_celebrities_push_off_the_page_stays_unread() -> None:
    graph = tl.FollowGraph.from_edges([0, 0, 2, 3], [1, 4, 1, 1], 5)
    with small(tl.HybridFeeds, graph=graph) as system:  # user 1 is pulled, user 4 pushed, feeds of five
        system.post_many([(4, f"pushed {i}") for i in range(5)])
        system.post_many([(1, f"pulled {i}") for i in range(3)])
        system.drain()
        assert [tweet.author for tweet in system.feed(0, 5).tweets] == [1, 1, 1, 4, 4]
        system.post_many([(4, f"newer {i}") for i in range(5)])
        system.drain()
        assert system.work.wasted == 3
