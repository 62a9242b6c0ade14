"""A leader's database with its replicas, as stage 3 has them: opening, shipping, and losing the leader.

The leader's log is shipped in order to replicas that apply it (asynchronously, as MySQL and Redis do). Positions number
the leader's changes. A replica remembers the last one it applied in the same transaction as the change itself, so
shipping a change twice, or after a crash, applies it once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from twitterlab.checks import valid_setting
from twitterlab.model import InvalidCursor, Lag, Position, StorageError, Tweet
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.layout import Facts, ReplaceFacts, WholeTable
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph

ENTRIES_A_SHIPMENT = 1000


class LeaderLoss(NamedTuple):
    """What died with a leader: changes that were acknowledged but had reached no replica that was promoted."""

    promoted: str
    posts: list[Tweet]
    follows: list[tuple[int, int]]
    unfollows: list[tuple[int, int]]


class Replicas(WholeTable):
    """Databases of which the first leads; its log is what the others are shipped.

    `facts["nodes"]` names the files, the leader's first; `facts["cuts"]` holds, for each leader lost, the position at
    which its successor began; `facts["replicas"]` stays what was asked for. Where it is `synchronous`, a write gives up
    the leader's lock only when a replica has it. Whoever ships, trims or loses the leader holds `_shipping`. `facts`
    and `databases` change under it and the leader's lock, each as one, so that a reader needs neither.
    """

    def __init__(self, replicas: int | None, *, synchronous: bool) -> None:
        super().__init__(clustered=True)
        self._synchronous = synchronous
        self._replicas = None if replicas is None else valid_setting("replicas", replicas, 1)
        self._shipping = threading.Lock()
        self._trimmed = 0  # up to where the log was forgotten
        self.facts: Facts = {}

    def asked_facts(self) -> Facts:
        """The number of replicas, where it was given."""
        return {"replicas": self._replicas}

    def default_facts(self) -> Facts:
        """Two replicas, and no leader lost yet."""
        copies = self._replicas or 2
        nodes = ["leader", *(f"replica-{i + 1}" for i in range(copies))]
        return {"replicas": copies, "nodes": nodes, "cuts": [], "doomed": []}

    def open_databases(
        self, folder: Path | None, facts: Facts, graph: FollowGraph | None, counters: Counters, counting: bool
    ) -> None:
        """Open every node's database, each with the whole graph at the start."""
        self.facts = facts
        paths = [folder and folder / f"{name}.duckdb" for name in facts["nodes"]]
        self.databases = []
        for path in paths:  # one after the other, so that those already open can be closed
            self.databases.append(Database(path, counters, counting=counting, log="full", create=graph is not None))
        if graph is not None:
            for database in self.databases:
                database.load_follows(*graph.edge_arrays())
        else:
            self._delete_again(facts["doomed"])

    @property
    def leader(self) -> Database:
        """The database that takes the writes."""
        return self.databases[0]

    @property
    def replicas(self) -> list[Database]:
        """The databases that take the reads."""
        return self.databases[1:]

    @property
    def position(self) -> Position:
        """The leader's term and log position."""
        with self._locked_leader() as leader:
            return (len(self.facts["cuts"]), leader.position)

    @contextmanager
    def write_lock(self, author: int) -> Iterator[None]:
        """The leader's lock, until what is written is as safe as it was asked to be."""
        with self._locked_leader() as leader:
            yield
            if self._synchronous and self.replicas:
                heir = self.replicas[most_advanced(self.replicas)]
                while ship_entries(leader, heir, ENTRIES_A_SHIPMENT):
                    pass

    @contextmanager
    def _locked_leader(self) -> Iterator[Database]:
        """The leader, locked; waits for the next one where it is lost meanwhile."""
        while True:
            leader = self.leader
            with leader.lock:
                if leader is self.leader:
                    yield leader
                    return

    def surviving_position(self, position: Position) -> int:
        """The log position of a (term, position) given earlier, if every leader lost since had shipped it."""
        term, number = position if len(position) == 2 else (-1, 0)
        cuts = self.facts["cuts"]
        if 0 <= term < len(cuts) and number > min(cuts[term:]):
            raise StorageError(f"at_least {position}: this position was lost with the leader of term {term}")
        if not 0 <= term <= len(cuts) or number > self.leader.position:
            raise InvalidCursor(f"at_least {position}: no such position was given here, the last is {self.position}")
        return number

    def what_survived(self, position: Position) -> Position:
        """As much of a (term, position) given earlier as no lost leader has taken along, in the term of now."""
        cuts = self.facts["cuts"]
        term, number = position
        return len(cuts), min([number, *cuts[term:]])

    def node_for_read(self, at_least: Position | None, shown: int, turn: int) -> Database:
        """The next replica in turn that has applied what the reader has seen; the leader where none has."""
        seen = max(shown, 0 if at_least is None else self.surviving_position(at_least))
        replicas = self.replicas
        chosen = choose_replica([replica.position for replica in replicas], seen, turn)
        return self.leader if chosen is None else replicas[chosen]

    def ship(self, n: int) -> tuple[int, set[int]]:
        """Ship up to n log entries, always to the replica furthest behind.

        Returns how many, and the tweets whose delete every node has applied now.
        """
        done = 0
        with self._shipping:
            while done < n and (replica := self._furthest_behind()) is not None:
                done += ship_entries(self.leader, replica, min(n - done, ENTRIES_A_SHIPMENT))
            return done, self._trim_logs()

    def ship_all(self) -> tuple[int, set[int]]:
        """Ship to every replica what the leader's log holds now; returns as `ship` does."""
        with self._shipping:
            done, target = 0, self.leader.position
            for replica in self.replicas:
                while (waiting := target - replica.position) > 0:
                    done += ship_entries(self.leader, replica, min(waiting, ENTRIES_A_SHIPMENT))
            return done, self._trim_logs()

    def _trim_logs(self) -> set[int]:
        """Forget the log that every node has applied, where there is more than last time; called under `_shipping`."""
        floor = min(node.position for node in self.databases)
        if floor == self._trimmed:
            return set()
        self._trimmed = floor
        return trim_logs(self.databases)

    def lag(self, now: int) -> tuple[Lag, ...]:
        """How far each replica is behind."""
        with self._locked_leader():
            named = list(zip(self.facts["nodes"][1:], self.replicas, strict=True))
        return tuple(lag_of_replica(name, self.leader, replica, now) for name, replica in named)

    def lose_leader(self, deleted: set[int], now: int, replace_facts: ReplaceFacts) -> LeaderLoss:
        """Lose the leader's database, promote the most advanced replica, and delete there again what was deleted.

        `deleted` is the stage's own set of tombstones, and only looked at.
        """
        with self._shipping, self.leader.lock:
            number = most_advanced(self.replicas) + 1
            lost, heir, names = self.leader, self.databases[number], self.facts["nodes"]
            tail = lost.log_after(heir.position, lost.position)
            rest = [i for i in range(1, len(names)) if i != number]
            facts = {
                **self.facts,
                "nodes": [names[i] for i in (number, *rest)],
                "cuts": [*self.facts["cuts"], heir.position],
                "doomed": [(now, tweet.author, tweet.id) for tweet in heir.tweets(deleted)],
            }
            replace_facts(facts)
            self.facts, self.databases = facts, [heir, *(self.databases[i] for i in rest)]
            self._delete_again(facts["doomed"])
            lost.delete_files()
        return loss_of(names[number], tail)

    def _delete_again(self, doomed: list[tuple[int, int, int]]) -> None:
        """Delete, on a new leader, what was deleted before it led; after a crash an opening does it.

        Called under `_shipping` and the old leader's lock, or at opening.
        """
        stored = {tweet.id for tweet in self.leader.tweets(tweet_id for _, _, tweet_id in doomed)} if doomed else set()
        changes = [Change(at_ms, "delete", author, i) for at_ms, author, i in doomed if i in stored]
        self.leader.commit(changes)

    def _furthest_behind(self) -> Database | None:
        """The replica to ship to next, if any is behind; called under `_shipping`."""
        waiting = [replica for replica in self.replicas if replica.position < self.leader.position]
        return min(waiting, key=lambda replica: replica.position, default=None)


