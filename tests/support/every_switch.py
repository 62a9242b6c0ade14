"""Threads that switch where a test says: another call runs in the middle of one, at each of its steps in turn.

CPython may switch threads between any two of its instructions. `every_switch` lets one call stop before its first
instruction, its second, and so on, and another call run meanwhile; so what goes wrong at one place goes wrong at once.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TypeVar

S = TypeVar("S")
PATIENCE = 60  # seconds after which threads count as hung
BLOCKED = 0.01  # seconds after which the other call is taken to wait for a lock that the first one holds


class StopAtStep:
    """A trace function that stops its thread before one of the instructions in these functions of some files.

    A file is named by the end of its path; where no function is named, all of them count.
    """

    def __init__(self, number: int, files: tuple[str, ...], functions: tuple[str, ...]) -> None:
        self._left, self._files, self._functions = number, files, functions
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.place = ""

    def __call__(self, frame: FrameType, event: str, _: object) -> Any:
        code = frame.f_code
        if not code.co_filename.endswith(self._files) or (self._functions and code.co_name not in self._functions):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if event == "opcode":
            self._left -= 1
            if self._left < 0 and not self.reached.is_set():
                self.place = f"{frame.f_code.co_name}, line {frame.f_lineno}"
                self.reached.set()
                assert self.go_on.wait(PATIENCE)
        return self


def every_switch(
    make: Callable[[], S],
    first: Callable[[S], object],
    second: Callable[[S], object],
    *files: str,
    functions: tuple[str, ...] = (),
    stride: int = 1,
) -> Iterator[tuple[S, str]]:
    """What `make` made, after `second` ran in the middle of `first`, and where that was; for each step of `first`.

    Steps are instructions in the named files, or in the named functions alone, every `stride`-th of them. Where
    `second` waits for a lock that `first` holds, `first` goes on. The last one has them run one after the other.
    """
    number, inside = 0, True
    while inside:
        made, stop = make(), StopAtStep(number, files, functions)
        errors: list[BaseException] = []
        one = threading.Thread(target=_run_traced, args=(stop, first, made, errors), name="first", daemon=True)
        two = threading.Thread(target=_run_traced, args=(None, second, made, errors), name="second", daemon=True)
        one.start()
        while one.is_alive() and not stop.reached.wait(0.0005):
            pass
        inside = stop.reached.is_set()
        two.start()
        two.join(BLOCKED)
        stop.go_on.set()
        for thread in (one, two):
            thread.join(PATIENCE)
            assert not thread.is_alive(), f"nobody goes on after {stop.place}"
        if errors:
            raise errors[0]
        yield made, stop.place or "one after the other"
        number += stride


def _run_traced(trace: Any, call: Callable[[S], object], made: S, errors: list[BaseException]) -> None:
    sys.settrace(trace)
    try:
        call(made)
    except BaseException as error:
        errors.append(error)
    finally:
        sys.settrace(None)
