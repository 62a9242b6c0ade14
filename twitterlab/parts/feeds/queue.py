"""The embedded queue: each shard's outbox table, read in order and acknowledged (transactional outbox).

A change and its outbox row commit together, so nothing is stored without being queued. A consumer's offset moves on
only after a batch was handled, so a worker that dies leaves its messages to the next one: delivery is at least once.
A message that fails `attempts` times is set aside and holds nobody up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from heapq import merge
from itertools import islice

from twitterlab.model import MAX_ID, Lag
from twitterlab.parts.store.changes import Change, insert_rows
from twitterlab.parts.store.database import Database
from twitterlab.work import Counters

MESSAGES_A_ROUND = 1024
HandleMessage = Callable[[Change], object]
GiveUpMessage = Callable[[Change, Exception], object]
FinishGathered = Callable[[], object]


class Wakeups:
    """Counts the calls of `wake_all`; a worker notes `count`, looks for work, and sleeps only if none was made since.

    An event that workers clear would not do: one clears it, finds the shard with the message in the hands of another,
    and sleeps; and the other, who had looked before the message came, finds it cleared and sleeps too.
    """

    def __init__(self) -> None:
        self._news = threading.Condition()
        self.count = 0

    def wake_all(self) -> None:
        """Wake everybody: there may be work."""
        with self._news:
            self.count += 1
            self._news.notify_all()

    def wait_for_news(self, noted: int) -> None:
        """Sleep until `wake_all` has been called since `count` was `noted`."""
        with self._news:
            self._news.wait_for(lambda: self.count != noted)


class Outbox:
    """One shard's outbox as one consumer sees it.

    Whoever handles its messages holds `lock`, so that they stay in order; `offset` and `failures` change under it, as
    do `take_messages` and `acknowledge`, which are called under it.
    """

    def __init__(self, name: str, database: Database, consumer: str = "fanout", *, lazy: bool = False) -> None:
        self.name, self.database, self.consumer, self.lazy = name, database, consumer, lazy
        self.lock = threading.RLock()
        self.failures: dict[int, int] = {}  # how often the message at a position has failed so far
        self.offset = self._stored_offset()

    @property
    def pending(self) -> int:
        """Messages committed and not yet acknowledged."""
        offset = self.offset  # first: it may move on meanwhile, but never past the position that is looked at after it
        return self.database.position - offset

    def take_messages(self, n: int) -> list[Change]:
        """The next n messages; they come again until they are acknowledged."""
        with self.database.lock:
            last, messages = self.database.position, self.database.log_after(self.offset, n)
        if n > 0 and not messages and self.offset < last:
            self.acknowledge(last)  # a batch that was undone left numbers without rows
        return messages

    def acknowledge(self, position: int, aside: tuple[Change, str] | None = None) -> None:
        """Everything up to `position` is handled, or set aside: move the offset and trim what no consumer needs.

        A `lazy` outbox stores its offset with the database's next commit: until then a crash makes messages come again.
        """
        self.database.owe_offset(self.consumer, position)
        if aside:
            message, reason = aside
            row = (message.position, message.kind, message.user, message.target, reason)
            self.database.pay_offsets(lambda tx: insert_rows(tx, "set_aside", [row]))
        elif not self.lazy:
            self.database.pay_offsets()
        self.offset = position

    def lag(self, now: int) -> Lag:
        """Messages waiting, and the age of the oldest."""
        pending = self.pending
        waiting = self.database.log_after(self.offset, 1) if pending else []
        age = max(now - waiting[0].at_ms, 0) if waiting else 0
        return Lag(self.name, pending, age)

    def _stored_offset(self) -> int:
        sql = "SELECT position FROM offsets WHERE consumer = ?"
        found = self.database.peek(sql, self.consumer)
        if not found:
            with self.database.transaction() as tx:
                insert_rows(tx, "offsets", [(self.consumer, 0)])
        return int(found[0][0]) if found else 0


class UnfinishedMessages(Exception):
    """Messages handled together could not be finished."""


class Queue:
    """The outboxes of all shards; `give_up_message` is told of a message before it is set aside.

    `handle_message` may put off part of its work until `finish_gathered`, which is called before anything is
    acknowledged. Where that fails, the messages come again, and each is finished by itself (`_one_by_one`, which any
    round may write: it only says how careful the next one is). `outboxes` is replaced as one.
    """

    def __init__(
        self,
        handle_message: HandleMessage,
        finish_gathered: FinishGathered,
        give_up_message: GiveUpMessage,
        counters: Counters,
        attempts: int,
    ) -> None:
        self.outboxes: list[Outbox] = []
        self._handle_message, self._finish_gathered = handle_message, finish_gathered
        self._give_up_message, self._attempts, self._counters = give_up_message, attempts, counters
        self._one_by_one = False

    def step(self, n: int) -> int:
        """Handle up to n messages; passes over the shards that another worker is busy with. Returns how many."""
        done = 0
        with ExitStack() as locks:
            free = [outbox for outbox in self.outboxes if try_lock(outbox.lock, locks)]
            while done < n and (tried := self._handle_round(free, n - done)):
                done += tried
        return done

    def drain(self) -> int:
        """Handle everything that is queued now; waits for workers that have some of it. Returns how many."""
        targets = [(outbox, outbox.database.position) for outbox in self.outboxes]
        done = 0
        with self.all_outboxes_locked():
            while behind := [outbox for outbox, target in targets if outbox.offset < target]:
                done += self._handle_round(behind, sum(outbox.pending for outbox in behind))
            for outbox in self.outboxes:
                outbox.database.pay_offsets()
        return done

    def relieve_backlog(self, backlog: int) -> None:
        """Handle messages until at most `backlog` wait, so that whoever adds to a long queue is slowed by it."""
        while self.pending > backlog:
            longest = max(self.outboxes, key=lambda outbox: outbox.pending)
            with longest.lock:
                self._handle_round([longest], MESSAGES_A_ROUND)

    @property
    def pending(self) -> int:
        """Messages waiting in all shards."""
        return sum(outbox.pending for outbox in self.outboxes)

    def messages_set_aside(self) -> list[tuple[int, str, int, int, str]]:
        """The messages that were given up: position, kind, user, target, and the last failure, a row each."""
        sql = 'SELECT position, kind, "user", target, reason FROM set_aside ORDER BY position'
        return [row for outbox in self.outboxes for row in outbox.database.peek(sql)]

    @contextmanager
    def all_outboxes_locked(self) -> Iterator[None]:
        """Nobody else handles messages meanwhile."""
        with ExitStack() as locks:
            for outbox in self.outboxes:
                locks.enter_context(outbox.lock)
            yield

    def _handle_round(self, outboxes: list[Outbox], n: int) -> int:
        """Handle the next batch of some outboxes, whose locks are held, in the order of time; at most n messages.

        An outbox stops at a message that fails; of each, what was handled is acknowledged.
        """
        size = min(n, MESSAGES_A_ROUND)
        batches = [[(message, outbox) for message in outbox.take_messages(size)] for outbox in outboxes]
        # Up to here every outbox has shown what it has; a clock that stepped back may put the latest in the middle.
        horizon = min((max(map(time_order, batch)) for batch in batches if len(batch) == size), default=(MAX_ID, 0))
        handled: dict[Outbox, int] = {}
        finished: dict[Outbox, int] = {}
        stuck: set[Outbox] = set()
        tried = 0
        try:
            for message, outbox in islice(merge(*batches, key=time_order), n):
                if time_order((message, outbox)) > horizon:
                    break  # another outbox has more, from before this
                if self._one_by_one or message.kind != "post":
                    self._finish_or_raise()
                    finished.update(handled)
                if outbox not in stuck:
                    tried += 1
                    if self._attempt_message(outbox, message):
                        handled[outbox] = message.position
                    else:
                        stuck.add(outbox)
            self._finish_or_raise()
            finished, self._one_by_one = handled, bool(stuck)
        except UnfinishedMessages:
            self._one_by_one = True
        except BaseException:  # whoever handles messages is to end: what they did is done
            self._finish_or_raise()
            finished = handled
            raise
        finally:
            for outbox, position in finished.items():
                if position > outbox.offset:
                    outbox.acknowledge(position)
            self._counters.add(messages=tried)
        return tried

    def _finish_or_raise(self) -> None:
        """Let what was put off be done; raises UnfinishedMessages where it fails, so that the messages come again."""
        try:
            self._finish_gathered()
        except Exception as error:
            raise UnfinishedMessages from error

    def _attempt_message(self, outbox: Outbox, message: Change) -> bool:
        """Handle one message, under the lock of its outbox; says whether the next may follow.

        It may where this one was handled, or has now failed too often.
        """
        try:
            self._handle_message(message)
            if self._one_by_one:
                self._finish_gathered()
        except Exception as error:
            failures = outbox.failures[message.position] = outbox.failures.get(message.position, 0) + 1
            if failures < self._attempts:
                return False
            self._finish_or_raise()  # those before it, which are acknowledged with it
            self._give_up_message(message, error)
            outbox.acknowledge(message.position, aside=(message, repr(error)))
        outbox.failures.pop(message.position, None)
        return True


def time_order(pair: tuple[Change, Outbox]) -> tuple[int, int]:
    """Roughly when a message was made; feeds take tweets fastest in order of their IDs, and need no order at all."""
    message, _ = pair
    return message.at_ms, message.tweet_id if message.kind == "post" else 0


def try_lock(lock: threading.RLock, locks: ExitStack) -> bool:
    """Whether a lock could be had at once; if so it is held until `locks` ends."""
    if free := lock.acquire(blocking=False):
        locks.callback(lock.release)
    return free
