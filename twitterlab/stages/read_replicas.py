"""Stage 3: one leader takes the writes, replicas take the reads, and a read may be late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import numpy as np

from twitterlab.clock import Clock
from twitterlab.model import Ids, Lag, Position, Tweet, Users
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.replicas import LeaderLoss, Replicas
from twitterlab.parts.store.sharding import fetch_lazily
from twitterlab.stages.base import DirectoryPath, Stage
from twitterlab.workloads.graph import FollowGraph


class ReadReplicas(Stage):
    """A leader and `replicas` copies of it: a page costs what it costs at stage 2, on one of the copies.

    Before `drain`, posts, follows and unfollows show as late as the replica that happens to be read is behind. No
    reader goes back in time: a replica behind what they were shown is skipped, as one behind `at_least` is, and the
    leader is asked where all are. `step(n)` ships n log entries, each to one replica. With `synchronous`, a write
    returns only when a replica has it too. `position` is (term, number): a term ends when a leader is lost.
    """

    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        *,
        replicas: int | None = None,
        synchronous: bool = False,
        counting: bool = True,
    ) -> None:
        self.tables: Replicas = Replicas(replicas, synchronous=synchronous)
        self._turns = count()
        super().__init__(graph, path, clock, self.tables, counting=counting)
        # The position that was shown last, of a reader's feed and of an author; written under `_shown_lock`.
        self._shown_lock = threading.Lock()
        self._shown_positions = np.zeros((2, self.users), np.int64)
        self.deleted = self.tables.leader.logged_deletes()

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        shown = self._shown_positions[0, reader : reader + 1]
        node = self._answering_node(at_least, shown[0])
        return self._newest_on(node, node.followees(reader), before, limit, shown)

    def _tweets_of(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]:
        shown = self._shown_positions[1, author : author + 1]
        return self._newest_on(self._answering_node(None, shown[0]), [author], before, limit, shown)

    def _tweet(self, author: int, tweet_id: int) -> Tweet | None:
        return next(iter(self._answering_node(None, self._shown_positions[1, author]).tweets([tweet_id])), None)

    def _followers(self, user: int, limit: int) -> Users:
        return self._answering_node(None, self._shown_positions[1, user]).followers(user, limit)

    def _answering_node(self, at_least: Position | None, shown: np.int64) -> Database:
        """The node that answers: the next replica in turn that is not behind what was asked for or shown before."""
        return self.tables.node_for_read(at_least, int(shown), next(self._turns))

    def _newest_on(
        self, node: Database, authors: Users | list[int], before: int | None, limit: int, shown: Ids
    ) -> Iterator[Tweet]:
        """The authors' tweets as this node has them, as far down as the reader goes; notes how far the node was.

        A node that has not heard of a delete still has the row, so more than one page's rows may be asked for.
        """
        try:
            yield from map(Tweet._make, fetch_lazily(lambda b: node.newest_of(authors, b, limit), before, limit))
        finally:
            self._note_shown(shown, node.position)

    def _note_shown(self, shown: Ids, position: int) -> None:
        """Raise what somebody was shown; a leader that is lost meanwhile may have been further than the new one is."""
        with self._shown_lock:
            shown[:] = np.maximum(shown, min(position, self.tables.leader.position))

    def _step(self, n: int) -> int:
        """Ship up to n log entries, always to the replica that is furthest behind; returns how many."""
        return self._after_shipping(*self.tables.ship(n))

    def _drain(self) -> int:
        """Ship to every replica what the leader's log holds now; returns how many entries."""
        return self._after_shipping(*self.tables.ship_all())

    def _after_shipping(self, entries: int, everywhere: set[int]) -> int:
        """Drop the tombstones of tweets that no node holds any more."""
        self.deleted -= everywhere
        self._counters.add(messages=entries)
        return entries

    @property
    def position(self) -> Position:
        """The leader's (term, number)."""
        return self.tables.position

    @property
    def lag(self) -> tuple[Lag, ...]:
        """How far each replica is behind the leader."""
        self._check_open()
        return self.tables.lag(self._now())

    def what_survived(self, position: Position) -> Position:
        """As much of a `position` as was not lost with a leader since: `at_least` may ask for it at any time."""
        self._check_open()
        return self.tables.what_survived(position)

    def lose_leader(self) -> LeaderLoss:
        """Lose the leader's machine and promote the most advanced replica; returns exactly what was lost.

        Deletes are never lost: their tombstones stand outside the leader, and the new one executes them again.
        """
        self._check_open()
        loss = self.tables.lose_leader(self.deleted, self._now(), self._replace_facts)
        with self.tables.write_lock(0):
            self.deleted &= self.tables.leader.logged_deletes()
        # What was shown and lost will not return.
        with self._shown_lock:
            np.minimum(self._shown_positions, self.tables.leader.position, out=self._shown_positions)
        return loss
