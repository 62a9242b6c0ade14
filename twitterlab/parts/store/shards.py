"""Shards: the databases that users are dealt to, opened, written and grown as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twitterlab.checks import setting
from twitterlab.model import StorageError, Tweet, Users
from twitterlab.parts.store.batches import commit_together, settle
from twitterlab.parts.store.changes import Change, Log, Row
from twitterlab.parts.store.connections import remove_files
from twitterlab.parts.store.database import COLUMNS, Database
from twitterlab.parts.store.directory import Facts
from twitterlab.parts.store.moving import move, sweep
from twitterlab.parts.store.sharding import MAX_SHARDS, Merge, ShardRule, by_shard, lazily, merged, placement
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph

DEFAULT_SHARDS = 4
Restate = Callable[[Facts], None]


class Key(NamedTuple):
    """Where a tweet is found: its ID and the number of the shard that keeps it."""

    id: int
    shard: int


class Shards:
    """`shards` databases; `shard_of(user, shards)` says which one keeps a user's tweets and follows.

    With `shard_by="tweet"` the same rule is applied to tweet IDs, so that it can be counted what that costs.
    """

    def __init__(
        self,
        shards: int | None,
        rule: ShardRule,
        merge: Merge,
        log: Log = "none",
        shard_by: Literal["user", "tweet"] = "user",
    ) -> None:
        shards = None if shards is None else setting("shards", shards, 1, MAX_SHARDS)
        if shard_by not in ("user", "tweet"):
            raise ValueError(f"shard_by={shard_by!r}: 'user' or 'tweet'")
        self.databases: list[Database] = []
        self.epoch = 0
        self.facts: Facts = {}
        self._unswept = False  # whether an attempt to grow may have left copies behind
        self._asked, self._rule, self._merge, self._log, self._by_tweet = shards, rule, merge, log, shard_by == "tweet"

    # Opening

    def asked(self) -> Facts:
        """The number of shards where it was given, and by what they are cut."""
        return {"shards": self._asked, "shard_by": "tweet" if self._by_tweet else "user"}

    def defaults(self) -> Facts:
        """Four shards."""
        return {**self.asked(), "shards": self._asked or DEFAULT_SHARDS, "moving": False, "rule": ""}

    def open(
        self, folder: Path | None, facts: Facts, graph: FollowGraph | None, counters: Counters, counting: bool
    ) -> None:
        """Open every shard; `graph` is dealt to new ones by follower, else what a crash left undone is settled."""
        self.facts, self._folder, self._counters, self._counting = facts, folder, counters, counting
        self.places = placement(self._rule, facts["users"], facts["shards"])
        self.databases = []
        for number in range(facts["shards"]):  # one after the other, so that those already open can be closed
            self.databases.append(self._database(number, create=graph is not None))
        if graph is not None:
            followers, followees = graph.edge_arrays()
            for number, database in enumerate(self.databases):
                mine = self.places[followers] == number
                database.load(followers[mine], followees[mine])
            self.facts["rule"] = fingerprint(self.places)
        elif facts["rule"] != fingerprint(self.places):
            raise StorageError("the directory's users were dealt by another shard_of: give that one")
        else:
            settle(self.databases)
            if facts["moving"]:
                sweep(self.databases, self.places)

    def _database(self, number: int, create: bool) -> Database:
        return Database(self._path(number), self._counters, counting=self._counting, log=self._log, create=create)

    def _path(self, number: int) -> Path | None:
        return self._folder and self._folder / f"shard-{number}.duckdb"

    # Where things are

    def home_of(self, author: int, tweet_id: int) -> Database:
        """The shard that keeps an author's tweet."""
        if self._by_tweet:
            return self.databases[self._rule(tweet_id, len(self.databases))]
        return self.databases[int(self.places[author])]

    def follows_of(self, follower: int) -> Database:
        """The shard that keeps whom this user follows."""
        return self.databases[int(self.places[follower])]

    def holders(self, author: int, tweet_id: int) -> Iterator[Database]:
        """First the shard where a tweet should be, then, since it may be somebody else's, all others."""
        home = self.home_of(author, tweet_id)
        yield home
        yield from (database for database in self.databases if database is not home)

    def shard_number(self, author: int) -> int:
        """The number of the shard that keeps this author's tweets."""
        return int(self.places[author])

    # Reading

    def newest(self, authors: Users, before: int | None, limit: int, columns: str = COLUMNS) -> Iterator[Row]:
        """The authors' tweets, newest first: scatter to the shards that hold any of them, merge as far as read."""
        groups = (
            dict.fromkeys(range(len(self.databases)), authors) if self._by_tweet else by_shard(authors, self.places)
        )
        sources = [self._source(self.databases[n], users, before, limit, columns) for n, users in groups.items()]
        return merged(self._merge, sources if len(authors) else [], self._counters)

    def newest_keys(self, authors: Users, before: int | None, limit: int) -> Iterator[Key]:
        """Where to find these authors' tweets, newest first, without fetching their text."""
        rows = self.newest(authors, before, limit, "id, author")
        return (Key(tweet_id, self.shard_number(author)) for tweet_id, author in rows)

    def _source(
        self, database: Database, authors: Users, before: int | None, limit: int, columns: str
    ) -> Iterator[Row]:
        return lazily(lambda b: database.newest(authors, b, limit, columns), before, limit)

    def keyed(self, author: int, key: str) -> Tweet | None:
        """The tweet that this author posted under this key; by tweet ID, only asking every shard can tell."""
        asked = self.databases if self._by_tweet else [self.home_of(author, 0)]
        return next((tweet for database in asked if (tweet := database.keyed(author, key))), None)

    def followers(self, user: int, limit: int) -> Users:
        """The first followers of a user by ID: follows lie by follower, so every shard is asked."""
        found = np.concatenate([database.followers(user, limit) for database in self.databases])
        return np.unique(found)[:limit]  # while users move, a follow may lie on two shards

    def stored_graph(self) -> FollowGraph:
        """The follows of all shards, as they are stored now."""
        tables = [database.arrow("SELECT follower, followee FROM follows") for database in self.databases]
        followers, followees = (
            np.concatenate([t[name].to_numpy() for t in tables]) for name in ("follower", "followee")
        )
        return FollowGraph.from_edges(followers, followees, self.facts["users"])

    # Writing

    @contextmanager
    def writing(self, author: int) -> Iterator[None]:
        """The lock under which this author writes; by tweet ID, any shard may be the one."""
        with self._locked(lambda: self.databases if self._by_tweet else [self.home_of(author, 0)]):
            yield

    def commit_many(self, authors: Sequence[int], assign: Callable[[], list[Change]]) -> list[Change]:
        """Commit what `assign` makes once every shard concerned is locked: on all of them, or on none."""
        with self._locked(
            lambda: self.databases if self._by_tweet else [self.databases[n] for n in np.unique(self.places[authors])]
        ):
            changes = assign()
            groups: dict[Database, list[Change]] = {}
            for change in changes:
                groups.setdefault(self.home_of(change.user, change.other), []).append(change)
            commit_together(groups)
            return changes

    @contextmanager
    def _locked(self, which: Callable[[], Iterable[Database]]) -> Iterator[None]:
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

    def add(self, restate: Restate, drain: Callable[[], object] = int) -> int:
        """Add a shard and move the users whom the rule gives it; returns how many moved. Nobody writes meanwhile.

        Rows are copied first, then the map changes, then the old rows go: a reader finds each row at least once, and a
        reader of the old map reads again. After a crash, opening sweeps away what was copied or not yet deleted; after
        a failure, the next attempt does. `drain` handles what is queued, so that no user's messages change shards.
        """
        if self._by_tweet:
            raise ValueError("add_shard moves users: tweets sharded by their ID have no user's shard to move")
        with self._locked(lambda: self.databases):
            drain()
            count = len(self.databases) + 1
            places = placement(self._rule, len(self.places), count)
            moved = np.flatnonzero(places != self.places).astype(np.int32)
            self._restate(restate, moving=True)
            if self._unswept:
                sweep(self.databases, self.places)
            self._unswept = True
            self._grow(places, moved, restate)
            sweep(self.databases, self.places)
            self._unswept = False
            self._restate(restate, moving=False)
            return len(moved)

    def _grow(self, places: NDArray[np.int16], moved: Users, restate: Restate) -> None:
        """Fill a new shard, and then change the map, on disk before in memory; if that fails, nothing has changed."""
        databases = [*self.databases, self._fresh(len(self.databases))]
        routes = {(int(a), int(b)) for a, b in zip(self.places[moved], places[moved], strict=True)}
        before = self.facts
        try:
            for a, b in sorted(routes):
                move(databases[a], databases[b], moved[(self.places[moved] == a) & (places[moved] == b)])
            self._restate(restate, shards=len(databases), rule=fingerprint(places))
        except BaseException:
            self._restate(restate, **before)  # the new facts may be on disk, and they need the file
            databases[-1].remove()
            raise
        self.databases.append(databases[-1])  # before the map, so that whoever sees that finds the shard
        self.places = places
        self.epoch += 1

    def _restate(self, restate: Restate, **changed: object) -> None:
        facts = {**self.facts, **changed}
        restate(facts)
        self.facts = facts

    def _fresh(self, number: int) -> Database:
        """A new shard's database; what a crash left in its place is thrown away."""
        path = self._path(number)
        if path is not None:
            remove_files(path)
        return self._database(number, create=True)


def fingerprint(places: NDArray[np.int16]) -> str:
    """A short name for who is where."""
    return sha256(places.astype("<i2").tobytes()).hexdigest()
