"""The embedded queue: each shard's outbox table, read in order and acknowledged (transactional outbox).

A change and its outbox row commit together, so nothing is stored without being queued. A consumer's offset moves on
only after a batch was handled, so a worker that dies leaves its messages to the next one: delivery is at least once.
A message that fails `attempts` times is set aside and holds nobody up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from twitterlab.model import Lag
from twitterlab.parts.changes import Change, Connection, insert
from twitterlab.parts.tables import Database
from twitterlab.work import Counters

BATCH = 256
Handle = Callable[[Change], object]
Failed = Callable[[Change, Exception], object]


class Outbox:
    """One shard's outbox as one consumer sees it; whoever handles its messages holds `lock`, so they stay in order."""

    def __init__(self, name: str, database: Database, consumer: str = "fanout") -> None:
        self.name, self.database, self.consumer = name, database, consumer
        self.lock = threading.RLock()
        self.failures: dict[int, int] = {}  # how often the message at a position has failed so far
        self.offset = self._stored_offset()

    @property
    def pending(self) -> int:
        """Messages committed and not yet acknowledged."""
        return self.database.position - self.offset

    def take(self, n: int) -> list[Change]:
        """The next n messages; they come again until they are acknowledged."""
        with self.database.lock:
            last, messages = self.database.position, self.database.log_after(self.offset, n)
        if not messages and self.offset < last:
            self.acknowledge(last)  # a batch that was undone left numbers without rows
        return messages

    def acknowledge(self, position: int, aside: tuple[Change, str] | None = None) -> None:
        """Everything up to `position` is handled, or set aside: move the offset and trim what no consumer needs."""
        with self.database.transaction() as tx:
            if aside:
                message, reason = aside
                row = (message.position, message.kind, message.user, message.other, reason)
                insert(tx, "set_aside", [row])
            tx.execute("UPDATE offsets SET position = ? WHERE consumer = ?", [position, self.consumer])
            self._trim(tx)
        self.offset = position

    def lag(self, now: int) -> Lag:
        """Messages waiting, and the age of the oldest."""
        waiting = self.database.log_after(self.offset, 1) if self.pending else []
        age = max(now - waiting[0].at_ms, 0) if waiting else 0
        return Lag(self.name, self.pending, age)

    def _trim(self, tx: Connection) -> None:
        row = tx.execute("SELECT min(position) FROM offsets").fetchone()
        self.database.trim(tx, row[0] if row else 0)

    def _stored_offset(self) -> int:
        sql = "SELECT position FROM offsets WHERE consumer = ?"
        found = self.database.peek(sql, self.consumer)
        if not found:
            with self.database.transaction() as tx:
                insert(tx, "offsets", [(self.consumer, 0)])
        return int(found[0][0]) if found else 0


class Queue:
    """The outboxes of all shards, handled by `handle`; `failed` is told of a message before it is set aside."""

    def __init__(self, handle: Handle, failed: Failed, counters: Counters, attempts: int) -> None:
        self.outboxes: list[Outbox] = []
        self.ready = threading.Event()  # set when there may be something to handle
        self._handle, self._failed, self._counters, self._attempts = handle, failed, counters, attempts
        self._turn = 0

    def step(self, n: int) -> int:
        """Handle up to n messages, one shard after the other; passes over a shard that another worker is busy with."""
        done = 0
        while done < n:
            took = sum(self._try(outbox, n - done) for outbox in self._next_in_turn())
            if not took:
                break
            done += took
        return done

    def drain(self) -> int:
        """Handle everything that is queued now; waits for workers that have some of it."""
        targets = [(outbox, outbox.database.position) for outbox in self.outboxes]
        done = 0
        for outbox, target in targets:
            while outbox.offset < target:
                with outbox.lock:
                    done += self._work(outbox, min(BATCH, max(target - outbox.offset, 0)))
        return done

    def relieve(self, backlog: int) -> None:
        """Handle messages until at most `backlog` wait, so that whoever adds to a long queue is slowed by it."""
        while self.pending > backlog:
            longest = max(self.outboxes, key=lambda outbox: outbox.pending)
            with longest.lock:
                self._work(longest, BATCH)

    @property
    def pending(self) -> int:
        """Messages waiting in all shards."""
        return sum(outbox.pending for outbox in self.outboxes)

    def set_aside(self) -> list[tuple[int, str, int, int, str]]:
        """The messages that were given up: position, kind, user, other, and the last failure, a row each."""
        sql = 'SELECT position, kind, "user", other, reason FROM set_aside ORDER BY position'
        return [row for outbox in self.outboxes for row in outbox.database.peek(sql)]

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Nobody else handles messages meanwhile."""
        with ExitStack() as locks:
            for outbox in self.outboxes:
                locks.enter_context(outbox.lock)
            yield

    def _next_in_turn(self) -> list[Outbox]:
        """One outbox that has something, beginning behind the one that was served last."""
        count = len(self.outboxes)
        order = [(self._turn + i) % count for i in range(1, count + 1)]
        for number in order:
            outbox = self.outboxes[number]
            if outbox.pending and outbox.lock.acquire(blocking=False):
                self._turn = number
                return [outbox]
        return []

    def _try(self, outbox: Outbox, n: int) -> int:
        """Handle up to n messages of an outbox whose lock was just taken."""
        try:
            return self._work(outbox, min(n, BATCH))
        finally:
            outbox.lock.release()

    def _work(self, outbox: Outbox, n: int) -> int:
        """Handle the next n messages in order, up to one that fails; what was handled is acknowledged."""
        tried, handled = 0, outbox.offset
        try:
            for message in outbox.take(n):
                tried += 1
                if not self._attempt(outbox, message):
                    break
                handled = message.position
        finally:
            if handled > outbox.offset:
                outbox.acknowledge(handled)
            self._counters.add(messages=tried)
        return tried

    def _attempt(self, outbox: Outbox, message: Change) -> bool:
        """Handle one message; says whether the next may follow: it was handled, or has now failed too often."""
        try:
            self._handle(message)
        except Exception as error:
            failures = outbox.failures[message.position] = outbox.failures.get(message.position, 0) + 1
            if failures < self._attempts:
                return False
            self._failed(message, error)
            outbox.acknowledge(message.position, aside=(message, repr(error)))
        outbox.failures.pop(message.position, None)
        return True
