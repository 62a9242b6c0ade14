"""Running a learner's code: what does not end is stopped, what floods is cut, and what it must not change is compared.

An alarm stops Python, also within a `try` that catches everything; a query in DuckDB is stopped by `interrupt`; what
never comes back to Python, such as `sum(repeat(0))`, by ending the process (`worker`). While a learner's code runs, the
clock is one that may stand still and step back, as a real one may.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

CASE_S, AGAIN_S = 2.0, 0.02
KEPT = 500  # characters of what an answer prints
SCALARS = (int, float, str, bytes, type(None))


class Stopped(BaseException):
    """The answer did not end in time. It is no Exception, so that an answer's own `except Exception` lets it pass."""


class Misbehaved(Exception):
    """The answer did what no answer may; the message says what, to the learner."""


class Unreachable(ConnectionError, TimeoutError):
    """What fails on purpose while an answer calls it; it must come out of the answer, which can do nothing about it."""


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


class UnreliableClock:
    """For a learner's code alone: the time of day steps back now and then, and no clock ticks at each call."""

    def __init__(self) -> None:
        self._calls, self.reads = itertools.count(1), 0
        self._kept = {name: getattr(time, name) for name in ("time", "monotonic", "perf_counter")}
        self._kept |= {f"{name}_ns": getattr(time, f"{name}_ns") for name in self._kept}
        self._instead = {name: self._clock(name) for name in self._kept}

    def _clock(self, name: str) -> Callable[[], float]:
        steps = name.startswith("time")  # an hour back and an hour on, each time further; other clocks only go on
        start, unit = self._kept[name](), 10**9 if name.endswith("_ns") else 1

        def read() -> float:
            self.reads += 1
            ticks = next(self._calls) // 8
            now = start + (3600 * ticks * (-1) ** ticks if steps else ticks) * unit
            return int(now) if unit > 1 else now

        return read

    def __enter__(self) -> None:
        vars(time).update(self._instead)

    def __exit__(self, *_: object) -> None:
        vars(time).update(self._kept)


unreliable_clock = UnreliableClock()


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
    quiet = contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed)
    with quiet[0], quiet[1], unreliable_clock, alarm_after(seconds, late):
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
    gives: type | None = None,
) -> Any:
    """What the answer gives, and `then` what is made of it while the alarm is still set: pass `list` for an iterator.

    Raises Misbehaved where it returns None (unless `none`), something that is not of the type `gives` or that `then`
    cannot take, or has changed an argument whose place is not in `may_change`; Stopped where it does not end; and
    whatever the answer raises.
    """
    watched = [(n, argument, content_of(argument)) for n, argument in enumerate(arguments) if n not in may_change]
    try:
        with time_limit(seconds):
            got = answer(*arguments)
            if got is not None and then is not None and gives is None:
                got = then(as_iterable(got))
    except Unreachable:  # whoever called will try again, with what they gave
        for place, argument, before in watched:
            check_unchanged(place, argument, before)
        raise
    if got is None and not none:
        raise Misbehaved("Your function returned None. Does every way through it end in a return?")
    if gives is not None and type(got) is not gives:
        kinds = f"Asked for was {of_type(gives)}, and this is {of_type(type(got))}."
        raise Misbehaved(f"Your function gave {short_repr(got)}. {kinds}")
    for place, argument, before in watched:
        check_unchanged(place, argument, before)
    return got


def of_type(kind: type) -> str:
    """Something of a type, with its article."""
    return f"a{'n' * (kind.__name__[0] in 'aeio')} {kind.__name__}"


def check_unchanged(place: int, argument: Any, before: Content) -> None:
    """Misbehaved where an argument holds something else than it did."""
    if not same_content(content_of(argument), before):
        raise Misbehaved(
            f"Your function changed what it was given: argument {place + 1} was {content_text(before)} and is "
            f"{short_repr(argument)} now. It belongs to the caller; work on a copy."
        )


class Content(NamedTuple):
    """What a container held: its kind, and its parts in order (of a dict the keys and then the values)."""

    kind: type
    parts: tuple[Any, ...]


def content_of(value: Any) -> Any:
    """What a value holds, to be compared later: containers by their parts, all else as the very object that it is."""
    if isinstance(value, dict):
        return Content(type(value), tuple(map(content_of, (*value, *value.values()))))
    if isinstance(value, (set, frozenset)):
        return Content(type(value), (frozenset(value),))
    if isinstance(value, list) or type(value) is tuple:
        return Content(type(value), tuple(map(content_of, value)))
    return value


def same_content(one: Any, two: Any) -> bool:
    """Whether two contents are the same: of the same kinds, with equal scalars and otherwise the very same objects."""
    if one is two:
        return True
    if type(one) is not type(two):
        return False
    if isinstance(one, Content):
        return (
            one.kind is two.kind and len(one.parts) == len(two.parts) and all(map(same_content, one.parts, two.parts))
        )
    return isinstance(one, (*SCALARS, frozenset)) and bool(one == two)


def content_text(content: Any) -> str:
    """What something held, in few characters."""
    return short_repr(rebuilt(content))


def rebuilt(content: Any) -> Any:
    """A container as it was."""
    if not isinstance(content, Content):
        return content
    kind, parts = content
    if issubclass(kind, dict):
        half = len(parts) // 2
        return dict(zip(map(rebuilt, parts[:half]), map(rebuilt, parts[half:]), strict=True))
    if issubclass(kind, (set, frozenset)):
        return set(parts[0])
    return list(map(rebuilt, parts)) if issubclass(kind, list) else tuple(map(rebuilt, parts))


def as_iterable(got: Any) -> Any:
    """`got` where it can be gone through, else Misbehaved."""
    if not hasattr(got, "__iter__"):
        raise Misbehaved(f"Your function gave {short_repr(got)}, and something to go through was asked for.")
    return got


def short_text(value: object) -> str:
    """What a value says of itself; whatever its own code does, this returns."""
    try:
        return str(value)
    except Exception:
        return f"something of the class {type(value).__name__}"


def short_repr(value: Any, most: int = 120) -> str:
    """A value in few characters."""
    try:
        text = repr(value)
    except Exception:
        text = f"something of the class {type(value).__name__}"
    return text if len(text) <= most else f"{text[: most - 1]}…"
