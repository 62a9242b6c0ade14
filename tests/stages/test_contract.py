"""The contract, sentence by sentence, at every stage."""

from __future__ import annotations

import ast
import inspect
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.systems import EDGES, GRAPH, USERS, ids, scroll, settings_of, small, texts

import twitterlab as tl
from twitterlab.stages.base import Stage

AFTER_DRAIN = tuple(stage for stage in tl.STAGES if stage not in (tl.SingleTable, tl.FollowerIndex))
CALLS: dict[str, tuple[Any, ...]] = {
    "post": (1, "late"),
    "post_many": ([(1, "late")],),
    "delete": (1, 1),
    "follow": (1, 3),
    "unfollow": (0, 1),
    "feed": (0,),
    "feed_many": ([0],),
    "tweets_of": (1,),
    "tweet": (1, 1),
    "media": ("0" * 64,),
    "followers": (1,),
    "follows": (0, 1),
    "own_work": (),
    "step": (),
    "drain": (),
    "add_shard": (),
    "lose_leader": (),
}


@pytest.fixture(params=tl.STAGES, ids=lambda stage: stage.__name__)
def stage(request: pytest.FixtureRequest) -> type[Stage]:
    return request.param


@pytest.fixture
def system(stage: type[Stage]) -> Iterator[Stage]:
    with small(stage) as opened:
        yield opened


