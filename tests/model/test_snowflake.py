"""IDs: they strictly increase, never wait, say when they were made, and outlive the system that made them."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.systems import EVERY_STAGE, small

import twitterlab as tl
from twitterlab.model import MAX_ID
from twitterlab.parts.feeds.entries import ids_in, pack_entries
from twitterlab.snowflake import EPOCH_MS, SEQUENCE_MAX, Snowflake, id_after, milliseconds_of
from twitterlab.stages.base import Stage

START = 1_700_000_000_000
LAST_MS = EPOCH_MS + 2**41 - 1
READINGS = st.one_of(st.integers(EPOCH_MS - 10, EPOCH_MS + 10), st.integers(-(2**50), LAST_MS - 10_000))


def parts(tweet_id: int) -> tuple[int, int, int]:
    """The milliseconds since the epoch, the machine and the sequence of an ID."""
    return tweet_id >> 22, (tweet_id >> 12) & 0x3FF, tweet_id & 0xFFF


def test_an_id_is_41_bits_of_milliseconds_10_of_machine_and_12_of_sequence() -> None:
    ids = Snowflake()
    found = [ids.next(START) for _ in range(3)]
    assert [parts(i) for i in found] == [(START - 1_288_834_974_657, 0, n) for n in range(3)]
    assert found[0] == (START - 1_288_834_974_657) << 22
    assert milliseconds_of(found[2]) == START


def test_a_new_millisecond_begins_its_sequence_at_zero() -> None:
    ids = Snowflake()
    ids.next(START)
    ids.next(START)
    assert parts(ids.next(START + 1)) == (START + 1 - EPOCH_MS, 0, 0)


def test_an_exhausted_sequence_goes_on_in_the_next_millisecond() -> None:
    ids = Snowflake()
    found = [parts(ids.next(START)) for _ in range(4098)]
    assert found[4095] == (START - EPOCH_MS, 0, 4095)
    assert found[4096] == (START - EPOCH_MS + 1, 0, 0)
    assert found[4097] == (START - EPOCH_MS + 2, 0, 0)  # the clock is now behind the last ID, as if it had stepped back
    assert parts(ids.next(START + 2)) == (START - EPOCH_MS + 2, 0, 1)  # until it has caught up


def test_a_clock_that_steps_back_gives_the_last_millisecond_and_one() -> None:
    ids = Snowflake()
    first = ids.next(START)
    second = ids.next(START - 60_000)
    assert milliseconds_of(second) == milliseconds_of(first) + 1
    assert parts(second)[2] == 0
    assert milliseconds_of(ids.next(START - 60_000)) == milliseconds_of(first) + 2
    assert milliseconds_of(ids.next(START + 60_000)) == START + 60_000


@pytest.mark.parametrize("now", [EPOCH_MS, EPOCH_MS - 1, 0, -1, -(2**62)])
def test_a_clock_at_or_before_the_epoch_still_gives_increasing_ids_above_zero(now: int) -> None:
    ids = Snowflake()
    found = [ids.next(now) for _ in range(5000)]
    assert found[0] >= 1
    assert all(a < b for a, b in pairwise(found))


def test_past_the_41_bits_an_id_is_refused_and_the_generator_unharmed() -> None:
    ids = Snowflake()
    first = ids.next(START)
    with pytest.raises(tl.StorageError, match=str(LAST_MS + 1)):
        ids.next(LAST_MS + 1)
    assert ids.next(START) == first + 1
    assert ids.next(LAST_MS) <= MAX_ID
    assert ids.last >> 22 == 2**41 - 1


@given(st.lists(READINGS, min_size=1, max_size=60), st.integers(0, MAX_ID >> 1))
def test_ids_strictly_increase_whatever_the_clock_shows(readings: list[int], last: int) -> None:
    ids = Snowflake(last & ~(0x3FF << 12))
    previous = ids.last
    for now in readings:
        found = ids.next(now)
        millisecond, machine, sequence = parts(found)
        assert previous < found <= MAX_ID
        assert machine == 0
        assert millisecond >= max(now - EPOCH_MS, 0)
        if millisecond > max(now - EPOCH_MS, 0):  # ahead of the clock only where it had to be
            then, used = previous >> 22, previous & SEQUENCE_MAX
            behind, exhausted = now - EPOCH_MS < then, used == SEQUENCE_MAX
            assert millisecond == then + 1
            assert sequence == 0
            assert behind or exhausted
        previous = found
    assert ids.last == previous


@given(st.integers(0, 2**41 - 2), st.integers(0, SEQUENCE_MAX), READINGS)
def test_the_next_id_is_a_pure_function_of_the_last_and_the_clock(then: int, sequence: int, now: int) -> None:
    last = then << 22 | sequence
    assert id_after(last, now) == id_after(last, now) == Snowflake(last).next(now)


@given(st.lists(READINGS, min_size=1, max_size=20))
def test_every_id_survives_the_feed_cache(readings: list[int]) -> None:
    import numpy as np

    ids = Snowflake()
    found = np.array([ids.next(now) for now in readings])
    assert ids_in(pack_entries(found, 1023)).tolist() == found.tolist()


def test_threads_never_get_the_same_id() -> None:
    ids, found = Snowflake(), [[] for _ in range(4)]  # type: tuple[Snowflake, list[list[int]]]
    threads = [threading.Thread(target=lambda f=f: f.extend(ids.next(START) for _ in range(3000))) for f in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = [i for part in found for i in part]
    assert len(set(together)) == 12_000
    assert all(part == sorted(part) for part in found)


# In a system


@EVERY_STAGE
def test_five_thousand_posts_in_one_frozen_millisecond_are_in_order_and_all_there(stage: type[Stage]) -> None:
    with small(stage) as system:
        tweets = system.post_many([(1 + i % 2, f"tweet {i}") for i in range(5000)])
        assert all(a.id < b.id for a, b in pairwise(tweets))
        assert parts(tweets[4095].id) == (START - EPOCH_MS, 0, 4095)
        assert parts(tweets[4096].id) == (START - EPOCH_MS + 1, 0, 0)
        assert {tweet.created_at for tweet in tweets} == {START}
        system.drain()
        assert system.feed(0, 200).tweets == tweets[:4799:-1]
        assert system.feed(0, 200, tweets[4200].id).tweets == tweets[4199:3999:-1]
        assert milliseconds_of(system.post(1, "next").id) == milliseconds_of(tweets[-1].id) + 1


@EVERY_STAGE
def test_pages_stay_in_order_when_the_clock_steps_back(stage: type[Stage]) -> None:
    clock = tl.ManualClock()
    with small(stage, clock=clock) as system:
        tweets = []
        for step in (-3_600_000, 5, -1, 7_200_000, -7_200_000):
            tweets.append(system.post(1, "one"))
            tweets += system.post_many([(2, "two"), (1, "three")])
            clock.advance(step)
        system.drain()
        assert all(a.id < b.id for a, b in pairwise(tweets))
        assert system.feed(0).tweets == tweets[::-1]
        assert tweets[3].created_at < tweets[0].created_at  # the row tells what the clock showed


@EVERY_STAGE
def test_a_clock_before_the_epoch_is_no_hindrance(stage: type[Stage]) -> None:
    with small(stage, clock=tl.ManualClock(0)) as system:
        tweets = [system.post(1, "one"), *system.post_many([(2, "two"), (1, "three")])]
        system.drain()
        assert 1 <= tweets[0].id < tweets[1].id < tweets[2].id
        assert system.feed(0).tweets == tweets[::-1]
        assert system.feed(0, before=tweets[1].id).tweets == tweets[:1]
        assert system.tweet(1, tweets[0].id) == tweets[0]
        system.delete(1, tweets[0].id)
        assert system.feed(0).tweets == tweets[:0:-1]


@EVERY_STAGE
def test_a_clock_past_the_ids_refuses_posts_until_it_is_right_again(stage: type[Stage]) -> None:
    clock = tl.ManualClock(LAST_MS + 1)
    with small(stage, clock=clock) as system:
        with pytest.raises(tl.StorageError, match="clock"):
            system.post(1, "too late")
        with pytest.raises(tl.StorageError, match="clock"):
            system.post_many([(1, "too late")])
        clock.advance(START - clock.now())
        tweet = system.post(1, "in time")
        system.drain()
        assert milliseconds_of(tweet.id) == START
        assert system.feed(0).tweets == [tweet]


@EVERY_STAGE
def test_the_last_id_survives_a_reopening_though_its_tweet_was_deleted(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        kept = system.post(2, "kept")
        gone = system.post_many([(1, f"gone {i}") for i in range(10)])
        for tweet in gone:
            system.delete(1, tweet.id)
        system.drain()
    with small(stage, tmp_path, graph=None, clock=tl.ManualClock(START - 1000)) as system:
        tweet = system.post(1, "after")
        assert tweet.id > gone[-1].id
        assert milliseconds_of(tweet.id) == START + 1
        system.drain()
        assert system.feed(0).tweets == [tweet, kept]


@EVERY_STAGE
def test_the_last_id_survives_a_delete_that_no_copy_had_heard_of(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        gone = system.post(1, "gone")
        system.delete(1, gone.id)
    with small(stage, tmp_path, graph=None) as system:
        assert system.post(2, "after").id == gone.id + 1
        system.drain()
    with small(stage, tmp_path, graph=None) as system:
        assert system.post(2, "once more").id == gone.id + 2
