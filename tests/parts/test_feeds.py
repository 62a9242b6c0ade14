"""Feeds: a shard of them against a plain model, in random orders; what an entry holds; what is counted as wasted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twitterlab.parts.feeds.entries import UNREAD, ids_in, keys_in, pack_entries
from twitterlab.parts.feeds.feed_cache import FeedCache
from twitterlab.parts.feeds.feed_shard import FeedShard
from twitterlab.parts.store.shards import TweetKey
from twitterlab.work import Counters

SECOND = 1 << 22  # IDs a millisecond apart


def users(*which: int) -> Any:
    return np.array(which, np.int32)


def entries(*ids: int, shard: int = 0) -> Any:
    return pack_entries(np.array(ids, np.int64), shard)


def shard_of_feeds(length: int = 3, count: int = 4, *, fresh: bool = True) -> tuple[FeedShard, Counters]:
    counters = Counters()
    return FeedShard(count, length, counters, fresh=fresh), counters


def content(feeds: FeedShard, user: int) -> tuple[list[int], int] | None:
    """A feed's IDs, newest first, and its floor; None where it must be rebuilt."""
    found = feeds.read_entries(user, None, feeds.length + 1)
    return None if found is None else (ids_in(found[0]).tolist(), found[1])


# Entries

VALID = st.builds(lambda ms, sequence: ms << 22 | sequence, st.integers(0, 2**41 - 1), st.integers(0, 4095))


@given(st.lists(st.tuples(VALID, st.integers(0, 1023)), max_size=30))
def test_an_entry_gives_back_its_id_and_shard(keys: list[tuple[int, int]]) -> None:
    packed = pack_entries(np.array([i for i, _ in keys], np.int64), np.array([s for _, s in keys], np.int64))
    assert keys_in(packed) == [TweetKey(i, s) for i, s in keys]
    assert keys_in(packed | UNREAD) == keys_in(packed)
    assert not (packed & UNREAD).any()


@given(VALID, VALID, st.integers(0, 1023), st.integers(0, 1023), st.booleans())
def test_entries_sort_as_their_ids_wherever_the_tweets_lie(one: int, other: int, a: int, b: int, unread: bool) -> None:
    first, second = (
        pack_entries(np.array([one]), a)[0],
        pack_entries(np.array([other]), b)[0] | (UNREAD if unread else np.uint64(0)),
    )
    if one != other:
        assert (first < second) == (one < other)


def test_no_entry_of_a_real_id_is_the_empty_place() -> None:
    assert entries(1)[0] > 0
    assert entries((2**41 - 1) << 22 | 4095, shard=1023)[0] == 2**64 - 2


# One feed


def test_a_full_feed_lets_the_oldest_go_and_raises_its_floor_to_just_above_it() -> None:
    feeds, _ = shard_of_feeds(3)
    for i in (10, 20, 30):
        assert feeds.deliver(users(0), entries(i)[0]) == 1
    assert content(feeds, 0) == ([30, 20, 10], 0)
    feeds.deliver(users(0), entries(40)[0])
    assert content(feeds, 0) == ([40, 30, 20], 11)


def test_a_delivery_below_the_floor_is_dropped() -> None:
    feeds, counters = shard_of_feeds(2)
    for i in (10, 20, 30):
        feeds.deliver(users(0), entries(i)[0])
    assert feeds.deliver(users(0), entries(10)[0]) == 0
    assert feeds.deliver(users(0), entries(5)[0]) == 0
    assert content(feeds, 0) == ([30, 20], 11)
    assert counters.snapshot().wasted == 1  # the evicted 10


def test_a_late_delivery_takes_its_place_in_the_order() -> None:
    feeds, _ = shard_of_feeds(3)
    for i in (30, 10, 20):
        assert feeds.deliver(users(0), entries(i)[0]) == 1
    assert content(feeds, 0) == ([30, 20, 10], 0)
    assert feeds.deliver(users(0), entries(25)[0]) == 1
    assert content(feeds, 0) == ([30, 25, 20], 11)