def fill(system: Stage, count: int = 30, authors: tuple[int, ...] = (1, 2, 3, 4)) -> list[tl.Tweet]:
    """Tweets by several authors in turn, some in one millisecond and some in the next, handled by all workers."""
    rows = [(authors[number % len(authors)], f"tweet {number}") for number in range(count)]
    tweets = system.post_many(rows[: count // 2])
    system.clock.advance(1)
    tweets += system.post_many(rows[count // 2 :])
    system.drain()
    return tweets


# Words


def test_the_stages_are_the_seven_of_the_course_in_order() -> None:
    names = [stage.__name__ for stage in tl.STAGES]
    assert names == [
        "SingleTable",
        "FollowerIndex",
        "ReadReplicas",
        "UserShards",
        "TweetCache",
        "PrecomputedFeeds",
        "HybridFeeds",
    ]


def test_a_tweet_and_a_page_have_the_fields_of_the_contract_in_its_order() -> None:
    assert tl.Tweet._fields == ("id", "author", "text", "media", "created_at")
    assert tl.Page._fields == ("tweets", "next")
    assert tl.Lag._fields == ("name", "positions", "milliseconds")


def test_settings_have_the_same_name_and_default_wherever_they_are(stage: type[Stage]) -> None:
    wanted = {"cache_tweets": 100_000, "feed_length": 100, "active_days": 30, "threshold": 10_000, "policy": None}
    parameters = inspect.signature(stage).parameters
    assert list(parameters)[:3] == ["graph", "path", "clock"]
    assert all(p.kind is p.KEYWORD_ONLY for p in list(parameters.values())[3:])
    assert {n: p.default for n, p in parameters.items() if n in wanted} == {
        n: v for n, v in wanted.items() if n in parameters
    }
    assert parameters["counting"].default is True


def test_where_no_number_is_given_there_are_four_shards_and_two_replicas() -> None:
    with tl.ReadReplicas(GRAPH) as replicated, tl.UserShards(GRAPH) as sharded:
        assert len(replicated.lag) == 2
        assert len(sharded.position) == 4


def test_every_stage_has_every_call_of_the_protocol(stage: type[Stage]) -> None:
    calls = [name for name in vars(tl.Timeline) if not name.startswith("_")]
    assert {"post", "post_many", "delete", "follow", "unfollow", "feed", "tweets_of", "tweet", "media"} < set(calls)
    for name in calls:
        wanted, found = (inspect.signature(getattr(kind, name)) for kind in (tl.Timeline, stage))
        assert [(p.name, p.kind, p.default) for p in found.parameters.values()] == [
            (p.name, p.kind, p.default) for p in wanted.parameters.values()
        ]


# Posting


def test_post_returns_the_tweet_that_is_then_read_everywhere(system: Stage) -> None:
    tweet = system.post(1, "hello")
    system.drain()
    assert tweet == tl.Tweet(tweet.id, 1, "hello", None, 1_700_000_000_000)
    assert type(tweet) is tl.Tweet
    assert system.feed(0) == tl.Page([tweet], None)
    assert system.tweets_of(1) == tl.Page([tweet], None)
    assert system.tweet(1, tweet.id) == tweet
    assert all(type(found) is tl.Tweet for found in system.feed(0).tweets)
    assert [type(value) for value in system.feed(0).tweets[0]] == [int, int, str, type(None), int]


def test_two_posts_of_the_same_text_are_two_tweets(system: Stage) -> None:
    first, second = system.post(1, "again"), system.post(1, "again")
    system.drain()
    assert first.id < second.id
    assert system.feed(0).tweets == [second, first]


def test_post_many_is_the_same_posts_in_their_order(system: Stage) -> None:
    rows = [(1, "a"), (2, "b"), (0, "c"), (1, "d"), (7, "e")]
    tweets = system.post_many(rows)
    system.drain()
    assert [(tweet.author, tweet.text) for tweet in tweets] == rows
    assert ids(tweets) == sorted(set(ids(tweets)))
    assert system.feed(0).tweets == [tweets[3], tweets[1], tweets[0]]
    assert all(system.tweet(tweet.author, tweet.id) == tweet for tweet in tweets)


def test_post_many_is_one_transaction_for_each_database_that_keeps_a_row(system: Stage) -> None:
    before = system.work
    system.post_many([(1, "a"), (1, "b"), (1, "c")])
    assert (system.work - before).commits == 1


def test_post_many_takes_a_generator_once(system: Stage) -> None:
    tweets = system.post_many((1, f"number {i}") for i in range(3))
    system.drain()
    assert texts(system.feed(0).tweets) == ["number 2", "number 1", "number 0"]
    assert len(tweets) == 3


def test_post_many_of_nothing_is_nothing(system: Stage) -> None:
    before = system.position
    assert system.post_many([]) == []
    assert system.post_many(iter(())) == []
    assert system.position == before


def test_a_key_returns_the_first_tweet_and_stores_no_second(system: Stage) -> None:
    first = system.post(1, "first", key="k")
    system.clock.advance(5)
    assert system.post(1, "second", b"picture", key="k") == first
    system.drain()
    assert system.feed(0).tweets == [first]
    assert system.post(1, "third", key="another").id > first.id


def test_a_key_belongs_to_its_author(system: Stage) -> None:
    first, second = system.post(1, "mine", key="k"), system.post(2, "mine too", key="k")
    system.drain()
    assert system.feed(0).tweets == [second, first]


def test_a_key_outlives_the_tweet_and_a_reopening(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        kept, deleted = system.post(1, "kept", b"picture", key="k"), system.post(1, "gone", key="g")
        system.delete(1, deleted.id)
    with small(stage, tmp_path, graph=None) as system:
        assert system.post(1, "other", key="k") == kept
        assert system.post(1, "other", key="g") == deleted
        system.drain()
        assert system.feed(0).tweets == [kept]


def test_media_comes_back_byte_for_byte_with_text_and_without(system: Stage) -> None:
    film = bytes(range(256)) * 300
    both, alone = system.post(1, "look", film), system.post(1, media=b"\0")
    system.drain()
    assert (both.text, alone.text) == ("look", "")
    assert system.media(both.media) == film
    assert system.media(alone.media) == b"\0"
    assert system.feed(0).tweets == [alone, both]
    assert system.tweet(1, alone.id) == alone


def test_equal_media_is_stored_once(system: Stage) -> None:
    assert system.post(1, media=b"same").media == system.post(2, "other words", b"same").media


def test_media_survives_a_reopening(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        tweet = system.post(1, media=b"picture")
    with small(stage, tmp_path, graph=None) as system:
        system.drain()
        assert system.media(system.feed(0).tweets[0].media) == b"picture"
        assert system.feed(0).tweets == [tweet]


def test_text_comes_back_as_it_was(system: Stage) -> None:
    strange = [" ", "\n\t", "a\0b", "\0", "😀" * 280, "x" * 280, "'; DROP TABLE tweets; --", "e\u0301", "\ufeff"]
    alone = [system.post(1, text) for text in strange]
    few = system.post_many([(1, text) for text in strange])
    many = system.post_many([(1, text) for text in strange * 3])
    system.drain()
    assert texts(system.feed(0, 200).tweets) == (strange * 5)[::-1]
    for tweets in (alone, few, many):
        assert [system.tweet(1, tweet.id).text for tweet in tweets] == texts(tweets)


# Following


def test_a_follow_shows_what_was_posted_before_and_after_it(system: Stage) -> None:
    before = system.post(7, "before")
    system.drain()
    assert system.feed(6).tweets == []
    system.follow(6, 7)
    after = system.post(7, "after")
    system.drain()
    assert system.feed(6).tweets == [after, before]
    assert system.followers(7).tolist() == [6]


def test_an_unfollow_hides_all_and_leaves_the_rest(system: Stage) -> None:
    tweets = system.post_many([(1, "a"), (2, "b"), (1, "c")])
    system.drain()
    assert len(system.feed(5).tweets) == 3
    system.unfollow(5, 1)
    system.drain()
    assert system.feed(5).tweets == [tweets[1]]
    assert system.feed(0).tweets == tweets[::-1]


def test_following_and_unfollowing_twice_is_doing_it_once(system: Stage) -> None:
    tweet = system.post(3, "here")
    system.follow(6, 3)
    at = system.position
    system.follow(6, 3)
    system.follow(6, 1)  # the graph's own follow
    assert system.position == at
    system.drain()
    assert system.feed(6).tweets == [tweet]
    system.unfollow(6, 3)
    at = system.position
    system.unfollow(6, 3)
    system.unfollow(6, 7)  # never followed
    assert system.position == at
    system.drain()
    assert system.feed(6).tweets == []
    assert system.followers(3).tolist() == [0]


def test_follow_unfollow_follow_before_a_drain_ends_as_the_last_said(system: Stage) -> None:
    tweets = system.post_many([(3, "a"), (3, "b")])
    for _ in range(3):
        system.follow(6, 3)
        system.unfollow(6, 3)
    system.drain()
    assert system.feed(6).tweets == []
    system.follow(6, 3)
    system.drain()
    assert system.feed(6).tweets == tweets[::-1]


# Reading


def test_a_feed_is_the_followees_tweets_newest_first_without_ones_own(system: Stage) -> None:
    tweets = fill(system, 16, (0, 1, 2, 7))
    wanted = [tweet for tweet in reversed(tweets) if tweet.author in (1, 2)]
    assert system.feed(0, 200).tweets == wanted
    assert system.feed(7).tweets == []
    assert [tweet.author for tweet in system.feed(1).tweets] == [2, 0] * 4  # they follow one another


def test_before_is_exclusive_and_need_not_be_a_tweet(system: Stage) -> None:
    tweets = fill(system, 8)
    newest_first = tweets[::-1]
    for read in (lambda before: system.feed(0, 200, before), lambda before: system.feed(0, before=before)):
        assert read(tweets[3].id).tweets == newest_first[5:]
        assert read(tweets[3].id + 1).tweets == newest_first[4:]
        assert read(tweets[4].id - 1).tweets == newest_first[4:]  # between two milliseconds
        assert read(1).tweets == []
        assert read(2**63 - 1).tweets == newest_first
    own = [tweet for tweet in newest_first if tweet.author == 1]
    assert system.tweets_of(1, before=own[0].id).tweets == own[1:]
    assert system.tweets_of(1, before=own[0].id + 1).tweets == own


def test_a_deleted_tweet_may_be_the_cursor(system: Stage) -> None:
    tweets = fill(system, 8)
    system.delete(tweets[5].author, tweets[5].id)
    assert system.feed(0, before=tweets[5].id).tweets == tweets[4::-1]


def test_next_is_the_last_id_of_a_page_and_none_where_nothing_older_is_visible(system: Stage) -> None:
    tweets = fill(system, 9)
    for limit in range(1, 12):
        page = system.feed(0, limit)
        assert page.tweets == tweets[::-1][:limit]
        assert page.next == (page.tweets[-1].id if limit < 9 else None)
    own = system.tweets_of(1, 2)
    assert own.next == own.tweets[-1].id
    assert system.tweets_of(1, 3).next is None
    assert system.feed(7).next is None


def test_next_is_none_where_all_that_is_older_was_deleted(system: Stage) -> None:
    tweets = fill(system, 9)
    for tweet in tweets[:6]:
        system.delete(tweet.author, tweet.id)
    for _ in range(2):  # before the copies have heard of it, and after
        assert system.feed(0, 3) == tl.Page(tweets[:5:-1], None)
        assert system.feed(0, 2).next == tweets[7].id
        system.drain()


@pytest.mark.parametrize("drained", [False, True])
def test_a_page_is_full_while_older_visible_tweets_exist(system: Stage, drained: bool) -> None:
    tweets = fill(system, 40)
    for tweet in tweets[5:35]:
        system.delete(tweet.author, tweet.id)
    if drained:
        system.drain()
    assert system.feed(0, 8).tweets == tweets[:34:-1] + tweets[4:1:-1]
    assert [len(page) for page in scroll(system, 0, 4)] == [4, 4, 2]


def test_a_scroll_is_one_long_feed_in_full_pages(system: Stage) -> None:
    tweets = system.post_many([(1 + i % 4, f"tweet {i}") for i in range(60)])
    system.drain()
    for limit in (1, 2, 3, 7, 20, 59, 60, 61, 200):
        pages = scroll(system, 0, limit)
        assert [tweet for page in pages for tweet in page] == tweets[::-1]
        assert all(len(page) == limit for page in pages[:-1])
        assert 1 <= len(pages[-1]) <= limit


def test_the_shortest_and_the_longest_page_are_allowed(system: Stage) -> None:
    tweets = system.post_many([(1, f"tweet {i}") for i in range(201)])
    system.drain()
    for limit in (1, 200):
        for page in (system.feed(0, limit), system.tweets_of(1, limit)):
            assert page.tweets == tweets[::-1][:limit]
            assert page.next == page.tweets[-1].id


@pytest.mark.parametrize("drained", [False, True])
def test_scrolling_while_others_post_repeats_nothing_and_skips_nothing(system: Stage, drained: bool) -> None:
    tweets = fill(system, 24)
    page = system.feed(0, 5)
    seen = list(page.tweets)
    while page.next is not None:
        system.post_many([(author, "meanwhile") for author in (1, 2, 3, 4)])
        if drained:
            system.drain()
        page = system.feed(0, 5, page.next)
        seen += page.tweets
    assert seen == tweets[::-1]


def test_scrolling_while_one_deletes_and_unfollows_misses_only_those(system: Stage) -> None:
    tweets = fill(system, 24)
    page = system.feed(0, 5)
    system.delete(tweets[10].author, tweets[10].id)
    system.unfollow(0, 4)
    system.drain()
    seen = list(page.tweets)
    while page.next is not None:
        page = system.feed(0, 5, page.next)
        seen += page.tweets
    later = [t for t in reversed(tweets[:19]) if t.author != 4 and t is not tweets[10]]
    assert seen == tweets[:18:-1] + later


def test_history_goes_on_below_whatever_is_cached(system: Stage) -> None:
    tweets = system.post_many([(1 + i % 4, f"tweet {i}") for i in range(60)])  # feed_length is 5
    system.drain()
    assert system.feed(0, 200).tweets == tweets[::-1]
    assert system.feed(0, 3, tweets[20].id).tweets == tweets[19:16:-1]
    assert system.feed(0, 10, tweets[57].id).tweets == tweets[56:46:-1]


def test_a_cache_of_one_tweet_changes_no_page() -> None:
    for stage in (tl.TweetCache, tl.PrecomputedFeeds, tl.HybridFeeds):
        with small(stage, cache_tweets=1) as system:
            tweets = fill(system, 24)
            assert [t for page in scroll(system, 0, 7) for t in page] == tweets[::-1]


def test_reading_changes_nothing(system: Stage) -> None:
    fill(system, 12)
    at = system.position
    first = scroll(system, 0, 5)
    assert scroll(system, 0, 5) == first
    assert system.position == at
    assert all(lag.positions == 0 for lag in system.lag)


def test_an_authors_own_tweets_are_newest_first_and_nobody_elses(system: Stage) -> None:
    tweets = fill(system, 12, (1, 7))
    assert system.tweets_of(7).tweets == [tweet for tweet in reversed(tweets) if tweet.author == 7]
    assert system.tweets_of(5) == tl.Page([], None)


# Deleting


def test_a_deleted_tweet_is_gone_from_every_read_at_once(system: Stage) -> None:
    tweets = fill(system, 6)
    system.feed(0)
    gone = tweets[4]
    system.delete(gone.author, gone.id)
    for _ in range(2):
        assert gone not in system.feed(0).tweets
        assert gone not in system.feed(5).tweets
        assert gone not in system.tweets_of(gone.author).tweets
        with pytest.raises(tl.UnknownTweet, match=str(gone.id)):
            system.tweet(gone.author, gone.id)
        system.drain()
    assert system.feed(0).tweets == [tweets[i] for i in (5, 3, 2, 1, 0)]


def test_a_tweet_deleted_before_any_drain_never_shows(system: Stage) -> None:
    gone, kept = system.post(1, "gone"), system.post(1, "kept")
    system.delete(1, gone.id)
    while True:
        assert gone not in system.feed(0).tweets
        if not system.step():
            break
    assert system.feed(0).tweets == [kept]


def test_tombstones_are_dropped_when_every_copy_has_applied_the_delete(system: Stage) -> None:
    tweets = fill(system, 6)
    system.delete(tweets[0].author, tweets[0].id)
    system.drain()
    assert system.deleted == set()
    assert tweets[0] not in system.feed(0).tweets


def test_tombstones_come_back_on_opening(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        tweets = fill(system, 6)
        system.delete(tweets[5].author, tweets[5].id)
    with small(stage, tmp_path, graph=None) as system:
        assert tweets[5] not in system.feed(0).tweets
        assert tweets[4] in system.feed(0).tweets
        system.drain()
        assert system.feed(0).tweets == tweets[4::-1]


def test_a_page_read_before_a_copy_hears_of_a_delete_hides_the_tweet_though_the_tombstone_goes_meanwhile() -> None:
    with small(tl.ReadReplicas) as system:
        tweets = fill(system, 3)
        system.delete(tweets[1].author, tweets[1].id)
        read = system._feed

        def slow(*asked: Any) -> Iterator[tl.Tweet]:
            rows = list(read(*asked))
            system.drain()  # every copy applies the delete, and the tombstone is dropped
            yield from rows

        system._feed = slow  # type: ignore[method-assign]
        assert system.feed(0).tweets == [tweets[2], tweets[0]]


# Integers


@pytest.mark.parametrize("kind", [np.int8, np.uint16])
def test_numpy_integers_are_integers_everywhere(system: Stage, kind: Callable[[int], Any]) -> None:
    tweet = system.post(kind(1), "one")
    (many,) = system.post_many([(kind(2), "two")])
    system.follow(kind(6), kind(2))
    system.follow(kind(6), kind(3))
    system.unfollow(kind(6), kind(3))
    system.drain()
    assert type(tweet.author) is int
    assert system.feed(kind(6), kind(20), np.uint64(2**63 - 1)).tweets == [many, tweet]
    assert system.tweets_of(kind(1), kind(1)).tweets == [tweet]
    assert system.tweet(kind(1), np.int64(tweet.id)) == tweet
    at = tuple(np.array(system.position))
    assert system.feed(kind(6), at_least=at).tweets == [many, tweet]
    system.delete(kind(1), np.int64(tweet.id))
    assert system.feed(kind(6)).tweets == [many]


def test_a_bool_is_no_integer_anywhere(system: Stage) -> None:
    for yes in (True, np.True_):
        refuse(system, yes)


def refuse(system: Stage, yes: Any) -> None:
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (tl.UnknownUser, lambda: system.post(yes, "x")),
        (tl.UnknownUser, lambda: system.post_many([(yes, "x")])),
        (tl.UnknownUser, lambda: system.follow(yes, 0)),
        (tl.UnknownUser, lambda: system.unfollow(0, yes)),
        (tl.UnknownUser, lambda: system.feed(yes)),
        (tl.UnknownUser, lambda: system.followers(yes)),
        (tl.InvalidLimit, lambda: system.feed(0, yes)),
        (tl.InvalidCursor, lambda: system.feed(0, 20, yes)),
        (tl.InvalidCursor, lambda: system.feed(0, at_least=(yes,))),
        (tl.UnknownTweet, lambda: system.tweet(1, yes)),
        (tl.UnknownTweet, lambda: system.delete(1, yes)),
    ]
    for error, call in calls:
        with pytest.raises(error, match="True"):
            call()


# Staleness, positions, background work


def test_at_least_the_position_shows_a_write_without_a_drain(system: Stage) -> None:
    old = fill(system, 6)
    system.feed(0)
    new = system.post(1, "new")
    assert system.feed(0, at_least=system.position).tweets == [new, *old[::-1]]
    system.unfollow(0, 1)
    assert system.feed(0, at_least=system.position).tweets == [t for t in old[::-1] if t.author != 1]
    system.follow(0, 7)
    other = system.post_many([(7, "now followed")])
    page = system.feed(0, 3, at_least=system.position)
    assert page.tweets[0] == other[0]
    system.drain()
    assert system.feed(0, 3) == page
    assert system.feed(0, 3, at_least=system.position) == page


def test_at_least_holds_on_a_page_further_down(system: Stage) -> None:
    tweets = fill(system, 12)
    system.delete(tweets[4].author, tweets[4].id)
    system.unfollow(0, 2)
    page = system.feed(0, 4, tweets[8].id, at_least=system.position)
    assert page.tweets == [t for t in tweets[7::-1] if t.author != 2 and t is not tweets[4]][:4]


def test_an_old_position_is_still_good_after_more_writes(system: Stage) -> None:
    first = system.post(1, "first")
    at = system.position
    second = system.post(1, "second")
    system.drain()
    assert system.feed(0, at_least=at).tweets == [second, first]


def test_a_position_grows_with_every_write(system: Stage) -> None:
    positions = [system.position]
    tweet = system.post(1, "one")
    positions.append(system.position)
    system.post_many([(2, "two")])
    positions.append(system.position)
    system.follow(6, 7)
    positions.append(system.position)
    system.delete(1, tweet.id)
    positions.append(system.position)
    assert all(isinstance(at, tuple) and all(type(number) is int for number in at) for at in positions)
    assert [sum(later) - sum(sooner) for sooner, later in pairwise(positions)] == [1] * 4


def test_step_handles_at_most_n_messages_and_drain_all_that_are_left(stage: type[Stage]) -> None:
    with small(stage) as system:
        system.post_many([(1 + i % 4, "x") for i in range(10)])
        waiting = sum(lag.positions for lag in system.lag)
        expected = {"ReadReplicas": 20, "PrecomputedFeeds": 10, "HybridFeeds": 10}.get(stage.__name__, 0)
        assert waiting == expected
        before = system.work
        assert system.step() == min(1, expected)
        assert system.step(3) == min(3, expected)
        assert sum(lag.positions for lag in system.lag) == max(expected - 4, 0)
        assert system.drain() == max(expected - 4, 0)
        assert system.drain() == system.step() == system.step(100) == 0
        assert (system.work - before).messages == expected
        assert sum(lag.positions for lag in system.lag) == 0


def test_stepping_one_by_one_ends_where_a_drain_ends(stage: type[Stage]) -> None:
    with small(stage) as one, small(stage) as other:
        for system in (one, other):
            fill(system, 12)
            system.post(1, "more")
            system.follow(6, 3)
            system.unfollow(0, 2)
            system.post_many([(3, "even more")])
        steps = 0
        while one.step():
            steps += 1
        assert steps == other.drain()
        assert [one.feed(user, 200) for user in range(USERS)] == [other.feed(user, 200) for user in range(USERS)]


def test_drain_handles_what_was_queued_when_it_was_called_and_step_zero_nothing(stage: type[Stage]) -> None:
    with small(stage) as system:
        system.post(1, "one")
        waiting = system.lag
        assert system.step(0) == 0
        assert system.lag == waiting


@pytest.mark.parametrize("stage", [tl.PrecomputedFeeds, tl.HybridFeeds])
def test_taking_no_message_leaves_all_of_them_waiting(stage: type[Stage]) -> None:
    with small(stage) as system:
        tweets = system.post_many([(3, "one"), (4, "two")])
        for outbox in system.queue.outboxes:
            assert outbox.take(0) == []  # as a drain does whose messages another worker has handled meanwhile
        assert system.drain() == 2
        assert system.feed(0).tweets == tweets[::-1]


def test_a_feed_is_late_exactly_where_the_stage_says_so(stage: type[Stage]) -> None:
    late = {"ReadReplicas": (1, 2), "PrecomputedFeeds": (1, 3), "HybridFeeds": (3,)}
    with small(stage) as system:
        fill(system, 8)
        system.feed(0)
        for author in (1, 3):  # 1 is a celebrity: pulled at stage 7, from a timeline that is read for the first time
            system.post(author, "new")
        shown = {tweet.author for tweet in system.feed(0).tweets if tweet.text == "new"}
        if stage.__name__ not in late:
            assert shown == {1, 3}
        else:
            assert shown <= {1, 3}
            assert shown != {1, 3}
        system.drain()
        assert texts(system.feed(0, 2).tweets) == ["new", "new"]


def test_lag_names_each_copy_and_says_how_far_and_how_long_it_is_behind(stage: type[Stage]) -> None:
    names = {
        "ReadReplicas": ["replica-1", "replica-2"],
        "PrecomputedFeeds": ["outbox-0", "outbox-1", "outbox-2"],
        "HybridFeeds": ["outbox-0", "outbox-1", "outbox-2"],
    }.get(stage.__name__, [])
    with small(stage) as system:
        assert system.lag == tuple(tl.Lag(name, 0, 0) for name in names)
        system.post(1, "old")
        system.clock.advance(700)
        system.post(1, "new")
        system.clock.advance(300)
        behind = [lag for lag in system.lag if lag.positions]
        assert len(behind) == {"ReadReplicas": 2}.get(stage.__name__, 1 if names else 0)
        assert all(lag[1:] == (2, 1000) for lag in behind)
        for _ in behind:
            system.step()
        assert [lag[1:] for lag in system.lag if lag.positions] == [(1, 300)] * len(behind)
        system.drain()
        assert system.lag == tuple(tl.Lag(name, 0, 0) for name in names)


def test_two_records_of_work_subtract_and_the_first_is_left_as_it_was(system: Stage) -> None:
    start = system.work
    assert start == tl.Work(**{**tl.Work().as_dict(), "commits": start.commits, "shard_requests": start.commits})
    system.post(1, "one")
    between = system.work
    system.drain()
    system.feed(0)
    end = system.work
    assert (between - start).commits == 1
    assert end - end == tl.Work()
    for name, value in (end - start).as_dict().items():
        assert value == getattr(end, name) - getattr(start, name)
        assert value >= 0
    assert between == system.work - (system.work - between)
    with pytest.raises(AttributeError):
        end.queries = 0  # type: ignore[misc]


def test_work_has_at_least_the_counters_of_the_design() -> None:
    wanted = {"rows_read", "row_groups_read", "queries", "shard_requests", "cache_hits", "cache_misses"}
    assert wanted | {"messages", "deliveries", "wasted", "merged"} <= set(tl.Work().as_dict())


# Opening and closing


def test_leaving_the_with_block_closes_and_closing_twice_is_closing_once(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        assert system.post(1, "one").id
    system.close()
    system.close()
    with small(stage, tmp_path, graph=None) as again:
        assert again.tweets_of(1).tweets or stage is tl.ReadReplicas


def test_an_error_inside_the_with_block_comes_out_and_closes(stage: type[Stage], tmp_path: Path) -> None:
    with pytest.raises(KeyError), small(stage, tmp_path):
        raise KeyError
    with small(stage, tmp_path, graph=None):
        pass


def test_whether_one_user_follows_another(system: Stage) -> None:
    for follower in range(8):
        for followee in range(8):
            assert system.follows(follower, followee) == ((follower, followee) in EDGES)
    system.unfollow(0, 1)
    system.follow(1, 7)
    assert (system.follows(0, 1), system.follows(1, 7)) == (False, True), "at once, and before it is drained"


def test_close_does_not_drain_and_nothing_is_lost_by_it(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        tweets = [system.post(1, "a"), system.post(3, "b")]
        waiting = sum(lag.positions for lag in system.lag)
    with small(stage, tmp_path, graph=None) as system:
        assert sum(lag.positions for lag in system.lag) == waiting
        assert system.drain() == waiting
        assert system.feed(0).tweets == tweets[::-1]


def test_every_public_call_after_close_is_systemclosed(stage: type[Stage]) -> None:
    system = small(stage)
    system.post(1, "one")
    at = system.position
    system.close()
    public = {name for name, value in inspect.getmembers(stage, inspect.isfunction) if not name.startswith("_")}
    assert public <= set(CALLS) | {"close"}, "a public call that this test does not know"
    for name in public - {"close"}:
        with pytest.raises(tl.SystemClosed, match=stage.__name__):
            getattr(system, name)(*CALLS[name])
    with pytest.raises(tl.SystemClosed):
        system.feed(0, at_least=at)
    for name in ("lag", "bytes_held"):
        with pytest.raises(tl.SystemClosed):
            getattr(system, name)
    assert system.work.commits >= 1  # what was done can still be told
    assert system.position == at


def test_a_closed_system_refuses_before_it_looks_at_what_it_was_given(stage: type[Stage]) -> None:
    system = small(stage)
    system.close()
    for call in (lambda: system.post(-1, ""), lambda: system.feed("x", 0, 0), lambda: system.post_many(None)):
        with pytest.raises(tl.SystemClosed):
            call()


def test_a_new_system_in_memory_needs_a_graph(stage: type[Stage]) -> None:
    with pytest.raises(tl.InvalidGraph, match="graph"):
        stage()
    with pytest.raises(tl.InvalidGraph, match="FollowGraph"):
        stage(GRAPH.to_networkx())  # type: ignore[arg-type]


def test_a_graph_without_follows_or_with_one_user_is_a_system(stage: type[Stage]) -> None:
    for users in (1, 3):
        with small(stage, graph=tl.FollowGraph.from_edges([], [], users)) as system:
            tweet = system.post(users - 1, "alone")
            system.drain()
            assert system.feed(0) == tl.Page([], None)
            assert system.tweets_of(users - 1).tweets == [tweet]


def test_a_system_in_memory_shares_nothing_with_another(stage: type[Stage]) -> None:
    with small(stage) as one, small(stage) as other:
        key = one.post(1, "mine", b"picture").media
        one.drain()
        other.drain()
        assert other.feed(0).tweets == []
        with pytest.raises(tl.UnknownMedia):
            other.media(key)


# Clocks


def test_the_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = tl.ManualClock()
    assert clock.now() == clock.now() == 1_700_000_000_000
    assert clock.advance(250) == clock.now() == 1_700_000_000_250
    assert clock.advance(-1000) == clock.now() == 1_699_999_999_250
    assert tl.ManualClock(start_ms=5).now() == 5


def test_the_system_clock_is_the_wall_clock_in_whole_milliseconds() -> None:
    before, now, after = time.time_ns(), tl.SystemClock().now(), time.time_ns()
    assert type(now) is int
    assert before // 1_000_000 <= now <= after // 1_000_000


def test_without_a_clock_a_system_uses_the_wall_clock(stage: type[Stage]) -> None:
    with stage(GRAPH, **settings_of(stage)) as system:
        assert isinstance(system.clock, tl.SystemClock)
        before, tweet, after = tl.SystemClock().now(), system.post(1, "now"), tl.SystemClock().now()
        assert before <= tweet.created_at <= after
        assert (tweet.id >> 22) + 1288834974657 == tweet.created_at


def test_created_at_is_what_the_injected_clock_says(system: Stage) -> None:
    system.clock.advance(123)
    assert system.post(1, "x").created_at == 1_700_000_000_123
    assert system.post_many([(1, "y")])[0].created_at == 1_700_000_000_123


WALL = {
    "time": {"time", "time_ns", "sleep", "monotonic", "monotonic_ns", "localtime", "gmtime", "ctime", "strftime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "os": {"urandom", "times"},
    "uuid": {"uuid1", "uuid4"},
}
DRAWS = {"seed", "random", "rand", "randn", "randint", "choice", "shuffle", "permutation", "normal", "uniform"}


def forbidden(tree: ast.AST) -> Iterator[str]:
    """Each reading of the wall clock, each sleep and each draw from a global generator, as line and words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if node.attr in WALL.get(owner.rpartition(".")[2], ()):
                yield f"{node.lineno}: {owner}.{node.attr}"
            if owner in ("random", "np.random", "numpy.random") and (owner == "random" or node.attr in DRAWS):
                yield f"{node.lineno}: {owner}.{node.attr}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("default_rng") and not node.args:
            yield f"{node.lineno}: a generator without a seed"
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "random", "uuid"):
            for alias in node.names:
                if node.module != "time" or alias.name in WALL["time"]:
                    yield f"{node.lineno}: from {node.module} import {alias.name}"


@pytest.mark.parametrize(
    "line",
    [
        "time.time()",
        "from time import sleep",
        "datetime.datetime.now()",
        "date.today()",
        "random.random()",
        "np.random.rand(3)",
        "np.random.default_rng()",
        "import random; x = random.Random",
    ],
)
def test_the_search_for_hidden_clocks_and_generators_finds_them(line: str) -> None:
    assert list(forbidden(ast.parse(line)))


def engine() -> list[Path]:
    """The files that a system is made of: stages, parts, and what they import."""
    package = Path(tl.__file__).parent
    return sorted([*package.glob("stages/*.py"), *package.glob("parts/*.py"), *package.glob("*.py")])


def test_nothing_but_the_clock_reads_time_sleeps_or_draws_from_a_global_generator() -> None:
    files = [file for file in engine() if file.name != "clock.py"]
    assert len(files) > 30
    found = [f"{file.name}:{line}" for file in files for line in forbidden(ast.parse(file.read_text()))]
    assert found == []


@pytest.mark.parametrize("stage", [tl.PrecomputedFeeds, tl.HybridFeeds], ids=lambda s: s.__name__)
def test_a_scroll_goes_on_where_an_unfollow_is_handled_before_the_follow_behind_it(stage: Any) -> None:
    graph = tl.FollowGraph.from_edges([0], [1], 2)
    with stage(graph, None, tl.ManualClock()) as system:
        posted = [system.post(1, str(number)) for number in range(3)]
        system.drain()
        system.unfollow(0, 1)
        system.follow(0, 1)
        first = system.feed(0, 1)
        system.step(1)
        assert [*first.tweets, *system.feed(0, 20, first.next).tweets] == posted[::-1]


@pytest.mark.parametrize("stage", [tl.PrecomputedFeeds, tl.HybridFeeds], ids=lambda s: s.__name__)
def test_a_tweet_deleted_before_its_author_was_unfollowed_leaves_nothing_in_the_feed(stage: Any) -> None:
    graph = tl.FollowGraph.from_edges([0, 0], [1, 2], 4)
    with stage(graph, None, tl.ManualClock(), shards=2, shard_of=lambda user, shards: user % shards) as system:
        gone, kept = system.post(1, "x"), system.post(2, "y")
        system.drain()
        system.feed(0)
        system.delete(1, gone.id)
        system.unfollow(0, 1)
        system.drain()
        assert system.feed(0).tweets == [kept]
        before = system.work
        system.feed(0)
        assert (system.work - before).queries == 0


@pytest.mark.parametrize("stage", tl.STAGES, ids=lambda s: s.__name__)
def test_clocks_and_steps_take_any_integer(stage: Any) -> None:
    clock = tl.ManualClock(np.int64(1_700_000_000_000))
    with stage(tl.FollowGraph.from_edges([0], [1], 2), None, clock) as system:
        clock.advance(np.int64(5))
        assert system.post(1, "x").created_at == 1_700_000_000_005
        system.step(np.int64(1))
        for bad in (-1, 1.5, "x", None, True):
            with pytest.raises(ValueError, match="n"):
                system.step(bad)


def test_a_synchronous_leader_forgets_its_log_and_its_tombstones() -> None:
    with tl.ReadReplicas(tl.FollowGraph.from_edges([0], [1], 2), replicas=1, synchronous=True) as system:
        tweet = system.post(1, "x")
        system.delete(1, tweet.id)
        system.drain()
        assert system.deleted == set()
        assert system.tables.leader.log_after(0, 10) == []


def test_a_system_that_lost_a_leader_opens_again_as_it_was_asked_for(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with tl.ReadReplicas(tl.FollowGraph.from_edges([0], [1], 2), "here", replicas=2) as system:
        monkeypatch.chdir("/")
        system.lose_leader()
    with tl.ReadReplicas(None, tmp_path / "here", replicas=2) as system:
        assert len(system.tables.replicas) == 1
    with pytest.raises(tl.StorageError):
        tl.ReadReplicas(None, tmp_path / "here", replicas=3)
