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
Tell = Callable[[Work], object]


class Desk:
    """Calls one system from an event loop, which no call blocks; `workers` threads do what the calls leave behind."""

    def __init__(self, system: Stage, workers: int = 2) -> None:
        self.system = system
        self._count = workers
        self._threads: ThreadPoolExecutor | None = None
        self._apart: ThreadPoolExecutor | None = None
        self._workers: Workers | None = None

    async def call(self, ask: Callable[[Stage], T], tell: Tell) -> T:
        """What `ask` gets from the system; `tell` is told what it cost, also where it is refused."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._call_counted, ask, tell)

    async def apart(self, work: Callable[[], T]) -> T:
        """What `work` gives, that needs no system and may take long: one at a time, so that no call waits for them."""
        return await asyncio.get_running_loop().run_in_executor(self._apart, work)

    @property
    def failed(self) -> bool:
        """Whether the background work has come to a stop."""
        return self._workers is not None and self._workers.failed

    def open(self) -> None:
        """Start the threads."""
        self._threads, self._apart = ThreadPoolExecutor(THREADS, "desk"), ThreadPoolExecutor(1, "apart")
        if self._count:
            self._workers = Workers(self.system, self._count)

    def close(self) -> None:
        """Finish every call, then all background work; raises what a worker died of."""
        for threads in filter(None, (self._apart, self._threads)):
            threads.shutdown()
        if self._workers is not None:
            self._workers.stop()
            while self.system.drain():
                pass

    def _call_counted(self, ask: Callable[[Stage], T], tell: Tell) -> T:
        with self.system.own_work() as own:
            try:
                return ask(self.system)
            finally:
                tell(own())
