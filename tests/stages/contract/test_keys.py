"""Keys at every stage: the same author and key is the same tweet, for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support.plain import stored
from support.processes import PATIENCE
from support.systems import small

import twitterlab as tl
from twitterlab.stages.base import Stage


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


def test_a_key_outlives_its_tweet_and_a_reopening(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        kept, gone = system.post(1, "kept", b"picture", key="k"), system.post(1, "gone", key="g")
        other = system.post(2, "theirs", key="g")
        assert system.post(1, "again", key="g") == gone
        system.delete(1, gone.id)
        assert system.post(1, "again", key="g") == gone
    with small(stage, tmp_path, graph=None) as system:
        for _ in range(2):  # before the copies have heard of it, and after
            assert system.post(1, "once more", key="k") == kept
            assert system.post(1, "once more", key="g") == gone
            assert system.post(2, "once more", key="g") == other
            system.drain()
        assert system.feed(0).tweets == [other, kept]
        third = system.post(3, "a third", key="g")
        assert third.id > other.id
        assert stored(system).tweets.keys() == {kept.id, other.id, third.id}  # the deleted one stays deleted


def test_threads_that_race_on_one_key_get_one_tweet(system: Stage) -> None:
    with ThreadPoolExecutor(4) as pool:
        for number in range(15):
            barrier = threading.Barrier(4)

            def post(text: str, barrier: threading.Barrier = barrier, key: str = f"key {number}") -> tl.Tweet:
                barrier.wait(PATIENCE)
                return system.post(5, text, key=key)

            assert len(set(pool.map(post, "abcd"))) == 1
        assert len(stored(system).tweets) == 15
