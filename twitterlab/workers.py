"""Workers: threads that do a system's background work, for whoever does not want to call `step`."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from twitterlab.model import SystemClosed
from twitterlab.stages.base import Stage

MESSAGES_A_STEP = 256


class Workers:
    """`threads` threads that loop `system.step` while there is work and sleep on `system.wakeups` while there is none.

    `stop` lets each finish its batch; what a thread died of is raised there.
    """

    def __init__(self, system: Stage, threads: int = 2) -> None:
        self._system = system
        self._stopping = threading.Event()
        self._errors: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, name=f"worker-{i}", daemon=True) for i in range(threads)]
        for thread in self._threads:
            thread.start()

    @property
    def failed(self) -> bool:
        """Whether a worker has died of an error, which `stop` will raise."""
        return bool(self._errors)

    def stop(self) -> None:
        """Stop after the batches under way; raises the first error that a worker met."""
        self._stopping.set()
        while any(thread.is_alive() for thread in self._threads):
            self._system.wakeups.wake_all()
            for thread in self._threads:
                thread.join(0.05)
        if self._errors:
            raise self._errors.pop(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                noted = self._system.wakeups.count
                if self._system.step(MESSAGES_A_STEP):
                    self._system.wakeups.wake_all()  # whoever was passed over meanwhile looks again
                elif not self._stopping.is_set():
                    self._system.wakeups.wait_for_news(noted)
        except SystemClosed:
            return
        except BaseException as error:
            self._errors.append(error)
