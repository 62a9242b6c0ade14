"""Group commits over several databases: on all of them or on none, also when the process dies in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from twitterlab.model import StorageError
from twitterlab.parts.store.changes import Change, Connection, insert_rows
from twitterlab.parts.store.database import Database


def commit_together(groups: dict[Database, list[Change]]) -> None:
    """Commit posts on several databases, whose locks are held, on all or on none.

    Each but the last notes what it prepared; the last commits the decision with its own posts. Where that never comes,
    the others undo, now or when they are opened again (two-phase commit with presumed abort: Mohan, Lindsay and
    Obermarck, ACM TODS 1986).
    """
    *first, (decider, its) = groups.items()
    batch = min(change.tweet_id for change in its)
    try:
        for database, changes in first:
            notes = [(batch, change.tweet_id) for change in changes]
            database.commit(changes, also=lambda tx, notes=notes: insert_rows(tx, "prepared", notes))  # type: ignore[misc]
        decider.commit(its, also=_decision_writer(batch) if first else None)
    except BaseException:
        for database, _ in first if _is_undecided(decider, batch) else []:
            with suppress(StorageError):  # what cannot be undone now is undone at the next opening
                database.undo_batch(batch)
        raise


def _is_undecided(decider: Database, batch: int) -> bool:
    """Whether it is certain that no decision was stored; after a failed sync only the next opening can tell."""
    try:
        return not decider.peek("SELECT 1 FROM decided WHERE batch = ?", batch)
    except StorageError:
        return False


def _decision_writer(batch: int) -> Callable[[Connection], object]:
    return lambda tx: insert_rows(tx, "decided", [(batch,)])


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
