"""Shards: the databases that users are dealt to, opened, written and grown as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twitterlab.checks import valid_setting
from twitterlab.model import StorageError, Tweet, Users
from twitterlab.parts.store.batches import BatchNotes, Hide, commit_together, settle_batches
from twitterlab.parts.store.changes import Change, LogContent, SqlRow
from twitterlab.parts.store.database import Database, delete_database_files
from twitterlab.parts.store.layout import Facts, ReplaceFacts
from twitterlab.parts.store.moving import copy_users, sweep_misplaced_rows
from twitterlab.parts.store.schema import TWEET_COLUMNS
from twitterlab.parts.store.sharding import (
    MAX_SHARDS,
    MergeStreams,
    ShardRule,
    fetch_lazily,
    merge_counted,
    placement,
    users_by_shard,
)
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph

DEFAULT_SHARDS = 4


class TweetKey(NamedTuple):
    """Where a tweet is found: its ID and the number of the shard that keeps it."""

    id: int
    shard: int


class Shards:
    """`shards` databases; `shard_of(user, shards)` says which one keeps a user's tweets and follows.

    With `shard_by="tweet"` the same rule is applied to tweet IDs, so that it can be counted what that costs. While a
    shard is added, all databases are locked; `databases`, `places`, `epoch` and `facts` change then, each as one, so
    that a reader needs no lock, but looks at `epoch` before and after.
    """

    def __init__(
        self,
        shards: int | None,
        rule: ShardRule,
        merge: MergeStreams,
        log: LogContent = "none",
        shard_by: Literal["user", "tweet"] = "user",
    ) -> None:
        shards = None if shards is None else valid_setting("shards", shards, 1, MAX_SHARDS)
        if shard_by not in ("user", "tweet"):
            raise ValueError(f"shard_by={shard_by!r}: 'user' or 'tweet'")
        self.databases: list[Database] = []
        self.epoch = 0
        self.facts: Facts = {}
        self._batches = BatchNotes()
        self._unswept = False  # whether an attempt to grow may have left copies behind
        self._asked, self._rule, self._merge, self._log, self._by_tweet = shards, rule, merge, log, shard_by == "tweet"

    # Opening

    def asked_facts(self) -> Facts:
        """The number of shards where it was given, and by what they are cut."""
        return {"shards": self._asked, "shard_by": "tweet" if self._by_tweet else "user"}

    def default_facts(self) -> Facts:
        """Four shards."""
        return {**self.asked_facts(), "shards": self._asked or DEFAULT_SHARDS, "moving": False, "rule": ""}

    def open_databases(
        self, folder: Path | None, facts: Facts, graph: FollowGraph | None, counters: Counters, counting: bool
    ) -> None:
        """Open every shard; `graph` is dealt to new ones by follower, else what a crash left undone is settled."""
        self.facts, self._folder, self._counters, self._counting = facts, folder, counters, counting
        self.places = placement(self._rule, facts["users"], facts["shards"])
        self.databases = []
        for number in range(facts["shards"]):  # one after the other, so that those already open can be closed
            self.databases.append(self._open_database(number, create=graph is not None))
        if graph is not None:
            followers, followees = graph.edge_arrays()
            for number, database in enumerate(self.databases):
                mine = self.places[followers] == number
                database.load_follows(followers[mine], followees[mine])
            self.facts["rule"] = placement_fingerprint(self.places)
        elif facts["rule"] != placement_fingerprint(self.places):
            raise StorageError("the directory's users were dealt by another shard_of: give that one")
        else:
            settle_batches(self.databases)
            if facts["moving"]:
                sweep_misplaced_rows(self.databases, self.places)

    def _open_database(self, number: int, create: bool) -> Database:
        path = self._database_path(number)
        return Database(path, self._counters, counting=self._counting, log=self._log, create=create)

    def _database_path(self, number: int) -> Path | None:
        return self._folder and self._folder / f"shard-{number}.duckdb"

    # Where things are

    def tweets_home(self, author: int, tweet_id: int) -> Database:
        """The shard that keeps an author's tweet."""
        if self._by_tweet:
            return self.databases[self._rule(tweet_id, len(self.databases))]
        return self.databases[int(self.places[author])]

    def follows_home(self, follower: int) -> Database:
        """The shard that keeps whom this user follows."""
        return self.databases[int(self.places[follower])]

    def possible_homes(self, author: int, tweet_id: int) -> Iterator[Database]:
        """First the shard where a tweet should be, then, since it may be somebody else's, all others."""
        home = self.tweets_home(author, tweet_id)
        yield home
        yield from (database for database in self.databases if database is not home)

    def shard_number(self, author: int) -> int:
        """The number of the shard that keeps this author's tweets."""
        return int(self.places[author])

    # Reading

    def newest_of(
        self, authors: Users, before: int | None, limit: int, columns: str = TWEET_COLUMNS
    ) -> Iterator[SqlRow]:
        """The authors' tweets, newest first: scatter to the shards that hold any of them, merge as far as read."""
        groups = (
            dict.fromkeys(range(len(self.databases)), authors)
            if self._by_tweet
            else users_by_shard(authors, self.places)
        )
        streams = [self._stream_of_shard(number, users, before, limit, columns) for number, users in groups.items()]
        return merge_counted(self._merge, streams if len(authors) else [], self._counters)

    def newest_keys(self, authors: Users, before: int | None, limit: int) -> Iterator[TweetKey]:
        """Where to find these authors' tweets, newest first, without fetching their text."""
        rows = self.newest_of(authors, before, limit, "id, author")
        return (TweetKey(tweet_id, self.shard_number(author)) for tweet_id, author in rows)

    def _stream_of_shard(
        self, number: int, authors: Users, before: int | None, limit: int, columns: str
    ) -> Iterator[SqlRow]:
        database = self.databases[number]
        return fetch_lazily(lambda b: database.newest_of(authors, b, limit, columns), before, limit)

    def tweet_with_key(self, author: int, key: str) -> Tweet | None:
        """The tweet that this author posted under this key; by tweet ID, only asking every shard can tell."""
        asked = self.databases if self._by_tweet else [self.tweets_home(author, 0)]
        return next((tweet for database in asked if (tweet := database.tweet_with_key(author, key))), None)

    def followers(self, user: int, limit: int) -> Users:
        """The first followers of a user by ID: follows lie by follower, so every shard is asked."""
        found = np.concatenate([database.followers(user, limit) for database in self.databases])
        return np.unique(found)[:limit]  # while users move, a follow may lie on two shards

    def stored_graph(self) -> FollowGraph:
        """The follows of all shards, as they are stored now."""
        tables = [database.arrow_table("SELECT follower, followee FROM follows") for database in self.databases]
        followers, followees = (
            np.concatenate([t[name].to_numpy() for t in tables]) for name in ("follower", "followee")
        )
        return FollowGraph.from_edges(followers, followees, self.facts["users"])

    # Writing

    @contextmanager
    def write_lock(self, author: int) -> Iterator[None]:
        """The lock under which this author writes; by tweet ID, any shard may be the one."""
        with self._locked_databases(lambda: self.databases if self._by_tweet else [self.tweets_home(author, 0)]):
            yield

    def commit_posts(self, authors: Sequence[int], assign: Callable[[], list[Change]], hide: Hide) -> list[Change]:
        """Commit what `assign` makes once every shard concerned is locked: on all of them, or on none.

        `hide` is given the IDs of tweets that are stored, were refused, and cannot be taken back now.
        """
        with self._locked_databases(
            lambda: self.databases if self._by_tweet else [self.databases[n] for n in np.unique(self.places[authors])]
        ):
            changes = assign()
            groups: dict[Database, list[Change]] = {}
            for change in changes:
                groups.setdefault(self.tweets_home(change.user, change.tweet_id), []).append(change)
            commit_together(groups, self._batches, hide)
            return changes

    @contextmanager
    def _locked_databases(self, which: Callable[[], Iterable[Database]]) -> Iterator[None]:
        """Lock some shards, always in the same order; asks again where users moved while it waited."""
        while True:
            wanted = sorted(which(), key=self.databases.index)
            with ExitStack() as locks:
                for database in wanted:
                    locks.enter_context(database.lock)
                if wanted == sorted(which(), key=self.databases.index):
                    yield
                    return

    # Growing

    def add_shard(self, replace_facts: ReplaceFacts, drain: Callable[[], object] = int) -> int:
        """Add a shard and move the users whom the rule gives it; returns how many moved. Nobody writes meanwhile.

        Rows are copied first, then the map changes, then the old rows go: a reader finds each row at least once, and a
        reader of the old map reads again. After a crash, opening sweeps away what was copied or not yet deleted; after
        a failure, the next attempt does. `drain` handles what is queued, so that no user's messages change shards.
        """
        if self._by_tweet:
            raise ValueError("add_shard moves users: tweets sharded by their ID have no user's shard to move")
        with self._locked_databases(lambda: self.databases):
            drain()
            count = len(self.databases) + 1
            places = placement(self._rule, len(self.places), count)
            moved = np.flatnonzero(places != self.places).astype(np.int32)
            self._replace_facts(replace_facts, moving=True)
            if self._unswept:
                sweep_misplaced_rows(self.databases, self.places)
            self._unswept = True
            self._grow(places, moved, replace_facts)
            sweep_misplaced_rows(self.databases, self.places)
            self._unswept = False
            self._replace_facts(replace_facts, moving=False)
            return len(moved)

    def _grow(self, places: NDArray[np.int16], moved: Users, replace_facts: ReplaceFacts) -> None:
        """Fill a new shard, and then change the map, on disk before in memory; if that fails, nothing has changed.

        Called while all databases are locked.
        """
        databases = [*self.databases, self._fresh_database(len(self.databases))]
        routes = {(int(a), int(b)) for a, b in zip(self.places[moved], places[moved], strict=True)}
        before = self.facts
        try:
            for a, b in sorted(routes):
                copy_users(databases[a], databases[b], moved[(self.places[moved] == a) & (places[moved] == b)])
            self._replace_facts(replace_facts, shards=len(databases), rule=placement_fingerprint(places))
        except BaseException:
            self._replace_facts(replace_facts, **before)  # the new facts may be on disk, and they need the file
            databases[-1].delete_files()
            raise
        self.databases.append(databases[-1])  # before the map, so that whoever sees that finds the shard
        self.places = places
        self.epoch += 1

    def _replace_facts(self, replace_facts: ReplaceFacts, **changed: object) -> None:
        facts = {**self.facts, **changed}
        replace_facts(facts)
        self.facts = facts

    def _fresh_database(self, number: int) -> Database:
        """A new shard's database; what a crash left in its place is thrown away."""
        path = self._database_path(number)
        if path is not None:
            delete_database_files(path)
        return self._open_database(number, create=True)


def placement_fingerprint(places: NDArray[np.int16]) -> str:
    """A short name for who is where."""
    return sha256(places.astype("<i2").tobytes()).hexdigest()
