"""What the law asks of a lesson's notebook: each rule gives what is wrong in words, or nothing where all is well."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from nbformat import NotebookNode

import twitterlab as tl
from twitterlab.classroom.course.outline import outline

PANELS = tuple(lesson.panel for lesson in outline().lessons)
MODULE = "twitterlab.classroom.lesson.panels"
MOST_CELLS = 27
SILENT = {"advance", "close", "delete", "drain", "follow", "step", "unfollow"}  # they do something and say nothing
LINK = r"\[\d\d · [^\]\n]+\]\(\d\d_\w+\.ipynb\)"
HEADER = re.compile(
    r"# (?P<number>\d\d) · \S.*\n\n"
    rf"\*\d+ minutes · (?:needs nothing|after {LINK}(?:, {LINK})*)\*\n\n"
    r"\*\*The question\*\*: (?:.|\n(?!\n))+\?\n\n"
    r"\*\*After this lesson you can\*\*\n\n"
    r"(?:- .+(?:\n {2,}.+)*(?:\n|\Z)){2,}"
)


class Call(NamedTuple):
    """A call in a notebook: the number of its code cell, the last part of its name, and its arguments so far."""

    cell: int
    name: str
    values: list[object]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook: NotebookNode) -> str:
    """All Markdown, as one text."""
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def html_outputs(cell: NotebookNode) -> Iterator[str]:
    """The HTML that a cell shows."""
    return (output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {}))


def calls_of(notebook: NotebookNode, *names: str) -> list[Call]:
    """The calls of functions of these names, dotted ones by their last part, as they stand in the notebook."""
    found = []
    for place, cell in enumerate(code_cells(notebook)):
        nodes = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name in names:
                found.append(Call(place, name, [getattr(argument, "value", None) for argument in node.args]))
    return found


def has_few_cells(notebook: NotebookNode, number: int) -> list[str]:
    count = len(code_cells(notebook))
    return [f"{count} code cells; about 25 are enough"] if count > MOST_CELLS else []


def has_a_header(notebook: NotebookNode, number: int) -> list[str]:
    first = notebook.cells[0]
    match = HEADER.match(first.source) if first.cell_type == "markdown" else None
    if match is None:
        return [f"the first cell is no header: {first.source[:200]!r}"]
    return [] if int(match["number"]) == number else [f"the header says {match['number']}"]


def shows_what_its_cells_end_in(notebook: NotebookNode, number: int) -> list[str]:
    silent = SILENT | {name for cell in code_cells(notebook) for name in returning_nothing(cell.source)}
    mute = [cell for cell in code_cells(notebook) if not cell.outputs and ends_in_a_value(cell.source, silent)]
    return [f"this cell ends in an expression and has no output: {cell.source[-80:]!r}" for cell in mute]


def returning_nothing(source: str) -> Iterator[str]:
    """The functions that a cell defines and that return nothing."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            inside = list(ast.walk(node))
            if not any(
                isinstance(i, ast.Yield | ast.YieldFrom) or (isinstance(i, ast.Return) and i.value) for i in inside
            ):
                yield node.name


def ends_in_a_value(source: str, silent: set[str]) -> bool:
    """Whether a cell's last statement is an expression that has a value to show."""
    body = ast.parse(source).body
    if not body or not isinstance(body[-1], ast.Expr) or source.rstrip().endswith(";"):
        return False
    last = body[-1].value
    return not (isinstance(last, ast.Call) and ast.unparse(last.func).rpartition(".")[2] in silent)


def begins_with_the_architecture(notebook: NotebookNode, number: int) -> list[str]:
    drawn = [
        place
        for place, cell in enumerate(code_cells(notebook))
        if any("<figure" in text for text in html_outputs(cell))
    ]
    if not drawn:
        return ["there is no figure"]
    asked = [call.values for call in calls_of(notebook, "architecture") if call.cell == drawn[0]]
    built = min(number, len(tl.STAGES))  # what comes after the last stage is about that one
    return [] if asked == [[built]] else [f"its first figure is not architecture({built})"]


def has_one_panel(notebook: NotebookNode, number: int) -> list[str]:
    imported = set()
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module == MODULE:
                imported |= {alias.asname or alias.name for alias in node.names}
    dotted = [name for cell in code_cells(notebook) for name in re.findall(r"\bpanels\.(\w+)\(", cell.source)]
    made = dotted + [call.name for call in calls_of(notebook, "Panel", *imported) if call.name not in dotted]
    panel = outline().lesson(number).panel
    return [] if made == [panel] else [f"its panels are {made}, not the one panel {panel!r}"]


def has_two_questions(notebook: NotebookNode, number: int) -> list[str]:
    keys = [call.values[0] for call in calls_of(notebook, "quiz")]
    right = len(keys) == len(set(keys)) == 2 and all(str(key).startswith(f"{number}.") for key in keys)
    return [] if right else [f"its questions are {keys}, not two of lesson {number}"]


def asks_before_it_reveals(notebook: NotebookNode, number: int) -> list[str]:
    asked, wrong, count = set(), [], 0
    for call in calls_of(notebook, "predict", "reveal"):
        key = str(call.values[0])
        if call.name == "predict":
            asked.add(key)
            continue
        count += 1
        wrong += [] if key in asked else [f'reveal("{key}") has no predict("{key}") before it']
        wrong += [] if key.startswith(f"{number}.") else [f'reveal("{key}") is not of lesson {number}']
    return wrong + ([] if 1 <= count <= 3 else [f"{count} reveals, and not 1 to 3"])


def shows_no_code_as_output(notebook: NotebookNode, number: int) -> list[str]:
    shown = "".join(text for cell in code_cells(notebook) for text in html_outputs(cell)).lower()
    return [f"an output has {tag}" for tag in ("<svg", "<script") if tag in shown]


def ends_as_lessons_do(notebook: NotebookNode, number: int) -> list[str]:
    heads = re.findall(r"^##+ (\w+)", prose(notebook), re.MULTILINE)
    return [f"there is no section {name!r}" for name in ("Questions", "Papers", "Next") if name not in heads]


RULES: tuple[Callable[[NotebookNode, int], list[str]], ...] = (
    has_few_cells,
    has_a_header,
    shows_what_its_cells_end_in,
    begins_with_the_architecture,
    has_one_panel,
    has_two_questions,
    asks_before_it_reveals,
    shows_no_code_as_output,
    ends_as_lessons_do,
)
