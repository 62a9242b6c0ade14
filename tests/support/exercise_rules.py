"""What the law asks of a notebook in solutions/, and of its starter: each rule says what is wrong, or nothing.

The answers' names and keys are those of the notebook itself: a heading `## 4.2 · Title`, and the answer's grade_id.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

from authoring.starters import MARKS, STUB

BEGIN, END = MARKS
INSTEAD = "# your answer in place of the dots"
ANSWER = {"grade": False, "locked": False, "schema_version": 3, "solution": True, "task": False}
POINTS = {"grade": True, "locked": True, "schema_version": 3, "solution": False, "task": False}
HEADING = re.compile(r"^## (\d+(?:\.\d+)?) · \S", re.MULTILINE)
SAID = re.compile(r"check\.(\w+)\(\1\)\.points\((\d+)\)")


def graded_cells(notebook: NotebookNode, kind: str) -> list[NotebookNode]:
    """The cells that nbgrader knows: of the kind "solution" or "grade"."""
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get(kind)]


def answer_names(notebook: NotebookNode) -> list[str]:
    """The answers' names, in order."""
    return [cell.metadata.nbgrader.grade_id for cell in graded_cells(notebook, "solution")]


def given_and_marked_lines(source: str) -> tuple[list[str], list[str]]:
    """The lines of a cell that are given, and those between its marks; ValueError where the marks do not pair."""
    given: list[str] = []
    inside: list[str] = []
    lines, other = given, inside
    for line in source.split("\n"):
        if line.strip() in MARKS:
            if (line.strip() == BEGIN) is not (lines is given):
                raise ValueError(f"{line.strip()} without the other mark")
            lines, other = other, lines
        else:
            lines.append(line)
    if lines is inside:
        raise ValueError(f"{BEGIN} without the other mark")
    return given, inside


def bare_lines(lines: Iterable[str]) -> set[str]:
    """The lines without their indentation; empty ones are none."""
    return {line.strip() for line in lines} - {""}


def secret_lines(solution: NotebookNode) -> set[str]:
    """The lines of our answers that a solution notebook gives nowhere else."""
    parts = [given_and_marked_lines(cell.source) for cell in solution.cells]
    return bare_lines(line for _, inside in parts for line in inside) - bare_lines(
        line for given, _ in parts for line in given
    )


def speaks_python(notebook: NotebookNode) -> Iterator[str]:
    spec = notebook.metadata.get("kernelspec", {})
    if (spec.get("name"), spec.get("language")) != ("python3", "python"):
        yield f"nbgrader looks for the language in the kernelspec, which is {dict(spec)}"


