"""What is refused: each bad input has its named error, which says the value, and changes nothing at any stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.systems import EVERY_STAGE, FANNED_OUT, GRAPH, everything, settings_of, small

import twitterlab as tl
from twitterlab.stages.base import Stage

Case = tuple[str, type[Exception], str, Callable[[Stage], object]]
FAR = 2**63
DELETED = 3  # the user whose tweet is deleted


@dataclass
class Posted:
    """A system that no test here may change: its tweets, one of them deleted, and all that it shows."""

    system: Stage
    tweets: list[tl.Tweet]
    shows: dict[str, Any]


@pytest.fixture(scope="module", params=tl.STAGES)
def posted(request: pytest.FixtureRequest) -> Iterator[Posted]:
    """A system of each stage, with nothing left to handle."""
    with small(request.param) as system:
        tweets = system.post_many([(user, f"by {user}") for user in (1, 2, DELETED, 4, 0)])
        system.delete(DELETED, tweets[2].id)
        system.drain()
        yield Posted(system, tweets, everything(system))


def wrong_users(tweet: tl.Tweet) -> Iterator[Case]:
    calls: dict[str, Callable[[Stage, Any], object]] = {
        "post": lambda s, u: s.post(u, "x"),
        "post with a key": lambda s, u: s.post(u, "x", b"picture", key="k"),
        "post_many": lambda s, u: s.post_many([(1, "x"), (u, "y")]),
        "delete": lambda s, u: s.delete(u, tweet.id),
        "follow as": lambda s, u: s.follow(u, 1),
        "follow whom": lambda s, u: s.follow(1, u),
        "unfollow as": lambda s, u: s.unfollow(u, 1),
        "unfollow whom": lambda s, u: s.unfollow(0, u),
        "feed": lambda s, u: s.feed(u),
        "tweets_of": lambda s, u: s.tweets_of(u),
        "tweet": lambda s, u: s.tweet(u, tweet.id),
        "followers": lambda s, u: s.followers(u),
        "follows as": lambda s, u: s.follows(u, 1),
        "follows whom": lambda s, u: s.follows(1, u),
    }
    for name, call in calls.items():
        for user in (-1, 8, FAR, "1", None, 1.0, True, [1], b"1"):
            yield f"{name} {user!r}", tl.UnknownUser, repr(user), lambda s, call=call, u=user: call(s, u)


def wrong_tweets() -> Iterator[Case]:
    bad: list[tuple[Any, str]] = [
        ("", "needs text"),
        ("x" * 281, "281"),
        ("😀" * 281, "281"),
        ("\ud800", "0"),
        ("ok \udfff", "3"),
        (None, "NoneType"),
        (b"bytes", "bytes"),
        (5, "int"),
        (["x"], "list"),
    ]
    for text, words in bad:
        yield f"text {text!r:.12}", tl.InvalidTweet, words, lambda s, t=text: s.post(1, t)
        yield f"row {text!r:.12}", tl.InvalidTweet, "row 1: ", lambda s, t=text: s.post_many([(1, "good"), (1, t)])
        if text != "":
            yield f"media {text!r:.12}", tl.InvalidTweet, words, lambda s, t=text: s.post(1, t, b"picture")
    for media in (b"", "text", bytearray(b"x"), memoryview(b"x"), 5, [b"x"], True):
        words = type(media).__name__
        yield f"media {media!r:.12}", tl.InvalidTweet, words, lambda s, m=media: s.post(1, "text", m)
        yield f"only media {media!r:.12}", tl.InvalidTweet, words, lambda s, m=media: s.post(1, "", m)
    for key in ("", "k" * 256, 5, b"k", True, ["k"], "\ud800", 1.5):
        words = "encoded" if key == "\ud800" else repr(key)
        yield f"key {key!r:.12}", tl.InvalidTweet, words, lambda s, k=key: s.post(1, "text", b"picture", key=k)


def wrong_rows() -> Iterator[Case]:
    for row in ((1,), (1, "x", "y"), (), "1x", None, 5, {1: "x"}, {1, 2}, b"ab"):
        yield (
            f"row {row!r}",
            tl.InvalidTweet,
            f"row 2 is {row!r}",
            lambda s, r=row: s.post_many([(1, "a"), (2, "b"), r]),
        )
    for rows in (None, 5, 1.5, True):
        yield f"rows {rows!r}", tl.InvalidTweet, type(rows).__name__, lambda s, r=rows: s.post_many(r)
    yield "text for rows", tl.InvalidTweet, "row 0 is 'x'", lambda s: s.post_many("xy")
    yield "swapped", tl.UnknownUser, "row 0: there is no user 'x'", lambda s: s.post_many([("x", 1)])
    yield "last row", tl.UnknownUser, "row 20", lambda s: s.post_many((i // 20 * 9, "x") for i in range(21))


def wrong_pages() -> Iterator[Case]:
    reads: dict[str, Callable[..., object]] = {
        "feed": lambda s, **asked: s.feed(0, **asked),
        "tweets_of": lambda s, **asked: s.tweets_of(1, **asked),
    }
    for name, read in reads.items():
        for limit in (0, 201, -1, True, False, 1.5, "20", None, FAR):
            yield f"{name} {limit!r}", tl.InvalidLimit, repr(limit), lambda s, r=read, n=limit: r(s, limit=n)
        for before in (0, -1, FAR, True, "5", 1.0, [5], (5,), b"5"):
            yield f"{name} before {before!r}", tl.InvalidCursor, "before", lambda s, r=read, b=before: r(s, before=b)
    for limit in (0, 201, True):
        yield f"followers {limit!r}", tl.InvalidLimit, repr(limit), lambda s, n=limit: s.followers(1, n)
    for seen in (0, 5, "1", "", None.__class__, (-1,), (1.0,), ("1",), (True,), (None,), {1}, (0, -1), 1.5, True):
        yield f"at_least {seen!r}", tl.InvalidCursor, "at_least", lambda s, a=seen: s.feed(0, at_least=a)


def wrong_names() -> Iterator[Case]:
    for tweet_id in (0, -1, FAR, "5", None, 1.0, True):
        yield f"tweet {tweet_id!r}", tl.UnknownTweet, repr(tweet_id), lambda s, i=tweet_id: s.tweet(1, i)
        yield f"delete {tweet_id!r}", tl.UnknownTweet, repr(tweet_id), lambda s, i=tweet_id: s.delete(1, i)
    for tweet_id in (1, 12345, FAR - 1):
        yield f"tweet {tweet_id}", tl.UnknownTweet, str(tweet_id), lambda s, i=tweet_id: s.tweet(1, i)
        yield f"delete {tweet_id}", tl.UnknownTweet, str(tweet_id), lambda s, i=tweet_id: s.delete(1, i)
    paths = ["../facts.json", "..", "", "/etc/passwd", "0" * 63 + "/", "A" * 64, "0" * 64 + "\n", "0" * 65]
    for key in (*paths, None, 5, b"0" * 64, True, ["0" * 64]):
        yield f"media {key!r:.12}", tl.UnknownMedia, "hex digits", lambda s, k=key: s.media(k)
    yield "no such media", tl.UnknownMedia, "0" * 64, lambda s: s.media("0" * 64)
    for user in (0, 7):
        yield f"follow oneself {user}", tl.InvalidFollow, f"user {user} cannot follow", lambda s, u=user: s.follow(u, u)
        words = f"user {user} cannot unfollow"
        yield f"unfollow oneself {user}", tl.InvalidFollow, words, lambda s, u=user: s.unfollow(u, u)


def refused(posted: Posted, cases: Iterator[Case]) -> int:
    """Each case raises its error, with the words, and leaves the system as it was; returns how many there were."""
    system, count = posted.system, 0
    for name, error, words, call in cases:
        count += 1
        with pytest.raises(tl.TwitterlabError) as caught:
            call(system)
        assert type(caught.value) is error, name
        assert words in str(caught.value), (name, str(caught.value))
        assert system._ids.last == posted.shows["last_id"], name
        assert system.position == posted.shows["position"], name
    assert everything(system) == posted.shows
    assert system.drain() == 0
    return count


def test_a_user_who_does_not_exist_is_an_unknown_user_in_every_call(posted: Posted) -> None:
    assert refused(posted, wrong_users(posted.tweets[0])) == 14 * 9


def test_a_tweet_that_cannot_be_stored_is_an_invalid_tweet(posted: Posted) -> None:
    assert refused(posted, wrong_tweets()) > 40


def test_one_bad_row_refuses_all_rows_and_is_named(posted: Posted) -> None:
    assert refused(posted, wrong_rows()) > 12


def test_a_bad_limit_cursor_or_position_is_named_as_such(posted: Posted) -> None:
    assert refused(posted, wrong_pages()) > 50


def test_a_name_under_which_there_is_nothing_is_unknown(posted: Posted) -> None:
    assert refused(posted, wrong_names()) > 30


def test_only_the_author_may_delete_wherever_the_tweet_is_kept(posted: Posted) -> None:
    def cases() -> Iterator[Case]:
        for tweet in posted.tweets:
            for user in set(range(8)) - {tweet.author}:
                if tweet.author != DELETED:
                    words = f"tweet {tweet.id} is by user {tweet.author}"
                    yield words, tl.NotTheAuthor, words, lambda s, u=user, t=tweet: s.delete(u, t.id)

    assert refused(posted, cases()) == 4 * 7


def test_a_tweet_is_found_under_its_author_only(posted: Posted) -> None:
    def cases() -> Iterator[Case]:
        for tweet in posted.tweets:
            for user in set(range(8)) - {tweet.author}:
                words = f"user {user} has no tweet {tweet.id}"
                yield words, tl.UnknownTweet, words, lambda s, u=user, t=tweet: s.tweet(u, t.id)

    assert refused(posted, cases()) == 5 * 7  # each of them is in the cache, where a stage has one


def test_what_was_deleted_once_is_unknown_to_everybody(posted: Posted) -> None:
    gone = posted.tweets[2].id

    def cases() -> Iterator[Case]:
        for user in range(8):
            yield f"delete as {user}", tl.UnknownTweet, str(gone), lambda s, u=user: s.delete(u, gone)
            yield f"tweet of {user}", tl.UnknownTweet, str(gone), lambda s, u=user: s.tweet(u, gone)

    assert refused(posted, cases()) == 16


def test_a_generator_of_rows_that_fails_stores_nothing(posted: Posted) -> None:
    def rows() -> Iterator[tuple[int, str]]:
        yield 1, "stored?"
        raise LookupError("the source of the rows is gone")

    with pytest.raises(LookupError):
        posted.system.post_many(rows())
    assert everything(posted.system) == posted.shows


def test_a_refused_call_with_background_work_waiting_leaves_it_waiting(system: Stage) -> None:
    system.post(1, "waiting")
    lag, position = system.lag, system.position
    for call in (lambda: system.post(1, ""), lambda: system.delete(0, 5), lambda: system.follow(1, 1)):
        with pytest.raises(tl.TwitterlabError):
            call()
    assert (system.lag, system.position) == (lag, position)


@EVERY_STAGE
def test_media_of_a_refused_post_is_not_stored(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        for call in (
            lambda: system.post(9, "x", b"picture"),
            lambda: system.post(1, "x" * 281, b"picture"),
            lambda: system.post(1, "x", b"picture", key=""),
        ):
            with pytest.raises(tl.TwitterlabError):
                call()
        assert list((tmp_path / "media").iterdir()) == []


@EVERY_STAGE
def test_whitespace_is_text_and_the_longest_key_is_a_key(stage: type[Stage]) -> None:
    with small(stage) as system:
        blank, keyed = system.post(1, " "), system.post(1, "x", key="k" * 255)
        assert system.post(1, "y", key="k" * 255) == keyed
        assert system.post(1, "y", key="\0").id != system.post(1, "y", key="\0\0").id
        system.drain()
        assert blank in system.feed(0).tweets


def test_a_position_that_was_never_given_is_refused_where_reads_can_wait_for_one() -> None:
    with small(tl.ReadReplicas) as system:
        system.post(1, "x")
        term, number = system.position
        for seen in ((), (number,), (term, number + 1), (term + 1, number), (term, number, 0)):
            with pytest.raises(tl.InvalidCursor, match="at_least"):
                system.feed(0, at_least=seen)
        assert len(system.feed(0, at_least=(term, number)).tweets) == 1


def test_every_named_error_is_a_twitterlab_error() -> None:
    errors = [value for value in vars(tl).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(errors) == 12
    assert all(issubclass(error, tl.TwitterlabError) for error in errors)


SETTINGS: list[tuple[str, list[Any]]] = [
    ("shards", [0, -1, 1025, 1.5, "3", True]),
    ("replicas", [0, -1, 1.5, "2", True]),
    ("feed_length", [0, -5, 2.5, "100", True]),
    ("cache_tweets", [0, -1, 1.5, "9", True]),
    ("threshold", [-1, 1.5, "many", True]),
    ("active_days", [-1, float("nan"), float("inf")]),
    ("backlog", [-1, 0.5]),
    ("attempts", [0, -1]),
    ("shard_by", ["author", "", None]),
]


@EVERY_STAGE
def test_a_bad_setting_is_a_valueerror_that_leaves_no_directory_behind(stage: type[Stage], tmp_path: Path) -> None:
    import inspect

    tried = 0
    for name, values in SETTINGS:
        for value in values if name in inspect.signature(stage).parameters else []:
            tried += 1
            with pytest.raises(ValueError, match=name if name != "cache_tweets" else "capacity") as caught:
                small(stage, tmp_path / "home", **{name: value})
            assert repr(value) in str(caught.value)
            assert not (tmp_path / "home").exists()
    assert tried or stage in (tl.SingleTable, tl.FollowerIndex)


@EVERY_STAGE
def test_the_smallest_settings_that_are_allowed_work(stage: type[Stage]) -> None:
    least = {"shards": 1, "replicas": 1, "feed_length": 1, "cache_tweets": 1, "threshold": 0}
    given = {name: least[name] for name in settings_of(stage)}
    with stage(GRAPH, None, tl.ManualClock(), **given) as system:
        tweets = system.post_many([(1 + i % 4, f"tweet {i}") for i in range(9)])
        system.drain()
        assert system.feed(0).tweets == tweets[::-1]
        assert system.feed(0, 2, tweets[5].id).tweets == [tweets[4], tweets[3]]


@FANNED_OUT
def test_a_feed_may_be_longer_than_sixteen_bits_count(stage: type[Stage]) -> None:
    with small(stage, feed_length=40_000, shards=1) as system:
        tweets = system.post_many([(1 + i % 4, f"tweet {i}") for i in range(9)])
        system.drain()
        assert system.queue.messages_set_aside() == []
        assert system.feed(0).tweets == tweets[::-1]