@pytest.mark.parametrize("again", [10, 20, 30])
def test_a_second_delivery_of_the_same_tweet_changes_nothing(again: int) -> None:
    feeds, counters = shard_of_feeds(3)
    for i in (10, 20, 30):
        feeds.deliver(users(0), entries(i)[0])
    assert feeds.deliver(users(0), entries(again)[0]) == 0
    assert content(feeds, 0) == ([30, 20, 10], 0)
    assert counters.snapshot().wasted == 0


def test_one_delivery_goes_into_every_feed_in_its_own_way() -> None:
    feeds, _ = shard_of_feeds(2)
    feeds.deliver(users(0), entries(30)[0])
    feeds.deliver(users(1), entries(10)[0])
    feeds.cool_feeds(users(3))
    assert feeds.deliver(users(0, 1, 2, 3), entries(20)[0]) == 3
    assert [content(feeds, user) for user in range(4)] == [([30, 20], 0), ([20, 10], 0), ([20], 0), None]


def test_a_feed_of_one_holds_the_newest() -> None:
    feeds, counters = shard_of_feeds(1)
    for i in (10, 30, 20):
        feeds.deliver(users(0), entries(i)[0])
    assert content(feeds, 0) == ([30], 21)  # 20 came late, and there was no place for it
    assert counters.snapshot().wasted == 1


def test_whoever_has_missed_nothing_has_a_warm_feed_and_whoever_may_have_has_not() -> None:
    fresh, _ = shard_of_feeds(fresh=True)
    stored, _ = shard_of_feeds(fresh=False)
    assert content(fresh, 0) == ([], 0)
    assert content(stored, 0) is None
    assert fresh.floor_of(1) == 0
    assert stored.floor_of(1) is None
    assert stored.deliver(users(0), entries(10)[0]) == 0
    assert stored.backfill_feed(0, entries(10), 0) == 0


def test_a_page_is_read_from_below_the_cursor_and_no_longer_than_asked() -> None:
    feeds, _ = shard_of_feeds(5)
    for i in (10, 20, 30, 40):
        feeds.deliver(users(0), entries(i)[0])
    for before, limit, wanted in (
        (None, 2, [40, 30]),
        (30, 9, [20, 10]),
        (31, 1, [30]),
        (10, 5, []),
        (2**63 - 1, 1, [40]),
    ):
        found, floor = feeds.read_entries(0, before, limit)
        assert (ids_in(found).tolist(), floor) == (wanted, 0)


def test_a_rebuild_takes_what_is_delivered_while_it_reads() -> None:
    feeds, _ = shard_of_feeds(3, fresh=False)
    version = feeds.begin_rebuild(0)
    assert content(feeds, 0) is None  # not before it is settled
    assert feeds.deliver(users(0), entries(40)[0]) == 1
    assert feeds.end_rebuild(0, entries(30, 20, 10), 10, version)
    assert content(feeds, 0) == ([40, 30, 20], 11)


def test_a_rebuild_begins_again_where_a_follow_or_an_unfollow_came_between() -> None:
    feeds, _ = shard_of_feeds(fresh=False)
    version = feeds.begin_rebuild(0)
    feeds.backfill_feed(0, entries(10), 0)
    assert not feeds.end_rebuild(0, entries(20), 0, version)
    version = feeds.begin_rebuild(0)
    feeds.purge_feed(0, np.array([10]))
    assert not feeds.end_rebuild(0, entries(20), 0, version)
    assert feeds.end_rebuild(0, entries(20), 0, feeds.begin_rebuild(0))
    assert content(feeds, 0) == ([20], 0)


