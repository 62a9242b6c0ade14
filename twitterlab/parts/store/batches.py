"""Group commits over several databases: on all of them or on none, also when the process dies in between."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence

from twitterlab.model import StorageError
from twitterlab.parts.store.changes import Change, Connection, insert_rows
from twitterlab.parts.store.database import Database

Hide = Callable[[set[int]], object]


class BatchNotes:
    """Which databases still have notes of a settled batch; they go with the next batch, so that no table grows.

    What is kept of one database is written under its writer lock, which the writer of a batch holds; `_lock` guards
    what all share.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: dict[Database, int] = {}  # the settled batch of which a database has notes
        self._waiting: dict[int, tuple[Database, set[Database]]] = {}  # who decided a batch, and who has notes of it
        self._needless: defaultdict[Database, list[int]] = defaultdict(list)  # decisions of which nobody has notes

    def note_writer(self, database: Database, notes: list[tuple[int, int]]) -> Callable[[Connection], object]:
        """Writes notes in place of those of the settled batch before."""
        settled = self._noted.get(database)

        def write(tx: Connection) -> None:
            if settled is not None:
                tx.execute("DELETE FROM prepared WHERE batch = ?", [settled])
            insert_rows(tx, "prepared", notes)

        return write

    def decision_writer(self, database: Database, batch: int) -> Callable[[Connection], object]:
        """Writes a decision in place of those that nobody needs any more."""
        with self._lock:
            needless = self._needless.pop(database, [])

        def write(tx: Connection) -> None:
            for old in needless:
                tx.execute("DELETE FROM decided WHERE batch = ?", [old])
            insert_rows(tx, "decided", [(batch,)])

        return write

    def settled(self, batch: int, decider: Database, noted: Sequence[Database]) -> None:
        """A batch was decided: these databases have notes of it, and none of the batch before."""
        with self._lock:
            self._waiting[batch] = decider, set(noted)
            for database in noted:
                self._forget(database)
                self._noted[database] = batch

    def _forget(self, database: Database) -> None:
        batch = self._noted.pop(database, None)
        if batch is not None:
            decider, noted = self._waiting[batch]
            noted.discard(database)
            if not noted:
                del self._waiting[batch]
                self._needless[decider].append(batch)


def commit_together(groups: dict[Database, list[Change]], batches: BatchNotes, hide: Hide) -> None:
    """Commit posts on several databases, whose locks are held, on all or on none.

    Each but the last notes what it prepared; the last commits the decision with its own posts. Where that never comes,
    the others undo, now or when they are opened again (two-phase commit with presumed abort: Mohan, Lindsay and
    Obermarck, ACM TODS 1986). What cannot be undone now is hidden by `hide`, which is given the tweets' IDs.
    """
    *first, (decider, its) = groups.items()
    batch = min(change.tweet_id for change in its)
    try:
        for database, changes in first:
            notes = [(batch, change.tweet_id) for change in changes]
            database.commit(changes, also=batches.note_writer(database, notes))
        decider.commit(its, also=batches.decision_writer(decider, batch) if first else None)
    except BaseException:
        if first and not _is_decided(decider, batch):
            _undo_or_hide(groups, batch, decider, hide)
        raise
    if first:
        batches.settled(batch, decider, [database for database, _ in first])


def _undo_or_hide(groups: dict[Database, list[Change]], batch: int, decider: Database, hide: Hide) -> None:
    """Take a batch back everywhere; what cannot be taken back is hidden until the next opening, which can tell."""
    if _is_decided(decider, batch) is None:
        hide({change.tweet_id for changes in groups.values() for change in changes})
        return
    for database, changes in groups.items():
        if database is not decider:
            try:
                database.undo_batch(batch)
            except (StorageError, MemoryError):
                hide({change.tweet_id for change in changes})


def _is_decided(decider: Database, batch: int) -> bool | None:
    """Whether a decision was stored; None where only the next opening can tell, as after a failed sync."""
    try:
        return bool(decider.peek("SELECT 1 FROM decided WHERE batch = ?", batch))
    except (StorageError, MemoryError):
        return None


def settle_batches(databases: Sequence[Database]) -> None:
    """Undo every batch that was prepared but never decided, and forget those that were."""
    decided = {batch for database in databases for (batch,) in database.peek("SELECT batch FROM decided")}
    for database in databases:
        prepared = {batch for (batch,) in database.peek("SELECT DISTINCT batch FROM prepared")}
        for batch in prepared - decided:
            database.undo_batch(batch)
    for notes in ("prepared", "decided"):  # a decision is needed as long as any shard has notes of its batch
        for database in databases:
            database.forget_batches(notes)
