"""Running a learner's code: what does not end is stopped, what floods is cut, and what it must not change is compared.

An alarm stops Python, also within a `try` that catches everything; a query in DuckDB is stopped by `interrupt`.
"""

from __future__ import annotations

import contextlib
import copy
import io
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

CASE_S, AGAIN_S = 2.0, 0.02
KEPT = 500  # characters of what an answer prints
SCALARS = (int, float, str, bytes, type(None))


class Stopped(BaseException):
    """The answer did not end in time. It is no Exception, so that an answer's own `except Exception` lets it pass."""


class Misbehaved(Exception):
    """The answer did what no answer may; the message says what, to the learner."""


class Printed(io.TextIOBase):
    """What an answer prints: its first characters, and how many lines there were."""

    def __init__(self) -> None:
        self.text, self.lines = "", 0

    def write(self, text: str) -> int:
        self.text += text[: KEPT - len(self.text)]
        self.lines += text.count("\n")
        return len(text)

    def __str__(self) -> str:
        return self.text if len(self.text) < KEPT else f"{self.text} … ({self.lines:,} lines)"


printed = Printed()  # of the check that runs now


def fresh_printed() -> Printed:
    """Forget what was printed so far; returns where the rest will be."""
    global printed  # noqa: PLW0603  one check at a time runs in a kernel
    printed = Printed()
    return printed


@contextlib.contextmanager
def time_limit(seconds: float = CASE_S, interrupt: Callable[[], object] | None = None) -> Iterator[None]:
    """Within it a learner's code runs for `seconds` at most, else Stopped; what it prints is kept apart.

    `interrupt` stops what no alarm can: pass a DuckDB connection's.
    """
    late = threading.Event()

    def ring() -> None:
        late.set()
        if interrupt:
            interrupt()

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), alarm_after(seconds, late):
        try:
            if interrupt:
                timer.start()
            yield
        except Exception as error:  # DuckDB turns an alarm and an interrupt into errors of its own
            if late.is_set():
                raise Stopped from error
            raise
        finally:
            timer.cancel()


@contextlib.contextmanager
def alarm_after(seconds: float, late: threading.Event) -> Iterator[None]:
    """Raise Stopped after `seconds`, again and again until it is let through; whoever set an alarm before keeps it."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield  # there is no alarm here: the learner has the kernel's stop button
        return

    def stop(*_: object) -> None:
        late.set()
        raise Stopped

    before = signal.signal(signal.SIGALRM, stop)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    finally:
        unused, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (seconds - unused), 0.001), interval)


def call_answer(
    answer: Callable[..., Any],
    *arguments: Any,
    then: Callable[[Any], Any] | None = None,
    may_change: tuple[int, ...] = (),
    none: bool = False,
    seconds: float = CASE_S,
) -> Any:
    """What the answer gives, and `then` what is made of it while the alarm is still set: pass `list` for an iterator.

    Raises Misbehaved where it returns None (unless `none`), something that `then` cannot take, or has changed an
    argument whose place is not in `may_change`; Stopped where it does not end; and whatever the answer raises.
    """
    watched = [(n, a) for n, a in enumerate(arguments) if n not in may_change and is_data(a)]
    before = [copy.deepcopy(argument) for _, argument in watched]
    with time_limit(seconds):
        got = answer(*arguments)
        if got is not None and then is not None:
            got = then(as_iterable(got))
    if got is None and not none:
        raise Misbehaved("Your function returned None. Does every way through it end in a return?")
    for (place, argument), kept in zip(watched, before, strict=True):
        if argument != kept:
            raise Misbehaved(
                f"Your function changed what it was given: argument {place + 1} was {short_repr(kept)} and is "
                f"{short_repr(argument)} now. It belongs to the caller; work on a copy."
            )
    return got


def is_data(value: Any) -> bool:
    """Whether a value is made of numbers, strings and collections of them, so that a copy can be compared with it."""
    if isinstance(value, dict):
        return all(map(is_data, value)) and all(map(is_data, value.values()))
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(is_data, value))
    return isinstance(value, SCALARS)


def as_iterable(got: Any) -> Any:
    """`got` where it can be gone through, else Misbehaved."""
    if not hasattr(got, "__iter__"):
        raise Misbehaved(f"Your function gave {short_repr(got)}, and something to go through was asked for.")
    return got


def short_repr(value: Any, most: int = 120) -> str:
    """A value in few characters."""
    try:
        text = repr(value)
    except Exception:
        text = f"something of the class {type(value).__name__}"
    return text if len(text) <= most else f"{text[: most - 1]}…"
