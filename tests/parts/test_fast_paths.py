"""The fast paths of stages 6 and 7: the same answers and the same work as the plain way, and what they rest on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.depth import CI
from support.plain import Plain, apply
from support.systems import FANNED_OUT, GRAPH, small

import twitterlab as tl
from twitterlab.parts.fast.newest import NewestTweets
from twitterlab.parts.fast.tops import WIDTH, Tops
from twitterlab.parts.feeds.entries import id_of_short, short_of_id, squeeze_ids, widen_ids
from twitterlab.parts.feeds.follow_graph import FollowCopy
from twitterlab.parts.feeds.policy import follower_threshold, per_edge
from twitterlab.parts.feeds.rules import AuthorRules
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.tail import LogTail
from twitterlab.work import Counters
from twitterlab.workloads.mixes import lecture, replay

DAY = 86_400_000


def tweet(tweet_id: int, text: str = "x") -> tl.Tweet:
    return tl.Tweet(tweet_id, tweet_id % 7, text, None, tweet_id)


def identifiers(count: int) -> list[int]:
    return [(number << 22) + number % 3 for number in range(1, count + 1)]


# The same answers, the same work


def replayed(system: Any, clock: tl.ManualClock, events: list[Any]) -> list[Any]:
    """What a system answers to each event, its background work done after each write."""
    answers = []
    for event, answer in replay(system, events, clock):
        answers.append(answer)
        if event.kind != "feed":
            system.drain()
    return answers


@FANNED_OUT
def test_both_ways_give_the_same_pages_and_count_the_same_work(stage: Any) -> None:
    graph = tl.FollowGraph.synthetic(users=300, mean_follows=15, seed=3)
    events = lecture(graph, 2_000 if CI else 600, seed=5, pages_per_post=3.0, active=1.0)
    settings = {"threshold": 40} if stage is tl.HybridFeeds else {}
    answers, work = [], []
    for fast in (True, False):
        clock = tl.ManualClock()
        with stage(graph, None, clock, feed_length=30, fast_paths=fast, **settings) as system:
            answers.append(replayed(system, clock, events))
            work.append(system.work)
            many = system.feed_many(np.arange(graph.users), 20)
            answers[-1] += [many.page(user) for user in range(graph.users)]
            assert answers[-1][-graph.users :] == [system.feed(user) for user in range(graph.users)]
    assert answers[0] == answers[1]
    for name in ("messages", "deliveries", "backfilled", "wasted", "pulls", "rebuilds"):
        assert getattr(work[0], name) == getattr(work[1], name), name
    assert work[0].deliveries > 1_000
    assert work[0].rows_read < work[1].rows_read  # the newest tweets were at hand


@FANNED_OUT
def test_a_reader_whom_a_batch_finds_inactive_twice_gives_up_one_feed_once(stage: Any) -> None:
    graph, clock = tl.FollowGraph.from_edges([0, 0, 1], [2, 3, 4], 5), tl.ManualClock()
    with stage(graph, clock=clock, shards=1) as system, tl.SingleTable(graph, clock=clock) as oracle:
        for rows in ([(2, "a"), (3, "b")], [(2, "c"), (3, "d"), (4, "e")]):
            for each in (system, oracle):
                each.post_many(rows)
                each.drain()
            clock.advance(31 * DAY)
        for reader in (0, 1, 0, 1):
            assert system.feed(reader) == oracle.feed(reader)


def test_a_rule_that_looks_at_the_reader_takes_the_plain_way_and_is_right() -> None:
    policy = per_edge([5, 1, 3, 0, 2, 2, 0, 4], [2, 3, 0, 0, 1, 0, 0, 0])
    with small(tl.HybridFeeds, policy=policy) as system, small(tl.SingleTable) as oracle:
        for each in (system, oracle):
            each.post_many([(author, f"by {author}") for author in (1, 2, 1, 3, 4, 2)])
            each.drain()
        assert not system.fanout.rules.only_push_and_pull
        many = system.feed_many(range(8))
        assert [many.page(user) for user in range(8)] == [oracle.feed(user) for user in range(8)]


# feed_many


def test_many_pages_are_columns_that_are_empty_past_a_pages_end() -> None:
    with small(tl.SingleTable) as system:
        tweets = system.post_many([(1, "a"), (2, "b"), (1, "c")])
        pages = system.feed_many([0, 3, 2], limit=2)
        assert pages.id.tolist() == [[tweets[2].id, tweets[1].id], [0, 0], [tweets[2].id, tweets[0].id]]
        assert pages.author.tolist() == [[1, 2], [-1, -1], [1, 1]]
        assert pages.text.tolist() == [["c", "b"], [None, None], ["c", "a"]]
        assert pages.created_at[1].tolist() == [0, 0]
        assert pages.next.tolist() == [tweets[1].id, 0, 0]
        assert pages.media.tolist() == [[None, None]] * 3
        assert [pages.page(row) for row in range(3)] == [system.feed(user, 2) for user in (0, 3, 2)]


UNKNOWN = [[8], [-1], [0, True], ["x"], np.array([0, 9]), np.array([-1]), np.array([0, np.nan])]


@pytest.mark.parametrize("readers", [*UNKNOWN, np.ma.array([0, 1], mask=[0, 1])], ids=str)
def test_an_unknown_reader_among_many_is_refused(readers: Any) -> None:
    with small(tl.HybridFeeds) as system, pytest.raises(tl.UnknownUser):
        system.feed_many(readers)


def test_nobody_gets_no_pages() -> None:
    with small(tl.HybridFeeds) as system:
        assert system.feed_many([], 5).id.shape == (0, 5)


# The newest tweets


def test_a_squeezed_id_sorts_as_the_id_does_and_gives_it_back() -> None:
    ids = np.array([1, 4095, 1 << 22, (1 << 22) + 1, 5 << 22, (2**41 - 1) << 22], np.int64)
    assert widen_ids(squeeze_ids(ids)).tolist() == ids.tolist()
    assert (np.diff(squeeze_ids(ids).astype(np.int64)) > 0).all()
    assert [short_of_id(i) for i in ids.tolist()] == squeeze_ids(ids).tolist()
    assert [id_of_short(short_of_id(i)) for i in ids.tolist()] == ids.tolist()


def test_a_batch_larger_than_the_room_leaves_no_gap_behind_it() -> None:
    newest, ids = NewestTweets(4), identifiers(40)
    newest.put([tweet(i) for i in ids[:3]])
    newest.put([tweet(i) for i in ids[3:20]])
    assert newest.find_tweets(squeeze_ids(np.array(ids[10:20]))) == ([tweet(i) for i in ids[10:20]], True)
    newest.put([tweet(i) for i in ids[21:30]])
    newest.put([tweet(1)])  # older than all that is here: it would leave a gap
    assert newest.find_tweets(squeeze_ids(np.array([1, ids[25]]))) == ([None, tweet(ids[25])], False)


def test_the_newest_tweets_are_kept_and_at_most_twice_as_many() -> None:
    newest, ids = NewestTweets(50), identifiers(1_000)
    for first in range(0, 1_000, 20):
        newest.put([tweet(i) for i in ids[first : first + 20]])
        here = ids[max(0, first - 30) : first + 20]
        assert newest.find_tweets(squeeze_ids(np.array(here))) == ([tweet(i) for i in here], True)
        assert len(newest) <= 2 * 50 + 20
    assert newest.find_tweets(squeeze_ids(np.array([ids[0], ids[3], ids[-1]]))) == ([None, None, tweet(ids[-1])], False)
    assert NewestTweets(5).find_tweets(squeeze_ids(np.array(ids[:2]))) == ([None, None], False)


@pytest.mark.parametrize("seed", range(5))
def test_tweets_may_come_in_any_order_and_a_deleted_one_is_gone(seed: int) -> None:
    rng, ids, newest = np.random.default_rng(seed), identifiers(60), NewestTweets(100)
    for group in [[0], *np.array_split(1 + rng.permutation(59), 9)]:
        newest.put([tweet(ids[place]) for place in sorted(map(int, group))])
    gone = set(rng.choice(ids, 7, replace=False).tolist())
    for tweet_id in (*gone, 12345):
        newest.discard(tweet_id)
    assert newest.find_tweets(squeeze_ids(np.array(ids))) == ([None if i in gone else tweet(i) for i in ids], False)
    columns, rows, there = newest.find_rows(squeeze_ids(np.array(ids)))
    assert there.all()
    assert columns.text[rows].tolist() == ["x"] * 60
    assert [i for i, author in zip(ids, columns.author[rows].tolist(), strict=True) if author < 0] == sorted(gone)


# The celebrities' tops


def tops(newest: Callable[[int, int], Any], threshold: int = 2) -> Tops:
    copy, rules = FollowCopy(GRAPH), AuthorRules(follower_threshold(threshold), GRAPH.users)
    rules.begin_with_stored(GRAPH.follower_counts.tolist())
    made = Tops(copy, rules, newest, Counters())
    assert made.take_in_rules()
    return made


def entries(made: Tops, user: int) -> list[int]:
    """What the celebrities whom a user follows have posted, in order."""
    found = made.tops_of(made.celebrities_of(user))
    return sorted(found[found > 0].tolist())


def test_a_top_is_asked_for_once_and_then_kept_up() -> None:
    asked = []

    def newest(author: int, n: int) -> Any:
        asked.append((author, n))
        return np.array([10, 20], np.uint64)

    made = tops(newest)
    assert entries(made, 5) == [10, 10, 20, 20]
    made.tweet_delivered(1, 30, pulled=True)
    made.tweet_delivered(1, 40, pulled=False)  # pushed, by the rule at its ID
    assert entries(made, 5) == [10, 10, 20, 20, 30]
    assert asked == [(1, WIDTH), (2, WIDTH)]
    made.tweet_delivered(2, 15, pulled=True)  # late: ask again
    entries(made, 5)
    made.timeline_changed(1)
    entries(made, 5)
    assert asked[2:] == [(2, WIDTH), (1, WIDTH)]


def test_a_tweet_that_comes_while_a_top_is_loaded_is_not_lost() -> None:
    made: Any = None
    stored = [10]

    def newest(author: int, n: int) -> Any:
        found = np.array(stored, np.uint64)
        if author == 1 and len(stored) == 1:
            stored.append(20)
            made.tweet_delivered(1, 20, pulled=True)
        return found

    made = tops(newest)
    assert entries(made, 6) == [10, 20]


def test_many_readers_merge_as_each_would_alone() -> None:
    rng = np.random.default_rng(4)
    held = {author: np.unique(rng.integers(1, 900, 40).astype(np.uint64))[-WIDTH:] for author in range(8)}
    made = tops(lambda author, n: held[author])
    made.follow_changed(3)
    made.follow_changed(0)
    for width in (2, 21, WIDTH):
        own = np.sort(rng.integers(0, 900, (9, width)).astype(np.uint64), axis=1)
        own[4], own[5, : width // 2] = 0, 0
        readers = np.array([0, 1, 5, 6, 0, 3, 7, 2, 4], np.int32)
        merged = made.merge_tops(readers, own)
        for row, reader in enumerate(readers.tolist()):
            both = sorted(own[row].tolist() + entries(made, reader))
            assert merged[row].tolist() == both[-width:]


# The queue's shortcuts


def test_a_tail_gives_what_the_log_would_and_knows_how_far_back_it_reaches() -> None:
    tail = LogTail()
    assert tail.changes_after(0, 5) is None
    changes = [Change(0, "post", 1, number, position=number) for number in range(1, 21)]
    tail.append(changes[:10])
    tail.append(changes[10:])
    assert tail.changes_after(0, 3) == changes[:3]
    assert tail.changes_after(7, 100) == changes[7:]
    assert tail.changes_after(20, 5) == []
    tail.drop_up_to(12)
    assert tail.changes_after(11, 5) is None
    assert tail.changes_after(12, 5) == changes[12:17]
    tail.clear()
    assert tail.changes_after(12, 5) is None


def test_a_batch_that_cannot_be_finished_is_handled_message_by_message() -> None:
    system, model = small(tl.PrecomputedFeeds, attempts=2), Plain(GRAPH)
    with system:
        poison = apply(model, system, "post_many", [(1, "good"), (2, "bad"), (3, "good"), (1, "good too")])[1]
        real = system.fanout._pushed_readers

        def picky(post: Change) -> Any:
            if post.tweet_id == poison.id:
                raise RuntimeError("cannot")
            return real(post)

        system.fanout._pushed_readers = picky
        system.drain()
        assert [row[3] for row in system.queue.messages_set_aside()] == [poison.id]
        assert [system.feed(user, 200) for user in range(8)] == [model.feed(user, 200) for user in range(8)]
        assert not system.queue._one_by_one


def test_acknowledgements_wait_for_a_commit_but_not_for_ever(tmp_path: Any) -> None:
    with small(tl.PrecomputedFeeds, tmp_path, shards=1) as system:
        (database,) = system.tables.databases
        for turn in range(3):
            system.post_many([(1, "x")] * 600)
            commits = system.work.commits
            assert system.step(10_000) == 600
            assert system.work.commits == commits, "no transaction of its own"
            stored = database.peek("SELECT position FROM offsets")
            assert stored == [(0,)] if turn < 2 else [(1200,)]
        system.drain()
        assert database.peek("SELECT position FROM offsets") == [(1800,)]
        assert database.peek("SELECT count(*) FROM log") == [(0,)]
