"""Wake-ups: what tells sleeping workers that there may be work, and lets none of them sleep through it."""

from __future__ import annotations

import threading


class Wakeups:
    """Counts the calls of `set`; a worker notes `count`, looks for work, and sleeps only if nothing was set since.

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
        """Sleep until `set` has been called since `count` was `noted`."""
        with self._news:
            self._news.wait_for(lambda: self.count != noted)