def marks_what_the_learner_writes(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        try:
            marked = bool(bare_lines(given_and_marked_lines(cell.source)[1]))
        except ValueError as error:
            yield f"{error}: {cell.source[:60]!r}"
            continue
        if marked != (cell in graded_cells(notebook, "solution")):
            yield f"an answer without marks, or marks without an answer: {cell.source[:60]!r}"


def leaves_a_name_in_the_starter(notebook: NotebookNode) -> Iterator[str]:
    for cell in graded_cells(notebook, "solution"):
        name, given = cell.metadata.nbgrader.grade_id, cell.source.split(BEGIN)[0]
        if not re.search(rf"^(?:def {name}\(|class {name}\b|{name}\b.* = \.\.\.)", given, re.MULTILINE):
            yield f"{name} is not begun before its region"


def ends_its_functions_in_regions(notebook: NotebookNode) -> Iterator[str]:
    """A check looks for the stub where a function ends, so nothing may stand behind it."""
    for cell in graded_cells(notebook, "solution"):
        for found in re.finditer(rf"^( *){END}\n+( *)(\S.*)", cell.source, re.MULTILINE):
            if found[1] and len(found[2]) >= len(found[1]):
                yield f"{cell.metadata.nbgrader.grade_id} goes on behind its region: {found[3]!r}"


def has_what_nbgrader_needs(notebook: NotebookNode) -> Iterator[str]:
    for cell in graded_cells(notebook, "solution"):
        if {**cell.metadata.nbgrader, "grade_id": 0} != {**ANSWER, "grade_id": 0}:
            yield f"an answer's metadata are {dict(cell.metadata.nbgrader)}"
    for cell in graded_cells(notebook, "grade"):
        said = SAID.fullmatch(cell.source)
        wanted = {**POINTS, "grade_id": f"{said[1]}-points", "points": int(said[2])} if said else {}
        if cell.metadata.nbgrader != wanted:
            yield f"the metadata of {cell.source!r} are {dict(cell.metadata.nbgrader)}"


def asks_and_checks_in_order(notebook: NotebookNode) -> Iterator[str]:
    """Heading, answer, check and hint for each; then the points of all."""
    keys = [HEADING.findall(cell.source)[-1:] for cell in notebook.cells if cell.cell_type == "markdown"]
    keys = [key for found in keys for key in found]
    codes = [cell.source.strip() for cell in notebook.cells if cell.cell_type == "code"]
    found = [code for code in codes if BEGIN in code or re.match(r"check\.|hint\(", code)]
    wanted = []
    if len(keys) != len(answer_names(notebook)):
        yield f"headings {keys} for answers {answer_names(notebook)}"
    for cell, key in zip(graded_cells(notebook, "solution"), keys, strict=False):
        name = cell.metadata.nbgrader.grade_id
        wanted += [cell.source.strip(), f"check.{name}({name})", f'hint("{key}")']
    points = [code for code in found if SAID.fullmatch(code)]
    if [SAID.fullmatch(code)[1] for code in points] != answer_names(notebook) or found != wanted + points:
        yield f"after each answer its check and its hint, at the end all points; there are {found}"


def has_a_section_for_points(notebook: NotebookNode) -> Iterator[str]:
    places = [n for n, cell in enumerate(notebook.cells) if re.match(r"## Points\b", cell.source)]
    grades = [n for n, cell in enumerate(notebook.cells) if cell.metadata.get("nbgrader", {}).get("grade")]
    if len(places) != 1 or not grades or grades[0] < places[0]:
        yield "there is no section `## Points` before the cells that give points"


SOLUTION_RULES = (
    speaks_python,
    marks_what_the_learner_writes,
    leaves_a_name_in_the_starter,
    ends_its_functions_in_regions,
    has_what_nbgrader_needs,
    asks_and_checks_in_order,
    has_a_section_for_points,
)


def is_complaint(output: NotebookNode) -> bool:
    """Whether an output is an error, or was written to stderr: nbgrader gives no points for either."""
    return output.output_type == "error" or output.get("name") == "stderr"


def keeps_our_answers_secret(starter: NotebookNode, solution: NotebookNode) -> Iterator[str]:
    lines = {line.strip() for cell in starter.cells for line in cell.source.split("\n")}
    yield from (f"it tells {line!r}" for line in sorted(lines & secret_lines(solution)))


def has_no_outputs(starter: NotebookNode, solution: NotebookNode) -> Iterator[str]:
    for cell in starter.cells:
        if cell.get("outputs") or cell.get("execution_count"):
            yield f"it was run: {cell.source[:60]!r}"


def has_no_marks(starter: NotebookNode, solution: NotebookNode) -> Iterator[str]:
    if re.search(r"(?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)", str(starter)):
        yield "it has marks"


def is_python_that_runs_up_to_the_check(starter: NotebookNode, solution: NotebookNode) -> Iterator[str]:
    for cell in graded_cells(starter, "solution"):
        name = cell.metadata.nbgrader.grade_id
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield f"{name}: {error}"
        if not re.search(rf"^ +{STUB}$|^{INSTEAD}$", cell.source, re.MULTILINE):
            yield f"{name} does not say where the answer goes"


def is_the_solution_otherwise(starter: NotebookNode, solution: NotebookNode) -> Iterator[str]:
    if len(starter.cells) != len(solution.cells):
        yield "it has other cells"
    for got, ours in zip(starter.cells, solution.cells, strict=False):
        if ours not in graded_cells(solution, "solution") and got.source != ours.source:
            yield f"it differs from the solution: {got.source[:60]!r}"
        if lost := bare_lines(given_and_marked_lines(ours.source)[0]) - bare_lines(got.source.split("\n")):
            yield f"it lost what is given: {lost}"


STARTER_RULES = (
    keeps_our_answers_secret,
    has_no_outputs,
    has_no_marks,
    is_python_that_runs_up_to_the_check,
    is_the_solution_otherwise,
)
