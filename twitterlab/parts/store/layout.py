"""The unsharded table: one database that keeps everything, as stages 1 and 2 have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from twitterlab.model import Tweet, Users
from twitterlab.parts.store.batches import Hide
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph

Facts = dict[str, Any]  # what is remembered of a system as a whole: its stage, its graph, its shards
ReplaceFacts = Callable[[Facts], None]


class Tables(Protocol):
    """Where a stage's rows lie: which databases there are, and which of them keeps what."""

    databases: list[Database]
    epoch: int  # changes when rows move between databases; a read that began before begins again

    def asked_facts(self) -> Facts: ...
    def default_facts(self) -> Facts: ...
    def open_databases(
        self, folder: Path | None, facts: Facts, graph: FollowGraph | None, counters: Counters, counting: bool
    ) -> None: ...
    def write_lock(self, author: int) -> AbstractContextManager[object]: ...
    def tweets_home(self, author: int, tweet_id: int) -> Database: ...
    def follows_home(self, follower: int) -> Database: ...
    def possible_homes(self, author: int, tweet_id: int) -> Iterator[Database]: ...
    def tweet_with_key(self, author: int, key: str) -> Tweet | None: ...
    def followers(self, user: int, limit: int) -> Users: ...
    def commit_posts(self, authors: Sequence[int], assign: Callable[[], list[Change]], hide: Hide) -> list[Change]: ...


class WholeTable:
    """One database; `clustered` lays it out and indexes it by user."""

    def __init__(self, *, clustered: bool) -> None:
        self.databases: list[Database] = []
        self.epoch = 0
        self._clustered = clustered

    def asked_facts(self) -> Facts:
        """What an opening insists on: nothing beside the stage."""
        return {}

    def default_facts(self) -> Facts:
        """What a new system is when nothing else was asked for."""
        return {}

    def open_databases(
        self, folder: Path | None, facts: Facts, graph: FollowGraph | None, counters: Counters, counting: bool
    ) -> None:
        """Open the database in `folder` (None: in memory); `graph` is loaded into a new one."""
        path = folder and folder / "table.duckdb"
        create = graph is not None
        self.databases = [Database(path, counters, counting=counting, clustered=self._clustered, create=create)]
        if graph is not None:
            self.databases[0].load_follows(*graph.edge_arrays())

    def write_lock(self, author: int) -> AbstractContextManager[object]:
        """The lock of the database that takes this author's writes."""
        return self.databases[0].lock

    def tweets_home(self, author: int, tweet_id: int) -> Database:
        """The database that keeps an author's tweet."""
        return self.databases[0]

    def follows_home(self, follower: int) -> Database:
        """The database that keeps whom this user follows."""
        return self.databases[0]

    def possible_homes(self, author: int, tweet_id: int) -> Iterator[Database]:
        """The databases to look for a tweet in, the likeliest first."""
        yield self.databases[0]

    def tweet_with_key(self, author: int, key: str) -> Tweet | None:
        """The tweet that this author posted under this key."""
        return self.databases[0].tweet_with_key(author, key)

    def followers(self, user: int, limit: int) -> Users:
        """The first followers of a user by ID."""
        return self.databases[0].followers(user, limit)

    def commit_posts(self, authors: Sequence[int], assign: Callable[[], list[Change]], hide: Hide) -> list[Change]:
        """Commit, in one transaction, the changes that `assign` makes once the writer lock is held."""
        with self.write_lock(0):
            return self.databases[0].commit(assign())
