"""Pages and cursors at every stage: full, exclusive, in one long scroll that repeats and skips nothing."""

from __future__ import annotations

import pytest
from support.plain import scroll
from support.systems import post_in_turn

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_before_is_exclusive_and_need_not_be_a_tweet(system: Stage) -> None:
    tweets = post_in_turn(system, 8)
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
    tweets = post_in_turn(system, 8)
    system.delete(tweets[5].author, tweets[5].id)
    assert system.feed(0, before=tweets[5].id).tweets == tweets[4::-1]


def test_next_is_the_last_id_of_a_page_and_none_where_nothing_older_is_visible(system: Stage) -> None:
    tweets = post_in_turn(system, 9)
    for limit in range(1, 12):
        page = system.feed(0, limit)
        assert page.tweets == tweets[::-1][:limit]
        assert page.next == (page.tweets[-1].id if limit < 9 else None)
    own = system.tweets_of(1, 2)
    assert own.next == own.tweets[-1].id
    assert system.tweets_of(1, 3).next is None
    assert system.feed(7).next is None


def test_next_is_none_where_all_that_is_older_was_deleted(system: Stage) -> None:
    tweets = post_in_turn(system, 9)
    for tweet in tweets[:6]:
        system.delete(tweet.author, tweet.id)
    for _ in range(2):  # before the copies have heard of it, and after
        assert system.feed(0, 3) == tl.Page(tweets[:5:-1], None)
        assert system.feed(0, 2).next == tweets[7].id
        system.drain()


@pytest.mark.parametrize("drained", [False, True])
def test_a_page_is_full_while_older_visible_tweets_exist(system: Stage, drained: bool) -> None:
    tweets = post_in_turn(system, 40)
    for tweet in tweets[5:35]:
        system.delete(tweet.author, tweet.id)
    if drained:
        system.drain()
    assert system.feed(0, 8).tweets == tweets[:34:-1] + tweets[4:1:-1]
    assert [len(page.tweets) for page in scroll(system, 0, 4)] == [4, 4, 2]


def test_a_scroll_is_one_long_feed_in_full_pages(system: Stage) -> None:
    tweets = system.post_many([(1 + i % 4, f"tweet {i}") for i in range(30)])
    system.drain()
    for limit in (1, 2, 3, 7, 15, 29, 30, 31, 200):
        pages = scroll(system, 0, limit)
        assert [tweet for page in pages for tweet in page.tweets] == tweets[::-1]
        assert all(len(page.tweets) == limit for page in pages[:-1])
        assert 1 <= len(pages[-1].tweets) <= limit


def test_the_shortest_and_the_longest_page_are_allowed(system: Stage) -> None:
    tweets = system.post_many([(1, f"tweet {i}") for i in range(201)])
    system.drain()
    for limit in (1, 200):
        for page in (system.feed(0, limit), system.tweets_of(1, limit)):
            assert page.tweets == tweets[::-1][:limit]
            assert page.next == page.tweets[-1].id


@pytest.mark.parametrize("drained", [False, True])
def test_scrolling_while_others_post_repeats_nothing_and_skips_nothing(system: Stage, drained: bool) -> None:
    tweets = post_in_turn(system, 24)
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
    tweets = post_in_turn(system, 24)
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