def test_a_rebuild_begins_again_where_the_feed_was_given_up_and_registered_by_another() -> None:
    feeds, _ = shard_of_feeds(fresh=False)
    stale = feeds.begin_rebuild(0)
    feeds.cool_feeds(users(0))  # it missed something that the first reader's rows may lack too
    second = feeds.begin_rebuild(0)
    assert not feeds.end_rebuild(0, entries(10), 0, stale)
    assert feeds.end_rebuild(0, entries(20, 10), 0, second)
    assert content(feeds, 0) == ([20, 10], 0)
    feeds.cool_feeds(users(0))
    assert not feeds.end_rebuild(0, entries(10), 0, second)


def test_a_rebuild_of_one_user_is_not_settled_by_the_slot_of_another() -> None:
    feeds, _ = shard_of_feeds(fresh=False)
    stale = feeds.begin_rebuild(0)
    feeds.cool_feeds(users(0))
    feeds.begin_rebuild(1)  # takes the slot that user 0 had
    feeds.begin_rebuild(0)
    assert not feeds.end_rebuild(0, entries(10), 0, stale)


def test_a_backfill_stays_above_the_floor_and_raises_it_to_where_it_is_complete() -> None:
    feeds, counters = shard_of_feeds(4)
    feeds.deliver(users(0), entries(50)[0])
    assert feeds.backfill_feed(0, entries(60, 40, 30), 30) == 3
    assert content(feeds, 0) == ([60, 50, 40, 30], 30)
    assert feeds.backfill_feed(0, entries(60, 45, 20), 0) == 1  # one is there, one lies below
    assert content(feeds, 0) == ([60, 50, 45, 40], 31)
    assert counters.snapshot().wasted == 0  # a backfilled entry was never a delivery


def test_a_purge_takes_out_what_it_names_and_counts_what_no_page_showed() -> None:
    feeds, counters = shard_of_feeds(5)
    for i in (10, 20, 30, 40):
        feeds.deliver(users(0), entries(i)[0])
    feeds.mark_shown(0, entries(40, 30, 99))
    feeds.purge_feed(0, np.array([20, 40, 77]))
    assert content(feeds, 0) == ([30, 10], 0)
    assert counters.snapshot().wasted == 1
    feeds.deliver(users(0), entries(50)[0])
    assert content(feeds, 0) == ([50, 30, 10], 0)


def test_a_deleted_tweet_leaves_every_feed_that_has_it_and_is_no_waste() -> None:
    feeds, counters = shard_of_feeds(2)
    feeds.deliver(users(0, 1), entries(10)[0])
    feeds.deliver(users(0, 1, 2), entries(20)[0])
    feeds.cool_feeds(users(3))
    feeds.remove_tweet(users(0, 2, 3), 20)
    assert [content(feeds, user) for user in range(4)] == [([10], 0), ([20, 10], 0), ([], 0), None]
    assert feeds.deliver(users(0), entries(30)[0]) == 1
    assert content(feeds, 0) == ([30, 10], 0)
    assert counters.snapshot().wasted == 0


def test_wasted_are_the_deliveries_that_left_before_a_page_showed_them() -> None:
    feeds, counters = shard_of_feeds(3)
    for i in (10, 20, 30):
        feeds.deliver(users(0), entries(i)[0])
    feeds.mark_shown(0, entries(30, 20))
    for i in (40, 50, 60):  # 10, 20 and 30 leave
        feeds.deliver(users(0), entries(i)[0])
    assert counters.snapshot().wasted == 1
    feeds.mark_shown(0, entries(60))
    feeds.cool_feeds(users(0))
    assert counters.snapshot().wasted == 3  # 40 and 50


def test_a_slot_given_up_is_used_again_and_clean() -> None:
    feeds, _ = shard_of_feeds(3, count=2)
    for i in (10, 20, 30, 40):
        feeds.deliver(users(0), entries(i)[0])
    assert feeds.materialised == 1
    slot = int(feeds.slot_of[0])
    feeds.cool_feeds(users(0))
    assert feeds.materialised == 0
    assert content(feeds, 1) == ([], 0)
    assert int(feeds.slot_of[1]) == slot
    assert feeds.materialised == 1
    assert content(feeds, 0) is None
    assert feeds.end_rebuild(0, entries(40), 40, feeds.begin_rebuild(0))
    assert content(feeds, 0) == ([40], 40)
    assert feeds.materialised == 2


