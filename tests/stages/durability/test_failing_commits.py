"""A commit that fails changes nothing, on any shard; a batch whose decision was stored is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.depth import CI
from support.graphs import ring
from support.on_disk import USERS, batch_of, open_system, rows_of_batch
from support.plain import Plain, assert_equal_pages, stored
from support.systems import EVERY_STAGE

import twitterlab as tl

# All of them commit batches by the same code; stages 6 and 7 queue them too.
BATCHING = ["UserShards", "TweetCache", "PrecomputedFeeds", "HybridFeeds"] if CI else ["UserShards", "HybridFeeds"]


class FailingCommits:
    """A connection whose commits fail from the one numbered `at` on, `times` times; all else goes through.

    A `late` failure comes after the commit was stored, as when only its sync fails.
    """

    def __init__(self, connection: Any, counter: list[int], at: int, times: int, late: bool) -> None:
        self._connection, self._counter, self._failing = connection, counter, range(at, at + times)
        self._late = late

    def commit(self) -> None:
        self._counter[0] += 1
        if self._counter[0] in self._failing:
            if self._late:
                self._connection.commit()
            raise duckdb.IOException("IO Error: the disk is gone")
        self._connection.commit()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@contextmanager
def failing_commits(system: Any, at: int, times: int = 1, late: bool = False) -> Iterator[None]:
    """Commits of this system, counted from 1 on, fail meanwhile."""
    databases, counter = list(system.tables.databases), [0]
    real = [database._writer for database in databases]
    for database in databases:
        database._writer = FailingCommits(database._writer, counter, at, times, late)
    try:
        yield
        assert counter[0] >= at, "nothing failed"
    finally:
        for database, writer in zip(databases, real, strict=True):
            database._writer = writer


@pytest.mark.parametrize("times", [1, 100], ids=["once", "for ever"])
@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("stage", BATCHING)
def test_a_batch_that_fails_on_one_shard_is_stored_on_none(stage: str, at: int, times: int, tmp_path: Path) -> None:
    with open_system(stage, str(tmp_path), ring(USERS)) as system:
        expected = Plain(ring(USERS))
        expected.post(*system.post_many(batch_of("first")))
        with failing_commits(system, at, times), pytest.raises(tl.StorageError, match="the disk is gone"):
            system.post_many(batch_of("lost"))
        if times == 1:  # else what was prepared is undone at the next opening
            system.drain()
            assert stored(system).tweets == expected.tweets
            assert_equal_pages(system, expected)
            expected.post(*system.post_many(batch_of("second")))
            expected.post(system.post(3, "more"))
            system.drain()
            assert_equal_pages(system, expected)
    with open_system(stage, str(tmp_path)) as system:
        system.drain()
        assert stored(system).tweets == expected.tweets
        expected.post(*system.post_many(batch_of("third")))
        system.drain()
        assert_equal_pages(system, expected)


@pytest.mark.parametrize("stage", ["UserShards", "HybridFeeds"])
def test_a_batch_whose_decision_was_stored_is_whole_though_its_commit_failed(stage: str, tmp_path: Path) -> None:
    system = open_system(stage, str(tmp_path), ring(USERS))
    with failing_commits(system, 3, late=True), pytest.raises(tl.StorageError, match="the disk is gone"):
        system.post_many(batch_of("in doubt"))
    system.close()
    with open_system(stage, str(tmp_path)) as system:
        system.drain()
        assert rows_of_batch(stored(system), "in doubt") == USERS
        assert_equal_pages(system, stored(system))


@EVERY_STAGE
def test_a_write_that_fails_changes_nothing_before_and_after_reopening(stage: type, tmp_path: Path) -> None:
    name = stage.__name__
    with open_system(name, str(tmp_path), ring(USERS)) as system:
        expected = Plain(ring(USERS))
        expected.post(*system.post_many(batch_of("first")))
        doomed = system.post(2, "to be deleted, in vain")
        expected.post(doomed)
        position, tombstones = system.position, set(system.deleted)
        for call in (
            lambda: system.post(1, "lost"),
            lambda: system.post(1, "lost", key="key"),
            lambda: system.follow(0, 7),
            lambda: system.unfollow(0, 2),
            lambda: system.delete(2, doomed.id),
        ):
            with failing_commits(system, 1), pytest.raises(tl.StorageError, match="the disk is gone"):
                call()
            assert (system.position, system.deleted) == (position, tombstones)
            assert stored(system).tweets == expected.tweets
            assert stored(system).follows == expected.follows
        system.drain()
        assert_equal_pages(system, expected)
        assert system.tweet(2, doomed.id) == doomed
    with open_system(name, str(tmp_path)) as system:
        system.drain()
        assert_equal_pages(system, expected)
        assert system.deleted == set()
        tweet = system.post(1, "not lost", key="key")
        assert tweet.text == "not lost"


@EVERY_STAGE
def test_media_that_cannot_be_stored_is_a_storage_error_and_no_tweet(
    stage: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_system(stage.__name__, str(tmp_path), ring(USERS)) as system:
        shutil.rmtree(tmp_path / "media")
        (tmp_path / "media").write_text("no directory any more")
        with pytest.raises(tl.StorageError, match="media store"):
            system.post(1, "a picture", b"bytes", key="key")
        system.drain()
        assert stored(system).tweets == {}
        assert system.feed(0).tweets == []
        (tmp_path / "media").unlink()
        (tmp_path / "media").mkdir()
        tweet = system.post(1, "a picture", b"bytes", key="key")
        system.drain()
        assert system.feed(0).tweets == [tweet]
        assert system.media(tweet.media) == b"bytes"
