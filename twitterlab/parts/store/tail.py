"""The tail of a log: its newest changes as they were committed, so that consumers close behind need no query."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import islice

from twitterlab.parts.store.changes import Change

TAIL_ROOM = 1 << 17


class LogTail:
    """Changes without a gap up to the last one; whoever asks for older ones reads the log.

    Its database's lock guards it.
    """

    def __init__(self) -> None:
        self._changes: deque[Change] = deque()

    def append(self, changes: Sequence[Change]) -> None:
        """Keep changes just committed; a tail that nobody follows any more is dropped."""
        if len(self._changes) + len(changes) > TAIL_ROOM:
            self.clear()
        self._changes.extend(changes)

    def changes_after(self, position: int, limit: int) -> list[Change] | None:
        """The next `limit` changes after a position, in order; None where they reach back too far."""
        if not self._changes or position + 1 < self._changes[0].position:
            return None
        start = position + 1 - self._changes[0].position
        return list(islice(self._changes, start, start + limit))

    def drop_up_to(self, position: int) -> None:
        """Forget what is trimmed from the log up to a position."""
        while self._changes and self._changes[0].position <= position:
            self._changes.popleft()

    def clear(self) -> None:
        """Forget everything: the log has changed behind the tail."""
        self._changes.clear()
