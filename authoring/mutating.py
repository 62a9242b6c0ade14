"""Mutants of our answers, made by cosmic-ray, and each judged in a process of its own, so that none can hang.

A mutant is one small change of an answer: another operator, a number one higher, a loop that does nothing. What is the
same program after all counts for none: a change in a type, in a docstring, or one that another operator makes as well.
"""

from __future__ import annotations

import ast
import difflib
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple

from twitterlab.classroom.check import guard, judging
from twitterlab.classroom.check.answers import Answer
from twitterlab.classroom.check.disguise import PLAIN, Look
from twitterlab.classroom.check.exercise import exercise_named
from twitterlab.clock import SystemClock

LIMIT_MS = 180_000  # for one mutant: then its process is ended
TOGETHER, PATIENCE = (
    2,
    5,
)  # mutants at a time; how many times a learner's limits each gets, lest a busy machine stops it
FORK = "fork" if "fork" in multiprocessing.get_all_start_methods() else None  # a fork need not import all again
NO_VERDICT = "no verdict"
ALARM = guard.alarm_after
ENDLESS = "endless"  # an error, told apart, since a machine that is too busy can look like one


class Mutant(NamedTuple):
    """A changed answer, the operator that changed it, and the lines that it changed, before and after."""

    source: str
    operator: str
    before: str
    after: str


class Judged(NamedTuple):
    """A verdict's kind, and how many histories the answer was held to: all the small ones, and random ones."""

    kind: str
    small: int
    random: int


def mutants_of(source: str) -> list[Mutant]:
    """Every different program that one application of one of cosmic-ray's operators makes of `source`."""
    original = plain_program(source)
    found: dict[str, Mutant] = {}
    for operator, changed in changed_sources(source):
        program = plain_program(changed)
        if program not in (original, "") and program not in found:
            found[program] = Mutant(changed, operator, *differing_lines(original, program))
    return list(found.values())


def changed_sources(source: str) -> Iterator[tuple[str, str]]:
    """What each operator makes of a source at each place; those that would draw a constant at random are left out."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    for name in sorted(operator_names()):
        operator = get_operator(name)
        occurrence = 0
        while not operator.arguments() and (changed := mutate_code(source, operator(), occurrence)) is not None:
            yield name.removeprefix("core/"), changed
            occurrence += 1


def plain_program(source: str) -> str:
    """A program in Python's own layout, without types and docstrings; nothing where it is none."""
    try:
        return ast.unparse(Plain().visit(ast.parse(source)))
    except SyntaxError:
        return ""


class Plain(ast.NodeTransformer):
    """Takes out what does not run: types and docstrings."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            return ast.copy_location(ast.Assign([node.target], node.value), node)
        return node


def differing_lines(before: str, after: str) -> tuple[str, str]:
    """The lines that only the one program has, and those that only the other has."""
    told = [*difflib.ndiff(before.splitlines(), after.splitlines())]
    gone, come = ([line[2:].strip() for line in told if line.startswith(sign)] for sign in "-+")
    return " / ".join(gone), " / ".join(come)


def judge_in_processes(name: str, sources: Sequence[str], random: int) -> list[Judged]:
    """The verdict on each answer, in their order: two at a time, each in a process that is ended where it is late."""
    exercise_named(name).longer_histories()  # so that a fork finds all imported
    waiting, done = [*enumerate(sources)][::-1], {}
    running: dict[Connection, tuple[int, BaseProcess, int]] = {}
    while waiting or running:
        while waiting and len(running) < TOGETHER:
            number, source = waiting.pop()
            here, process = begin_process(name, source, random)
            running[here] = number, process, SystemClock().now() + LIMIT_MS
        ready = {*wait([*running], timeout=1)}
        for here, (number, process, until) in [*running.items()]:
            if here in ready or SystemClock().now() > until:
                done[number] = receive_verdict(here) if here in ready else Judged(NO_VERDICT, 0, 0)
                process.kill()
                process.join()
                here.close()
                del running[here]
    return [done[number] for number in sorted(done)]


def begin_process(name: str, source: str, random: int) -> tuple[Connection, BaseProcess]:
    """A process that judges one answer, and where its verdict comes from."""
    context: Any = multiprocessing.get_context(FORK)
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=send_verdict, args=(there, name, source, random), daemon=True)
    process.start()
    there.close()
    return here, process


def receive_verdict(here: Connection) -> Judged:
    """What a process said before its end; nothing where it died of the answer."""
    try:
        return Judged(*here.recv())
    except EOFError:
        return Judged(NO_VERDICT, 0, 0)


def send_verdict(there: Connection, name: str, source: str, random: int) -> None:
    """In a process of its own: judge one answer and send what came of it."""
    there.send(tuple(verdict_at_leisure(name, source, random)))


def verdict_at_leisure(name: str, source: str, random: int) -> Judged:
    """The verdict on an answer that is held to all its histories, however long they take."""
    judging.TOGETHER_S, judging.AFTER_S, judging.NAMING_S = LIMIT_MS / 1000, LIMIT_MS / 1000, 0
    vars(guard)["alarm_after"] = patient_alarm
    asked, held = exercise_named(name), 0

    def problem(answer: Any, history: Any, look: Look = PLAIN) -> Any:
        nonlocal held
        held += 1
        return asked.problem(answer, history, look)

    said = judging.judge_answer(replace(asked, problem=problem), Answer(name, "a mutant", source), random)
    small = min(held, sum(1 for _ in asked.small_histories()))
    endless = said.kind == "error" and judging.ENDLESS.format(guard.CASE_S) in said.says
    return Judged(ENDLESS if endless else said.kind, small, held - small)


def patient_alarm(seconds: float, *late: Any) -> Any:
    """The alarm, some time later."""
    return ALARM(PATIENCE * seconds, *late)
