"""A learner's cell as a module of its own: all of it is run, as it stands, where no other cell was run before it.

The classroom that it may import there is a stub. What asks for a verdict or a panel is answered with nothing, and our
answers are not to be had.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import linecache
import re
import sys
import types
from collections.abc import Iterator
from functools import cache

import twitterlab

FILE = "<your answer>"
CLASSROOM = "twitterlab.classroom"
GIVEN = (
    "check",
    "hint",
    "solution",
    "my_progress",
    "get_ipython",
    "display",
)  # what the other cells of a notebook left
TIMED = re.compile(r"(?m)^([ \t]*)%(?:time|timeit)[ \t]+(?:-\S+[ \t]+)*(?=[A-Za-z_])")
BLOCK_MAGIC = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\n)*%%(?:time|timeit|capture|prun)\b[^\n]*")
LINE_MAGIC = re.compile(r"(?m)^([ \t]*)(?:(?!%%)[%!][^\n]*|[\w.]+\?{1,2}[ \t]*)$")
BINDING = ("STORE_NAME", "STORE_GLOBAL")


class Silent:
    """Answers whatever is asked of it with itself, and does nothing: in place of a check in an answer's own cell."""

    def __getattr__(self, name: str) -> Silent:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: object, **kwargs: object) -> Silent:
        return self

    def __repr__(self) -> str:
        return ""


def plain_python(cell: str) -> str:
    """A cell without the magics of IPython's that only measure or look; line numbers stay as they are."""
    if is_python(cell):
        return cell
    block = BLOCK_MAGIC.match(cell)
    text = cell if not block else block[0].rpartition("\n")[0] + "\n" * ("\n" in block[0]) + cell[block.end() :]
    text = LINE_MAGIC.sub(r"\1pass", TIMED.sub(r"\1", text))
    return text if is_python(text) else cell


def is_python(cell: str) -> bool:
    """Whether a cell can be compiled."""
    return code_of(cell) is not None


def code_of(cell: str, file: str = FILE) -> types.CodeType | None:
    """The code of a cell; None where it is no Python."""
    try:
        return compile(cell, file, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def cell_binds(cell: str, name: str) -> bool:
    """Whether a cell gives `name` a value at its top level, by whatever statement."""
    code = code_of(plain_python(cell))
    return code is not None and any(one.opname in BINDING and one.argval == name for one in dis.get_instructions(code))


def binding_statement(cell: str, name: str) -> ast.stmt | None:
    """The last definition or plain assignment of `name` at the top level of a cell."""
    statements = ast.parse(cell).body if is_python(cell) else []
    return next((one for one in reversed(statements) if name in bound_names(one)), None)


def bound_names(statement: ast.stmt) -> list[str]:
    """The names that a definition or a plain assignment binds."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def run_cell(source: str, name: str, file: str = FILE) -> types.ModuleType:
    """A cell's source, run as the module `my_parts.NAME` that is made for it; raises whatever the source raises."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module = types.ModuleType(f"my_parts.{name}")
    vars(module).update({given: Silent() for given in GIVEN})
    sys.modules[module.__name__] = module
    with hidden_classroom():
        exec(compile(source, file, "exec", dont_inherit=True), vars(module))
    return module


@contextlib.contextmanager
def hidden_classroom() -> Iterator[None]:
    """Within it an import of the classroom brings the stub, and none of its rooms can be imported."""
    stub = stub_classroom()  # made while the rooms can still be imported
    if sys.modules.get(CLASSROOM) is stub:
        yield
        return
    hidden = {name: module for name, module in sys.modules.items() if f"{name}.".startswith(f"{CLASSROOM}.")}
    attribute = vars(twitterlab).get("classroom")
    for name in hidden:
        del sys.modules[name]
    sys.modules[CLASSROOM] = twitterlab.classroom = stub  # type: ignore[attr-defined]
    try:
        yield
    finally:
        sys.modules.update(hidden)
        if attribute is not None:
            twitterlab.classroom = attribute  # type: ignore[attr-defined]


@cache
def stub_classroom() -> types.ModuleType:
    """A module in the classroom's place: the table of exercise 2.2 works, and all else is silent."""
    from twitterlab.classroom.check.exercises.newest import TweetTable

    stub = types.ModuleType(CLASSROOM)
    vars(stub).update(__path__=[], TweetTable=TweetTable, __getattr__=silent_name)
    return stub


def silent_name(name: str) -> Silent:
    """What the stub gives for a name; none of Python's own."""
    if name.startswith("__"):
        raise AttributeError(name)
    return Silent()
