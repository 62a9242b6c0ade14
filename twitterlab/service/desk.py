"""The desk: a few threads that call the system, each call's own work beside its answer, and the workers behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from twitterlab.stages.base import Stage
from twitterlab.work import Work
from twitterlab.workers import Workers

T = TypeVar("T")
THREADS = 8  # always the same ones: each keeps its own connection to every database


class Desk:
    """Calls one system from an event loop, which no call blocks; `workers` threads do what the calls leave behind."""

    def __init__(self, system: Stage, workers: int = 2) -> None:
        self.system = system
        self._count = workers
        self._threads: ThreadPoolExecutor | None = None
        self._workers: Workers | None = None

    async def call(self, ask: Callable[[Stage], T]) -> tuple[T, Work]:
        """What `ask` gets from the system, and what it cost."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._counted, ask)

    @property
    def failed(self) -> bool:
        """Whether the background work has come to a stop."""
        return self._workers is not None and self._workers.failed

    def open(self) -> None:
        """Start the threads."""
        self._threads = ThreadPoolExecutor(THREADS, "desk")
        if self._count:
            self._workers = Workers(self.system, self._count)

    def close(self) -> None:
        """Finish every call, then all background work; raises what a worker died of."""
        if self._threads is not None:
            self._threads.shutdown()
        if self._workers is not None:
            self._workers.stop()
            while self.system.drain():
                pass

    def _counted(self, ask: Callable[[Stage], T]) -> tuple[T, Work]:
        with self.system.own_work() as own:
            return ask(self.system), own()
