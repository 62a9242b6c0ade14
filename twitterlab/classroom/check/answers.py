"""A learner's answer: the cell that it stands in, whether it was begun at all, and what the cell makes of it afresh.

An answer is one cell that needs no other. So a check does not ask the object that it is handed, but what the cell makes
where nothing else was run: that is what is kept in `my_parts/`, and what the capstone will find there.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from twitterlab.classroom.check.cells import FILE, GIVEN, binding_statement, cell_binds, plain_python, run_cell

STARTERS = Path(__file__).parent / "starters"
OURS = "This is twitterlab's own {}, and one of yours was asked for. It is not kept."
IMPORTED = (
    "Your answer is imported from the module {}. It is judged, and not kept: the capstone runs your cell alone, and "
    "an answer has to stand in it whole."
)
NO_CELL = (
    "The cell that your answer stands in is not known, so it was judged as it is here, and is not kept: an answer is "
    "one cell, and is run as such."
)


@dataclass(frozen=True)
class Answer:
    """What was handed to a check, and the source of its cell where that is known."""

    name: str
    value: Any
    source: str | None = None


def answer_with_cell(name: str, value: Any) -> Answer:
    """An answer with its cell: the last one of this kernel that binds a name which the value has now."""
    cells = [*notebook_cells(), *cell_by_code(value)][::-1]
    for alias in names_of(name, value) if cells else ():
        for cell in cells:
            if cell_binds(cell, alias):
                source = normal_lines(plain_python(cell))
                return Answer(name, value, source if alias == name else f"{source}\n\n{name} = {alias}\n")
    return Answer(name, value, f"{name} = {value!r}\n" if is_literal(value) else None)


def cell_by_code(value: Any) -> list[str]:
    """The cell in which a function or class was compiled: some tools run cells without noting them."""
    functions = [value, *(vars(value).values() if isinstance(value, type) else ())]
    codes = [getattr(inspect.unwrap(one), "__code__", None) for one in functions if callable(one)]
    files = [code.co_filename for code in codes if code is not None]
    return ["".join(linecache.getlines(file)) for file in files[:1] if not Path(file).exists()]


def names_of(name: str, value: Any) -> list[str]:
    """The names that a value has in the notebook, the exercise's own first."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    names = shell.user_ns if shell else {}
    own = [alias for alias, held in names.items() if held is value and not alias.startswith("_")]
    return sorted(own, key=lambda alias: alias != name)


def normal_lines(cell: str) -> str:
    """A cell with plain line ends, and one at its end."""
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"


def is_literal(value: Any) -> bool:
    """Whether a value can be written down so that Python reads the same again."""
    try:
        return value is not ... and bool(ast.literal_eval(repr(value)) == value)
    except Exception:  # whatever a value's own repr may do
        return False


def notebook_cells() -> list[str]:
    """The cells that were run in this kernel as they stand, the last one last; outside of a notebook there are none."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return [] if not shell else [cell for cell in shell.history_manager.input_hist_raw if cell]


def is_untouched(given: Answer) -> bool:
    """Whether an answer stands as it was given to the learner."""
    if given.source is None:
        return given.value is ...
    starter = STARTERS / f"{given.name}.py"
    if not starter.is_file():
        return False
    there = binding_statement(starter.read_text(encoding="utf-8"), given.name)
    here = binding_statement(given.source, given.name)
    return here is not None and there is not None and code_text(here) == code_text(there)


def code_text(statement: ast.stmt) -> str:
    """What a statement does, without comments, layout and docstrings."""
    copy = ast.parse(ast.unparse(statement))
    for node in ast.walk(copy):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(copy)


def is_ours(value: Any) -> bool:
    """Whether a function or class comes from this package."""
    return home_of(value).startswith("twitterlab.")


def home_of(value: Any) -> str:
    """The name of the module that a function or class was defined in; nothing for other values."""
    if not callable(value):
        return ""
    return str(getattr(inspect.unwrap(value), "__module__", "") or "")


def not_kept_because(given: Answer) -> str:
    """Why an answer is not kept even if it is right, in a sentence; nothing where it is."""
    if given.source is None:
        return NO_CELL
    home = home_of(given.value)
    return IMPORTED.format(home) if home.partition(".")[0] in imported_modules(given.source) else ""


def imported_modules(source: str) -> set[str]:
    """The modules that a source imports, by the first part of their names."""
    found = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def module_afresh(given: Answer) -> ModuleType:
    """The module that the answer's cell makes where nothing else was run; raises what the cell raises."""
    if given.source is None:
        return ModuleType("my_parts")
    return run_cell(given.source, given.name)


def value_afresh(given: Answer) -> Any:
    """What the answer's cell makes of its name where nothing else was run; raises what the cell raises."""
    return given.value if given.source is None else value_in(module_afresh(given), given)


def kept_source(source: str) -> str:
    """A cell as it is kept: without the lines in which it only asks the classroom something."""
    lines = source.splitlines()
    for statement in ast.parse(source).body[::-1]:
        if asks_classroom(statement) and lines[statement.lineno - 1].startswith(tuple(GIVEN)):
            del lines[statement.lineno - 1 : statement.end_lineno]
    return normal_lines("\n".join(lines))


def asks_classroom(statement: ast.stmt) -> bool:
    """Whether a statement is a call of what a notebook has from the classroom, and nothing else."""
    node: ast.AST = statement.value if isinstance(statement, ast.Expr) else statement
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id in GIVEN


def value_in(module: ModuleType, given: Answer) -> Any:
    """The answer in a module that its cell made."""
    if given.source is None:
        return given.value
    if given.name not in vars(module):
        raise NameError(f"your cell defines no {given.name}")
    return vars(module)[given.name]


_judged: list[Answer] = []  # the answer that is judged now


def note_judged(given: Answer) -> None:
    """From now on this is the answer that is judged."""
    _judged[:] = [given]


def made_anew(value: Any) -> Any:
    """The answer that is judged, as its cell makes it in another process; where the cell is not known, itself."""
    return value_afresh(_judged[0]) if _judged and _judged[0].source is not None else value


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