# What replication does with a leader and its replicas, whoever holds them


def ship_entries(leader: Database, replica: Database, limit: int) -> int:
    """Send a replica the next `limit` changes of the leader's log; returns how many there were."""
    entries = leader.log_after(replica.position, limit)
    replica.apply(entries)
    return len(entries)


def choose_replica(positions: Sequence[int], at_least: int, turn: int) -> int | None:
    """The replica that serves a read: from `turn` on, the first that has applied `at_least`; None where none has."""
    order = ((turn + i) % len(positions) for i in range(len(positions)))
    return next((i for i in order if positions[i] >= at_least), None)


def lag_of_replica(name: str, leader: Database, replica: Database, now: int) -> Lag:
    """A replica's lag: positions not yet applied, and the age of the oldest of them."""
    applied = replica.position  # first: it may go on meanwhile, but never past what the leader has after it
    waiting = leader.log_after(applied, 1)
    age = max(now - waiting[0].at_ms, 0) if waiting else 0
    return Lag(name, leader.position - applied, age)


def trim_logs(nodes: Sequence[Database]) -> set[int]:
    """Forget, on every node, the log that all have applied; returns the deleted tweets that no node holds any more."""
    floor = min(node.position for node in nodes)
    gone = nodes[0].logged_deletes(floor)
    for node in nodes:
        node.forget_log(floor)
    return gone


def most_advanced(replicas: Sequence[Database]) -> int:
    """The replica to promote: the one that has applied most, so that no other has to go back."""
    if not replicas:
        raise StorageError("the leader is lost and there is no replica left to promote")
    return max(range(len(replicas)), key=lambda i: replicas[i].position)


def loss_of(promoted: str, tail: Sequence[Change]) -> LeaderLoss:
    """The loss, from the part of the old leader's log that the promoted replica never got."""
    pairs = {kind: [(c.user, c.followee) for c in tail if c.kind == kind] for kind in ("follow", "unfollow")}
    return LeaderLoss(promoted, [c.tweet for c in tail if c.kind == "post"], pairs["follow"], pairs["unfollow"])
