"""Posting at every stage: one by one and in batches, with any text and media; what is posted is read everywhere."""

from __future__ import annotations

from pathlib import Path

from support.systems import ids, small, texts

import twitterlab as tl
from twitterlab.stages.base import Stage


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


def test_text_comes_back_as_it_was(system: Stage) -> None:
    strange = [" ", "\n\t", "a\0b", "\0", "😀" * 280, "x" * 280, "'; DROP TABLE tweets; --", "e\u0301", "\ufeff"]
    alone = [system.post(1, text) for text in strange]
    few = system.post_many([(1, text) for text in strange])
    many = system.post_many([(1, text) for text in strange * 3])
    system.drain()
    assert texts(system.feed(0, 200).tweets) == (strange * 5)[::-1]
    for tweets in (alone, few, many):
        assert [system.tweet(1, tweet.id).text for tweet in tweets] == texts(tweets)


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
