"""A learner's answer: the cell that it stands in, whether it was begun at all, and the same cell in a fresh namespace.

An answer is one cell that needs no other. So a check does not ask the object that it is handed, but what the cell makes
where nothing else was run: that is what is kept in `my_parts/`, and what the capstone will find there.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import Any

FILE = "<your answer>"
STATEMENTS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
BOUND = (ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Answer:
    """What was handed to a check, and the source of its cell where that is known."""

    name: str
    value: Any
    source: str | None = None


def answer_with_cell(name: str, value: Any) -> Answer:
    """An answer with its cell: the last one of this kernel that binds the answer's name, or the exercise's."""
    called = getattr(value, "__name__", name)
    for cell in reversed(run_cells()):
        for alias in dict.fromkeys((called, name)):
            if cell_binds(cell, alias):
                source = definitions_of(cell)
                return Answer(name, value, source if alias == name else f"{source}\n\n{name} = {alias}")
    return Answer(name, value, None if callable(value) else f"{name} = {value!r}")


def run_cells() -> list[str]:
    """The cells that were run in this kernel, the last one last; outside of a notebook there are none."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return [] if not shell else [cell for cell in shell.user_ns.get("In", []) if cell]


def cell_binds(cell: str, name: str) -> bool:
    """Whether a cell defines `name` at its top level."""
    return any(name in bound_names(statement) for statement in statements_of(cell))


def bound_names(statement: ast.stmt) -> set[str]:
    """The names that a statement binds."""
    if isinstance(statement, BOUND):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return {statement.target.id}
    return set()


def statements_of(cell: str) -> list[ast.stmt]:
    """The statements of a cell; none where it is no Python."""
    try:
        return ast.parse(cell).body
    except (SyntaxError, ValueError):
        return []


def definitions_of(cell: str) -> str:
    """A cell without the statements that only do something, such as a print or a check; what it defines stays."""
    lines, gone = cell.splitlines(), set[int]()
    for statement in statements_of(cell):
        if not isinstance(statement, STATEMENTS):
            gone |= set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in gone).strip() + "\n"


def is_untouched(given: Answer) -> bool:
    """Whether an answer was not begun: a body that still ends in `pass`, a value of `...`, or one that is ours."""
    if given.value is ... or given.value is None or is_ours(given.value):
        return True
    body = statements_of(given.source or "")
    if any(imports_ours(node) for statement in body for node in ast.walk(statement)):
        return True
    makers = [node for node in body if given.name in bound_names(node)]
    return any(map(ends_in_pass, (part for maker in makers[-1:] for part in parts_to_fill(maker))))


def parts_to_fill(maker: ast.stmt) -> list[ast.stmt]:
    """What of a definition is to be filled in: a function, or the methods of a class."""
    return list(maker.body) if isinstance(maker, ast.ClassDef) else [maker]


def is_ours(value: Any) -> bool:
    """Whether a function or class comes from this package."""
    return str(getattr(inspect.unwrap(value) if callable(value) else value, "__module__", "")).startswith("twitterlab")


def imports_ours(node: ast.AST) -> bool:
    """Whether a statement brings in one of our parts."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith("twitterlab")
    return isinstance(node, ast.Import) and any(alias.name.startswith("twitterlab") for alias in node.names)


def ends_in_pass(node: ast.stmt) -> bool:
    """Whether a function or method still ends as the starter's does."""
    return isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Pass)


def value_afresh(given: Answer) -> Any:
    """What the answer's cell makes of its name where nothing else was run; raises what the cell raises."""
    if given.source is None:
        return given.value
    lines = given.source.splitlines(keepends=True)
    linecache.cache[FILE] = (len(given.source), None, lines, FILE)
    namespace: dict[str, Any] = {"__name__": "my_parts"}
    exec(compile(given.source, FILE, "exec"), namespace)
    return namespace[given.name]


def error_line(error: BaseException) -> str:
    """The learner's line where an error came up, with its number in their cell; nothing where it is none of theirs."""
    found = ""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            found = f"line {trace.tb_lineno}: {linecache.getline(FILE, trace.tb_lineno).strip()}"
        trace = trace.tb_next
    if not found and error.__cause__:  # of a StopIteration in a generator, Python tells only what it became
        return error_line(error.__cause__)
    return found
