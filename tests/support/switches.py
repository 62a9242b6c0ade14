"""Threads that are switched at a chosen place, and not by luck: one waits at a gate until another has gone by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

PATIENCE_S = 30


class Gate:
    """A place at which a thread waits: `reached` until it is there, then what must come in between, then `open`.

    A thread that waits for nothing at its place is let through after a while, and `open` says so.
    """

    def __init__(self) -> None:
        self._there, self._open = threading.Event(), threading.Event()

    def wait(self) -> None:
        """Called at the place, by the thread that is to wait; a second time it does not."""
        if not self._there.is_set():
            self._there.set()
            assert self._open.wait(PATIENCE_S), "nobody opened the gate"

    def reached(self) -> None:
        """Wait until the thread is there."""
        assert self._there.wait(PATIENCE_S), "the thread did not come to the gate"

    def open(self) -> None:
        """Let it go on."""
        self._open.set()


def started(job: Callable[[], Any]) -> threading.Thread:
    """A thread that does a job."""
    thread = threading.Thread(target=job, name="at the gate", daemon=True)
    thread.start()
    return thread


def ended(thread: threading.Thread) -> None:
    """Wait for a thread's end."""
    thread.join(PATIENCE_S)
    assert not thread.is_alive(), "the thread hangs"