def test_giving_up_a_feed_that_nobody_has_yet_makes_it_cold() -> None:
    feeds, _ = shard_of_feeds()
    feeds.cool_feeds(users(2, 3))
    feeds.cool_feeds(users(2))
    assert content(feeds, 2) is None
    assert feeds.materialised == 0


def test_a_feed_of_a_hundred_tweets_takes_at_most_nine_hundred_bytes() -> None:
    feeds, _ = shard_of_feeds(100, 1000)
    assert 800 < feeds.bytes_a_user <= 900


# Any order of calls, against a model


class Model:
    """A feed as sets: what it holds, its floor, which entries no page has shown, and how many left so."""

    def __init__(self, length: int, users: int) -> None:
        self.length, self.wasted = length, 0
        self.state = ["warm"] * users  # warm, cold, or registered
        self.held: list[set[int]] = [set() for _ in range(users)]
        self.unread: list[set[int]] = [set() for _ in range(users)]
        self.floor = [0] * users

    def take(self, user: int, ids: set[int], unread: bool) -> int:
        fresh = {i for i in ids if i >= self.floor[user]} - self.held[user]
        self.held[user] |= fresh
        self.unread[user] |= fresh if unread else set()
        out = set(sorted(self.held[user])[: max(len(self.held[user]) - self.length, 0)])
        self.wasted += len((out - fresh) & self.unread[user])  # what comes and goes at once was never delivered
        self.held[user] -= out
        self.unread[user] -= out
        if out:
            self.floor[user] = max(self.floor[user], max(out) + 1)
        return len(fresh & self.held[user])

    def lose(self, user: int, ids: set[int], wasted: bool) -> None:
        self.wasted += len(ids & self.unread[user]) if wasted else 0
        self.held[user] -= ids
        self.unread[user] -= ids

    def cool(self, user: int) -> None:
        if self.state[user] != "cold":
            self.lose(user, set(self.held[user]), wasted=True)
        self.state[user], self.floor[user] = "cold", 0


USERS = 3
SOME = st.lists(st.integers(0, USERS - 1), unique=True, min_size=1).map(sorted)
ID = st.integers(1, 40)
CALLS = st.one_of(
    st.tuples(st.just("deliver"), SOME, ID),
    st.tuples(st.just("remove"), SOME, ID),
    st.tuples(st.just("cool"), SOME, st.none()),
    st.tuples(st.just("backfill"), SOME, st.sets(ID, max_size=8)),
    st.tuples(st.just("purge"), SOME, st.sets(ID, max_size=8)),
    st.tuples(st.just("rebuild"), SOME, st.sets(ID, max_size=8)),
    st.tuples(st.just("show"), SOME, st.integers(1, 6)),
)


def backfill(feeds: FeedShard, model: Model, user: int, ids: set[int]) -> None:
    """As fan-out does it: at most `length` of the ids, and the floor where there were more."""
    found = sorted((i for i in ids if i >= model.floor[user]), reverse=True)
    kept = found[: model.length]
    floor = kept[-1] if len(found) > len(kept) else 0
    added = feeds.backfill_feed(user, entries(*kept), floor)
    if model.state[user] == "cold":
        assert added == 0
        return
    assert added == model.take(user, set(kept), unread=False)
    model.floor[user] = max(model.floor[user], floor)


def rebuild(feeds: FeedShard, model: Model, user: int, ids: set[int]) -> None:
    """As a reader does it, where nobody comes between."""
    if model.state[user] == "warm":
        return
    kept = sorted(ids, reverse=True)[: model.length]
    floor = kept[-1] if len(ids) > len(kept) else 0
    assert feeds.end_rebuild(user, entries(*kept), floor, feeds.begin_rebuild(user))
    model.take(user, set(kept), unread=False)
    model.floor[user], model.state[user] = max(model.floor[user], floor), "warm"


