"""What is handed in, with nbgrader's cells as they were given out: whatever happened to them costs and gains nothing.

The points stand at the end of a notebook, each once and as it was given, whatever is or is not there in their place. An
answer is what the learner wrote. So the notebook runs as the learner's does, from top to bottom, and then it is graded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

PUT_BACK = "*The cell `{name}` was {what} when this was handed in. It stands below as it was given out.*"
COPY = "*There was more than one cell `{name}`. This copy runs as any other cell does.*"


@dataclass(frozen=True)
class GivenCell:
    """A cell that nbgrader knows, as it was given out."""

    name: str
    source: str
    cell_type: str
    checksum: str | None
    locked: bool
    solution: bool = False
    task: bool = False
    points: float | None = None  # None where nothing is graded

    @property
    def is_points_cell(self) -> bool:
        """Whether it is ours to run: its result is points."""
        return self.locked and self.points is not None and not self.task

    @property
    def metadata(self) -> dict[str, Any]:
        """What nbgrader keeps in such a cell."""
        graded = self.points is not None and not self.task
        marks = {"grade": graded, "locked": self.locked, "solution": self.solution, "task": self.task}
        about = {"cell_type": self.cell_type, "checksum": self.checksum, "grade_id": self.name, "schema_version": 3}
        return marks | about | ({} if self.points is None else {"points": self.points})


class CellsAsGiven(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's step that does it, the first of all that look at what was handed in."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook with its cells as given; the log names each that was not."""
        which = resources["nbgrader"]
        with Gradebook(which["db_url"]) as book:
            given = [*given_cells(book.find_notebook(which["notebook"], which["assignment"]))]
        for note in put_back(nb, given):
            self.log.warning("%s, %s: %s", which["student"], which["notebook"], note.strip("*"))
        return nb, resources


def given_cells(notebook: Any) -> Iterator[GivenCell]:
    """The cells of a notebook in nbgrader's database, in the order in which they were given out."""
    points = {cell.name: float(cell.max_score) for cell in (*notebook.grade_cells, *notebook.task_cells)}
    solutions, tasks = ({cell.name for cell in cells} for cells in (notebook.solution_cells, notebook.task_cells))
    for cell in notebook.source_cells:
        roles = (cell.locked, cell.name in solutions, cell.name in tasks, points.get(cell.name))
        yield GivenCell(cell.name, cell.source, cell.cell_type, cell.checksum, *roles)


def put_back(notebook: NotebookNode, given: Sequence[GivenCell]) -> list[str]:
    """Bring a notebook's cells to what was given, in place; returns the notes that it now has, each for a fault."""
    points = {cell.name: cell for cell in given if cell.is_points_cell}
    others = {cell.name: cell for cell in given if not cell.is_points_cell}
    theirs = [cell for cell in notebook.cells if cell_name(cell) not in points]
    faults = [fault for cell in points.values() if (fault := points_fault(cell, notebook.cells))]
    cells = [*without_copies(theirs, others), *map(note_cell, faults), *map(fresh_cell, points.values())]
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        for cell in cells:
            cell.pop("id", None)
    notebook.cells = cells
    return [cell.source for cell in cells if cell.metadata.get("twitterlab") == "note"]


def cell_name(cell: NotebookNode) -> str | None:
    """What nbgrader calls a cell; None where it knows nothing of it."""
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def points_fault(given: GivenCell, cells: Sequence[NotebookNode]) -> str | None:
    """A note where a points cell is not there once, as it was given."""
    found = [cell for cell in cells if cell_name(cell) == given.name]
    what = "missing" if not found else "there more than once" if len(found) > 1 else "changed"
    same = len(found) == 1 and is_as_given(found[0], given)
    return None if same else PUT_BACK.format(name=given.name, what=what)


def is_as_given(cell: NotebookNode, given: GivenCell) -> bool:
    """Whether a points cell would give the points that it should."""
    theirs = (cell.cell_type, cell.source, cell.metadata.nbgrader.get("points"))
    return theirs == (given.cell_type, given.source, given.points)


def without_copies(cells: Sequence[NotebookNode], given: dict[str, GivenCell]) -> Iterator[NotebookNode]:
    """All cells in their order; of those with one name only the last keeps it, and a note stands before the others.

    JupyterLab gives both halves of a cell that is split its name. What nbgrader does not know is a cell like any other.
    """
    last = {cell_name(cell): i for i, cell in enumerate(cells)}
    for i, cell in enumerate(cells):
        name = cell_name(cell)
        if name in given and last[name] == i:
            yield as_given(cell, given[name])
            continue
        if name in given:
            yield note_cell(COPY.format(name=name))
        cell.metadata.pop("nbgrader", None)
        yield cell


def as_given(cell: NotebookNode, given: GivenCell) -> NotebookNode:
    """A cell of the type and with the metadata that were given, and with what the learner wrote."""
    if cell.cell_type != given.cell_type:
        cell = new_cell(given.cell_type, cell.source)
    cell.metadata["nbgrader"] = nbformat.from_dict(given.metadata)  # type: ignore[no-untyped-call]
    return cell


def fresh_cell(given: GivenCell) -> NotebookNode:
    """A cell as it was given out."""
    return as_given(new_cell(given.cell_type, given.source, deletable=False, editable=False), given)


def note_cell(text: str) -> NotebookNode:
    """A cell that says what was put back; the feedback shows it."""
    return new_cell("markdown", text, twitterlab="note")


def new_cell(cell_type: str, source: str, **metadata: Any) -> NotebookNode:
    """A new cell."""
    make: Any = nbformat.v4.new_code_cell if cell_type == "code" else nbformat.v4.new_markdown_cell
    cell: NotebookNode = make(source, metadata=metadata)
    return cell
