"""What all stages share: the contract's checks, IDs, the clock, the directory, closing. No stage's idea is in here."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from twitterlab.clock import Clock, SystemClock
from twitterlab.model import (
    StorageError,
    Tweet,
    Users,
)
from twitterlab.parts.feeds.wakeups import Wakeups
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.directory import Facts, Home
from twitterlab.parts.store.layout import Tables
from twitterlab.parts.store.media import MediaStore
from twitterlab.parts.store.opening import open_system
from twitterlab.snowflake import Snowflake
from twitterlab.stages.contract import Contract
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph

DirectoryPath = str | os.PathLike[str]
T = TypeVar("T")


class Stage(Contract):
    """A system that keeps the contract; a stage says where rows lie and how a page is read.

    `graph` is who follows whom at the start (None where `path` holds a system already), `path` a directory (None: all
    in memory), `clock` what tells the time (None: the wall clock), `counting` whether DuckDB's profile counts the rows.
    """

    def __init__(
        self,
        graph: FollowGraph | None,
        path: DirectoryPath | None,
        clock: Clock | None,
        tables: Tables,
        *,
        counting: bool,
    ) -> None:
        self.clock = clock or SystemClock()
        self.tables = tables
        self.deleted = set()
        self.ready = Wakeups()  # set after every write: there may be work for `step`
        self._counters = Counters()
        self._closed, self._closing = False, threading.Lock()
        self._home = None if path is None else Home(path)

        def load(folder: Path | None, facts: Facts, new: FollowGraph | None) -> None:
            tables.open_databases(folder, facts, new, self._counters, counting)

        try:
            self._facts = open_system(self._home, type(self).__name__, tables, graph, load)
            self.users = self._facts["users"]
            self._ids = Snowflake(max(self._facts["last_id"], *(db.last_id() for db in tables.databases)))
            self.media_store = MediaStore(None if self._home is None else str(self._home.path / "media"))
        except BaseException:
            self._release_storage()
            raise

    def _post(self, author: int, text: str, media: str | None, key: str | None) -> Tweet:
        now = self._now()
        with self.tables.write_lock(author):
            first = None if key is None else self.tables.tweet_with_key(author, key)
            if first is not None:
                return first
            change = Change(now, "post", author, self._ids.next(now), text, media, key)
            self._before_commit([change])
            self.tables.tweets_home(author, change.other).commit([change])
        self._after_commit()
        return change.tweet

    def _post_many(self, rows: list[tuple[int, str]]) -> list[Tweet]:
        now = self._now()

        def assign() -> list[Change]:
            changes = [Change(now, "post", author, self._ids.next(now), text) for author, text in rows]
            self._before_commit(changes)
            return changes

        changes = self.tables.commit_posts([author for author, _ in rows], assign)
        self._after_commit()
        return [change.tweet for change in changes]

    def _before_commit(self, changes: list[Change]) -> None:
        """Called when posts have their IDs, just before they are committed."""
        return

    def _after_commit(self) -> None:
        """Called after every commit, when no lock is held."""
        self.ready.wake_all()

    def _delete(self, database: Database, author: int, tweet: Tweet) -> None:
        tombstone = {tweet.id} if database.log != "none" else set()  # without a log there is no copy to hide
        self.deleted |= tombstone
        try:
            database.commit([Change(self._now(), "delete", author, tweet.id)])
        except StorageError:
            self.deleted -= tombstone
            raise

    def _commit_follow(self, change: Change) -> None:
        with self.tables.write_lock(change.user):
            self.tables.follows_home(change.user).commit_follow(change)
        self._after_commit()

    def _tweets_of(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        return map(Tweet._make, self.tables.tweets_home(author, 0).newest_of([author], before, limit))

    def _tweet(self, author: int, tweet_id: int) -> Tweet | None:
        return next(iter(self.tables.tweets_home(author, tweet_id).tweets([tweet_id])), None)

    def _followers(self, user: int, limit: int) -> Users:
        return self.tables.followers(user, limit)

    # Opening and closing

    def _replace_facts(self, facts: Facts) -> None:
        """Change what is remembered of the system as a whole, in one atomic step."""
        self._facts = {**facts, "last_id": self._ids.last}
        if self._home is not None:
            self._home.replace_facts(self._facts)

    def _release_storage(self) -> None:
        for database in self.tables.databases:
            database.close()
        if self._home is not None:
            self._home.release_lock()
