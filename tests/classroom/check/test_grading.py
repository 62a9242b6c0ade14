"""nbgrader grades the exercises as they are: full marks for what is right, half over budget, none for wrong or nothing.

What a student did to nbgrader's own cells, on purpose or by mistake, costs nothing and gains nothing.
The commands are those of an instructor. Nothing of the user's own Jupyter, history or course is read or written.
"""

from __future__ import annotations

import copy
import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from support.answering import known_answer
from support.depth import CI

from authoring import starters
from authoring.verify import ROOT, impersonal_environment
from twitterlab.commands.cli import main

NAME = "04_user_shards"
GRADED = "merge_newest"
SOURCE = ROOT / "solutions" / f"{NAME}.ipynb"
STARTER = ROOT / "exercises" / f"{NAME}.ipynb"
PUT_BACK = {
    "shard_of-points": "missing",
    "merge_newest-points": "changed",
    "feed_page-points": "there more than once",
}
OVER, WRONG = known_answer("merge_newest/reads_ahead").source, known_answer("merge_newest/chained").source


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def handed_in(**sources: str) -> NotebookNode:
    """The starter with these cells, by what nbgrader calls them."""
    notebook = read(STARTER)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
    for name, source in sources.items():
        cells[name].source = source
    return notebook


def copied(cell: NotebookNode, cell_id: str, source: str) -> NotebookNode:
    """A copy of a cell, with all that nbgrader keeps in it."""
    made = copy.deepcopy(cell)
    made["id"], made["source"] = cell_id, source
    return made


def careless(notebook: NotebookNode) -> NotebookNode:
    """The same with a cell split as JupyterLab does it, and points cells that are missing, changed and copied."""
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
    at = notebook.cells.index(cells["shard_of"])
    notebook.cells.insert(at, copied(cells["shard_of"], "half", "# my answer"))
    notebook.cells.insert(0, copied(cells["feed_page-points"], "copy", "4"))
    notebook.cells.remove(cells["shard_of-points"])
    cells["merge_newest-points"].source = "0"
    return notebook


def greedy(notebook: NotebookNode) -> NotebookNode:
    """The same with points for nothing: from a points cell that says so, and from a cell that is theirs."""
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}
    cells["shard_of-points"].metadata.nbgrader.points = 100
    own = copied(cells["shard_of-points"], "own", "100")
    own.metadata.nbgrader.grade_id = "bonus"
    notebook.cells.append(own)
    return notebook


def handed_in_by_students() -> dict[str, NotebookNode]:
    """A notebook a student; who is wrong gave themselves the points. Without CI, one student is all but right."""
    ours = starters.answer_cells(read(SOURCE))
    right = careless(handed_in(**ours))
    if not CI:
        wrong = known_answer("shard_of/modulo").source
        over = handed_in(**{GRADED: OVER, "shard_of": wrong, "shard_of-points": "4"})
        return {"right": right, "over": greedy(over)}
    return {
        "right": right,
        "over": handed_in(**{GRADED: OVER}),
        "wrong": handed_in(**{**dict.fromkeys(ours, "1 / 0"), GRADED: WRONG, f"{GRADED}-points": "4"}),
        "untouched": read(STARTER),
    }


def nbgrader(course: Path, *arguments: str) -> str:
    """Run a command as an instructor does in the course's folder; gives what it said."""
    home = course.parent / "home"
    environment = {**impersonal_environment(os.environ, home), "HOME": str(home)}
    environment["PATH"] = os.defpath  # the environment need not be active
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def shown_feedback(course: Path, student: str) -> str:
    """What a student reads on the page of feedback."""
    page = (course / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    for unseen in soup.find_all(["script", "style"]):
        unseen.decompose()
    return " ".join(soup.get_text().split())


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of students who handed in, graded."""
    folder = tmp_path_factory.mktemp("grading") / "class"
    assert main(["grading", str(folder), "--stages", "4"]) == 0
    for student, notebook in handed_in_by_students().items():
        place = folder / "submitted" / student / NAME
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{NAME}.ipynb")
    nbgrader(folder, "generate_assignment", NAME)
    nbgrader(folder, "autograde", NAME)
    nbgrader(folder, "export")
    nbgrader(folder, "generate_feedback", NAME)
    return folder


@pytest.mark.timeout(600)
class TestAClass:
    def test_full_marks_for_right_half_over_budget_and_none_for_wrong_or_nothing(self, course: Path) -> None:
        with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
            scores = {one.student.id: one.score for one in book.assignment_submissions(NAME)}
            points = {cell.name: cell.max_score for cell in book.find_notebook(NAME, NAME).grade_cells}
        most, part = sum(points.values()), points[f"{GRADED}-points"]
        assert most >= part > 0
        assert scores == {**dict.fromkeys(handed_in_by_students(), 0), "right": most, "over": part / 2}

    def test_grades_are_exported_as_they_are_in_the_gradebook(self, course: Path) -> None:
        with (course / "grades.csv").open(encoding="utf-8") as file:
            rows = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
        with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
            graded = book.assignment_submissions(NAME)
            assert rows == {one.student.id: (one.score, one.max_score) for one in graded}

    def test_what_nbgrader_would_release_is_our_starter(self, course: Path) -> None:
        released = read(course / "release" / NAME / f"{NAME}.ipynb")
        assert [(one.source, one.metadata) for one in released.cells] == [
            (one.source, one.metadata) for one in read(STARTER).cells
        ]

    def test_feedback_tells_each_verdict_and_what_was_put_back(self, course: Path) -> None:
        right, over = (shown_feedback(course, student) for student in ("right", "over"))
        assert [f"Right. Exercise 4.{n}, " in right for n in (1, 2, 3)] == [True] * 3
        assert "Right, but over budget. Exercise 4.2, " in over
        for name, what in PUT_BACK.items():
            assert f"The cell {name} was {what} when this was handed in." in right
        assert "There was more than one cell shard_of." in right

    def test_a_student_who_is_graded_saves_nothing(self, course: Path) -> None:
        assert [*course.parent.rglob("my_parts"), *course.parent.rglob("progress.json")] == []
