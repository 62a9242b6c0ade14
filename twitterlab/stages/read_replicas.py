"""Stage 3: one leader takes the writes, replicas take the reads, and a read may be late."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from twitterlab.clock import Clock
from twitterlab.graph import FollowGraph
from twitterlab.model import Lag, Position, Tweet, Users
from twitterlab.parts.replicas import Replicas
from twitterlab.parts.replication import Loss
from twitterlab.parts.sharding import lazily
from twitterlab.parts.tables import Database
from twitterlab.stages.base import Path_, Stage


class ReadReplicas(Stage):
    """A leader and `replicas` copies of it: a page costs what it costs at stage 2, on one of the copies.

    Before `drain`, posts, follows and unfollows show as late as the replica that happens to be read is behind, so that
    two reads in a row may go back in time. `at_least` skips replicas that are behind, and asks the leader where all
    are. `step(n)` ships n log entries, each to one replica. With `synchronous`, a write returns only when a replica has it
    too. `position` is (term, number): a term ends when a leader is lost.
    """

    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: Path_ | None = None,
        clock: Clock | None = None,
        *,
        replicas: int | None = None,
        synchronous: bool = False,
        counting: bool = True,
    ) -> None:
        self.tables: Replicas = Replicas(replicas)
        self.synchronous = synchronous
        self._turns = count()
        super().__init__(graph, path, clock, self.tables, counting=counting)
        self.deleted = self.tables.leader.logged_deletes()

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        node = self._node(at_least)
        return newest(node, node.followees(reader), before, limit)

    def _own(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        return newest(self._node(), [author], before, limit)

    def _find(self, author: int, tweet_id: int) -> Tweet | None:
        return next(iter(self._node().tweets([tweet_id])), None)

    def _followers(self, user: int, limit: int) -> Users:
        return self._node().followers(user, limit)

    def _node(self, at_least: Position | None = None) -> Database:
        return self.tables.reader(at_least, next(self._turns))

    def _written(self) -> None:
        super()._written()
        if self.synchronous:
            self.tables.keep_safe()

    def step(self, n: int = 1) -> int:
        """Ship up to n log entries, always to the replica that is furthest behind; returns how many."""
        self._check_open()
        shipped, everywhere = self.tables.ship(n)
        self.deleted -= everywhere
        self._counters.add(messages=shipped)
        return shipped

    def drain(self) -> int:
        """Ship to every replica what the leader's log holds now; returns how many entries."""
        return self.step(self.tables.waiting())

    @property
    def position(self) -> Position:
        """The leader's (term, number)."""
        return self.tables.position

    @property
    def lag(self) -> tuple[Lag, ...]:
        """How far each replica is behind the leader."""
        return self.tables.lag(self.clock.now())

    def lose_leader(self) -> Loss:
        """Lose the leader's machine and promote the most advanced replica; returns exactly what was lost.

        Deletes are never lost: their tombstones stand outside the leader, and the new one executes them again.
        """
        self._check_open()
        loss = self.tables.lose_leader(self.deleted, self.clock.now(), self._restate)
        self.deleted &= self.tables.leader.logged_deletes()
        return loss


def newest(node: Database, authors: Users | list[int], before: int | None, limit: int) -> Iterator[Tweet]:
    """The authors' tweets as this node has them, as far down as the reader goes.

    A node that has not heard of a delete still has the row, so more than one page's rows may be asked for.
    """
    return map(Tweet._make, lazily(lambda b: node.newest(authors, b, limit), before, limit))
