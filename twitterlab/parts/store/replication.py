"""Replication: a leader's log, shipped in order to replicas that apply it (asynchronously, as MySQL and Redis do).

Positions number the leader's changes. A replica remembers the last one it applied in the same transaction as the
change itself, so shipping a change twice, or after a crash, applies it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twitterlab.model import Lag, StorageError, Tweet
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database


class LeaderLoss(NamedTuple):
    """What died with a leader: changes that were acknowledged but had reached no replica that was promoted."""

    promoted: str
    posts: list[Tweet]
    follows: list[tuple[int, int]]
    unfollows: list[tuple[int, int]]


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
    waiting = leader.log_after(replica.position, 1)
    age = max(now - waiting[0].at_ms, 0) if waiting else 0
    return Lag(name, leader.position - replica.position, age)


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
    pairs = {kind: [(c.user, c.other) for c in tail if c.kind == kind] for kind in ("follow", "unfollow")}
    return LeaderLoss(promoted, [c.tweet for c in tail if c.kind == "post"], pairs["follow"], pairs["unfollow"])