def apply(feeds: FeedShard, model: Model, name: str, whom: list[int], what: Any) -> None:
    if name == "deliver":
        taken = sum(model.take(user, {what}, unread=True) for user in whom if model.state[user] != "cold")
        assert feeds.deliver(users(*whom), entries(what)[0]) == taken
    elif name == "remove":
        feeds.remove_tweet(users(*whom), what)
        for user in whom:
            model.lose(user, {what}, wasted=False)
    elif name == "cool":
        feeds.cool_feeds(users(*whom))
        for user in whom:
            model.cool(user)
    elif name == "purge":
        for user in whom:
            feeds.purge_feed(user, np.array(sorted(what), np.int64))
            model.lose(user, what, wasted=True)
    elif name == "show":
        for user in whom:
            found = feeds.read_entries(user, None, what)
            if found is not None:
                feeds.mark_shown(user, found[0])
                model.unread[user] -= set(ids_in(found[0]).tolist())
    else:
        for user in whom:
            (backfill if name == "backfill" else rebuild)(feeds, model, user, what)


@settings(max_examples=400, deadline=None)
@given(st.integers(1, 6), st.lists(CALLS, max_size=40))
def test_feeds_are_sorted_sets_with_a_floor_whatever_comes_in_whatever_order(length: int, calls: list[Any]) -> None:
    feeds, counters = shard_of_feeds(length, USERS)
    model = Model(length, USERS)
    for name, whom, what in calls:
        apply(feeds, model, name, whom, what)
        for user in range(USERS):
            found = content(feeds, user)
            if model.state[user] != "warm":
                assert found is None
            else:
                assert found == (sorted(model.held[user], reverse=True), model.floor[user])
                assert len(found[0]) <= length
        assert counters.snapshot().wasted == model.wasted


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5), st.lists(ID, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_late_deliveries_end_in_the_same_feed_as_those_in_order(length: int, ids: list[int], order: Any) -> None:
    ordered, _ = shard_of_feeds(length)
    shuffled, _ = shard_of_feeds(length)
    for i in sorted(set(ids)):
        ordered.deliver(users(0), entries(i)[0])
    order.shuffle(ids)
    for i in ids:
        shuffled.deliver(users(0), entries(i)[0])
    assert content(shuffled, 0) == content(ordered, 0)


# All shards


@pytest.mark.parametrize("shards", [1, 2, 3, 5])
def test_the_cache_gives_each_user_their_own_feed_whatever_the_number_of_shards(shards: int) -> None:
    cache = FeedCache(10, shards, 4, Counters(), fresh=True)
    for user in range(10):
        assert cache.deliver(users(user), entries((user + 1) * SECOND)[0]) == 1
    assert cache.deliver(users(*range(0, 10, 2)), entries(99 * SECOND)[0]) == 5
    for user in range(10):
        found, floor = cache.read_entries(user, None, 9)
        assert ids_in(found).tolist() == [99 * SECOND] * (user % 2 == 0) + [(user + 1) * SECOND]
        assert floor == cache.floor_of(user) == 0
    assert cache.materialised == 10
    assert cache.nbytes == 10 * cache.bytes_a_user
    cache.cool_feeds(users(3, 4))
    assert [user for user in range(10) if cache.read_entries(user, None, 1) is None] == [3, 4]
    assert cache.materialised == 8
    cache.remove_tweet(users(*range(10)), 99 * SECOND)
    assert ids_in(cache.read_entries(0, None, 9)[0]).tolist() == [SECOND]
    cache.purge_feed(0, np.array([SECOND]))
    assert cache.read_entries(0, None, 9)[0].size == 0
    assert cache.end_rebuild(3, entries(SECOND), 0, cache.begin_rebuild(3))
    assert cache.backfill_feed(3, entries(2 * SECOND), 0) == 1
    cache.mark_shown(3, entries(SECOND))
    assert ids_in(cache.read_entries(3, None, 9)[0]).tolist() == [2 * SECOND, SECOND]
