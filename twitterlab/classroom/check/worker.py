"""Judging in a process of its own, so that whatever an answer does ends there: the kernel lives, and hears a verdict.

A clean process is kept that has imported what a check needs, and each check is a fork of it, which is there at once and
remembers nothing; where there are no forks, it is a new process. Before each history it says what it will ask. Where it
falls silent, for it never came back to Python, it is asked for the line where it is, and ended.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import multiprocessing
import os
import re
import signal
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]

from twitterlab.classroom.check import answers, guard, judging
from twitterlab.classroom.check.answers import Answer
from twitterlab.classroom.check.cells import FILE, hidden_classroom
from twitterlab.classroom.check.exercise import RANDOM, Exercise, exercise_named
from twitterlab.classroom.check.verdict import Verdict

SILENT_S, WAITS_S = 6.0, 45.0  # without a word: of the processor, and by the clock
MEMORY = 4 << 30  # bytes that an answer may take beyond what a check needs
POLL_S = 0.1
ENDED = "Your code ended the process that it ran in ({}), and with it its own check. An answer always returns."
LINE = re.compile(rf'File "{re.escape(FILE)}", line (\d+)')
PRELOADED = ("hypothesis", "duckdb", "pandas", "twitterlab.classroom.check.worker")


class Judged(NamedTuple):
    """A verdict as it comes from the process, without anything of its own."""

    kind: Any
    says: tuple[str, ...]
    why: str
    lasting: bool


def judge_apart(exercise: Exercise, given: Answer, random: int = RANDOM) -> Verdict:
    """The verdict on an answer, judged in another process; one without a source is judged here."""
    if given.source is None or answers.is_untouched(given):
        return judging.judge_answer(exercise, given, random)
    with tempfile.TemporaryDirectory(prefix="twitterlab-check-") as folder:
        trace = Path(folder) / "trace"
        with judging_process(exercise.name, given, random, trace) as (process, here):
            judged = judged_by(process, here, trace, given.source.splitlines())
    return Verdict(exercise.key, judged.kind, judged.says, judged.why, given.source, judged.lasting)


@contextlib.contextmanager
def judging_process(name: str, given: Answer, random: int, trace: Path) -> Iterator[tuple[Any, Connection]]:
    """A process that judges an answer, and the connection on which it speaks; it is ended in any case."""
    context = process_context()
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=send_verdict, args=(there, name, given.source, random, trace), daemon=True)
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        process.kill()
        process.join()
        here.close()


def process_context() -> Any:
    """How a process begins here: as a fork of a clean one that has imported all, or else by itself."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def judged_by(process: Any, here: Connection, trace: Path, lines: list[str]) -> Judged:
    """What the process says in the end; a verdict in its place where it dies or falls silent."""
    where, used, silence = "", ProcessorTime(process.pid), Silence()
    while True:
        try:
            if here.poll(POLL_S):
                said = json.loads(here.recv_bytes())
                if isinstance(said, list):
                    kind, says, why, lasting = said
                    return Judged(kind, tuple(says), why, lasting)
                where, silence = said, Silence()
            elif silence.too_long(used.read()):
                return judged_endless(where, line_of(process, trace, lines))
        except (EOFError, OSError):
            process.join(1)
            return Judged("error", tuple(filter(None, (where, ENDED.format(end_told(process.exitcode))))), "", True)


class ProcessorTime:
    """How much of the processor a process has used, in `seconds` as last read; of one that is gone, that stays."""

    def __init__(self, pid: int) -> None:
        self._process, self.seconds = None, 0.0
        with contextlib.suppress(psutil.Error):
            self._process = psutil.Process(pid)

    def read(self) -> float:
        """The seconds up to now."""
        with contextlib.suppress(psutil.Error):
            times = self._process.cpu_times() if self._process else None
            self.seconds = float(times.user + times.system) if times else self.seconds
        return self.seconds


class Silence:
    """How long a process has said nothing, by its own processor time: other work on the machine does not count."""

    def __init__(self) -> None:
        self._from, self._polls = float("inf"), 0

    def too_long(self, used: float) -> bool:
        """Asked once a poll: whether it used too much of the processor meanwhile, or waits for what never comes."""
        self._polls += 1
        self._from = min(self._from, used)  # from the first poll on
        return used - self._from > SILENT_S or self._polls * POLL_S > WAITS_S


def line_of(process: Any, trace: Path, lines: list[str]) -> str:
    """The learner's line in which a process is, as far as it can be had."""
    if not hasattr(signal, "SIGUSR1") or not trace.exists():
        return ""
    os.kill(process.pid, signal.SIGUSR1)
    process.join(POLL_S)
    found = LINE.search(trace.read_text(encoding="utf-8", errors="replace"))
    return f"line {found[1]}: {lines[int(found[1]) - 1].strip()}" if found else ""


def judged_endless(where: str, line: str) -> Judged:
    """The verdict on what never came back."""
    return Judged("error", tuple(filter(None, (where, line, judging.ENDLESS))), "", False)


def end_told(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None or code >= 0:
        return f"exit status {code or 0}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


# In the process


def send_verdict(there: Connection, name: str, source: str, random: int, trace: Path) -> None:
    """Judge one answer, saying before each history what will be asked, and then what was found."""
    with trace.open("w") as file, quiet_process():
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGUSR1, file=file)

        def say(what: object) -> None:
            there.send_bytes(json.dumps(what).encode())

        judging.told_before = say
        verdict = verdict_here(exercise_named(name), Answer(name, "the value is what the cell makes", source), random)
        say([verdict.kind, verdict.says, verdict.why, verdict.lasting])


def verdict_here(exercise: Exercise, given: Answer, random: int) -> Verdict:
    """Judge an answer where nothing of the classroom can be reached from it."""
    exercise.texts  # noqa: B018  read before the classroom is hidden
    with hidden_classroom():
        return judging.judge_answer(exercise, given, random)


@contextlib.contextmanager
def quiet_process() -> Iterator[None]:
    """A process that heeds no interrupt meant for the notebook, asks for no input and takes no memory without end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory()
    with Path(os.devnull).open() as nothing, contextlib.redirect_stdout(guard.fresh_printed()):
        os.dup2(nothing.fileno(), 0)
        yield


def limit_memory() -> None:
    """What asks for much more than a check needs gets a MemoryError, where the system has such a limit."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        resource: Any = importlib.import_module("resource")
        used = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
