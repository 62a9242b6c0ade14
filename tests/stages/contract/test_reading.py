"""Reading at every stage: a feed and an author's own tweets, newest first, which reading does not change."""

from __future__ import annotations

from support.plain import scroll, scrolled
from support.systems import post_in_turn, small

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_a_feed_is_the_followees_tweets_newest_first_without_ones_own(system: Stage) -> None:
    tweets = post_in_turn(system, 16, (0, 1, 2, 7))
    wanted = [tweet for tweet in reversed(tweets) if tweet.author in (1, 2)]
    assert system.feed(0, 200).tweets == wanted
    assert system.feed(7).tweets == []
    assert [tweet.author for tweet in system.feed(1).tweets] == [2, 0] * 4  # they follow one another


def test_an_authors_own_tweets_are_newest_first_and_nobody_elses(system: Stage) -> None:
    tweets = post_in_turn(system, 12, (1, 7))
    assert system.tweets_of(7).tweets == [tweet for tweet in reversed(tweets) if tweet.author == 7]
    assert system.tweets_of(5) == tl.Page([], None)


def test_reading_changes_nothing(system: Stage) -> None:
    post_in_turn(system, 12)
    at = system.position
    first = scroll(system, 0, 5)
    assert scroll(system, 0, 5) == first
    assert system.position == at
    assert all(lag.positions == 0 for lag in system.lag)


def test_history_goes_on_below_whatever_is_cached(system: Stage) -> None:
    tweets = system.post_many([(1 + i % 4, f"tweet {i}") for i in range(60)])  # feed_length is 5
    system.drain()
    assert system.feed(0, 200).tweets == tweets[::-1]
    assert system.feed(0, 3, tweets[20].id).tweets == tweets[19:16:-1]
    assert system.feed(0, 10, tweets[57].id).tweets == tweets[56:46:-1]


def test_a_cache_of_one_tweet_changes_no_page() -> None:
    for stage in (tl.TweetCache, tl.PrecomputedFeeds, tl.HybridFeeds):
        with small(stage, cache_tweets=1) as system:
            tweets = post_in_turn(system, 24)
            assert scrolled(system, 0, 7) == tweets[::-1]
