"""A leader's database with its replicas, as stage 3 has them: opening, shipping, and losing the leader."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from twitterlab.graph import FollowGraph
from twitterlab.model import InvalidCursor, Lag, Position, StorageError
from twitterlab.parts import replication
from twitterlab.parts.changes import Change
from twitterlab.parts.home import Facts
from twitterlab.parts.replication import Loss
from twitterlab.parts.tables import Database
from twitterlab.parts.whole import WholeTable
from twitterlab.work import Counters

BATCH = 1000
Restate = Callable[[Facts], None]


class Replicas(WholeTable):
    """Databases of which the first leads; its log is what the others are shipped.

    `facts["nodes"]` names the files, the leader's first; `facts["cuts"]` holds, for each leader lost, the position at
    which its successor began.
    """

    def __init__(self, replicas: int | None) -> None:
        super().__init__(clustered=True)
        if replicas is not None and replicas < 1:
            raise ValueError(f"replicas={replicas}: at least 1 is needed")
        self._replicas = replicas
        self._shipping = threading.Lock()
        self.facts: Facts = {}

    def asked(self) -> Facts:
        """The number of replicas, where it was given."""
        return {"replicas": self._replicas}

    def defaults(self) -> Facts:
        """Two replicas, and no leader lost yet."""
        copies = self._replicas or 2
        return {"replicas": copies, "nodes": ["leader", *(f"replica-{i + 1}" for i in range(copies))], "cuts": []}

    def open(
        self, folder: Path | None, facts: Facts, graph: FollowGraph | None, counters: Counters, counting: bool
    ) -> None:
        """Open every node's database, each with the whole graph at the start."""
        self.facts = facts
        paths = [folder and folder / f"{name}.duckdb" for name in facts["nodes"]]
        self.databases = [Database(path, counters, counting=counting, log="full") for path in paths]
        if graph is not None:
            for database in self.databases:
                database.load(*graph.edge_arrays())

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
        return (len(self.facts["cuts"]), self.leader.position)

    def surviving(self, position: Position) -> int:
        """The log position of a (term, position) given earlier, if every leader lost since had shipped it."""
        term, number = position if len(position) == 2 else (-1, 0)
        cuts = self.facts["cuts"]
        if 0 <= term < len(cuts) and number > min(cuts[term:]):
            raise StorageError(f"at_least {position}: this position was lost with the leader of term {term}")
        if not 0 <= term <= len(cuts) or number > self.leader.position:
            raise InvalidCursor(f"at_least {position}: no such position was given here, the last is {self.position}")
        return number

    def reader(self, at_least: Position | None, turn: int) -> Database:
        """The next replica in turn that has applied what the reader has seen; the leader where none has."""
        seen = 0 if at_least is None else self.surviving(at_least)
        replicas = self.replicas
        chosen = replication.choose([replica.position for replica in replicas], seen, turn)
        return self.leader if chosen is None else replicas[chosen]

    def ship(self, n: int) -> tuple[int, set[int]]:
        """Ship up to n log entries, always to the replica furthest behind.

        Returns how many, and the tweets whose delete every node has applied now.
        """
        done = 0
        with self._shipping:
            while done < n and (replica := self._furthest_behind()) is not None:
                done += replication.ship(self.leader, replica, min(n - done, BATCH))
            return done, replication.trim(self.databases) if done else set()

    def keep_safe(self) -> None:
        """Have the most advanced replica hold everything that the leader holds."""
        with self._shipping:
            while self.replicas:
                replica = self.replicas[replication.most_advanced(self.replicas)]
                if not replication.ship(self.leader, replica, BATCH):
                    return

    def waiting(self) -> int:
        """Log entries still to be shipped, counted once for each replica."""
        return sum(max(self.leader.position - replica.position, 0) for replica in self.replicas)

    def lag(self, now: int) -> tuple[Lag, ...]:
        """How far each replica is behind."""
        named = zip(self.facts["nodes"][1:], self.replicas, strict=True)
        return tuple(replication.behind(name, self.leader, replica, now) for name, replica in named)

    def lose_leader(self, deleted: set[int], now: int, restate: Restate) -> Loss:
        """Lose the leader's database, promote the most advanced replica, and delete there again what was deleted."""
        with self._shipping, self.leader.lock:
            number = replication.most_advanced(self.replicas) + 1
            lost, heir, names = self.leader, self.databases[number], self.facts["nodes"]
            tail = lost.log_after(heir.position, lost.position)
            rest = [i for i in range(1, len(names)) if i != number]
            self.facts = {
                **self.facts,
                "nodes": [names[i] for i in (number, *rest)],
                "cuts": [*self.facts["cuts"], heir.position],
                "replicas": len(rest),
            }
            restate(self.facts)
            self.databases = [heir, *(self.databases[i] for i in rest)]
            heir.commit([Change(now, "delete", t.author, t.id) for t in heir.tweets(deleted)])
            lost.remove()
        return replication.account(names[number], tail)

    def _furthest_behind(self) -> Database | None:
        waiting = [replica for replica in self.replicas if replica.position < self.leader.position]
        return min(waiting, key=lambda replica: replica.position, default=None)
