"""nbgrader grades the exercises as they are: full marks for what is right, half over budget, none for wrong or nothing.

The commands are those of an instructor. Nothing of the user's own Jupyter, history or course is read or written.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from support.answering import known_answer
from support.depth import CI

from authoring import starters
from authoring.verify import ROOT, impersonal_environment

NAME = "04_user_shards"
GRADED = "merge_newest"
SOURCE = ROOT / "solutions" / f"{NAME}.ipynb"
STARTER = ROOT / "exercises" / f"{NAME}.ipynb"
CONFIG = f"""c = get_config()
c.ClearSolutions.code_stub = {{"python": {starters.STUB!r}}}
c.Execute.timeout = 300
"""
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


def handed_in_by_students() -> dict[str, NotebookNode]:
    """A notebook a student; who is wrong gave themselves the points. Without CI, one student is all but right."""
    ours = starters.answer_cells(read(SOURCE))
    right = handed_in(**ours)
    if not CI:
        wrong = known_answer("shard_of/modulo").source
        return {"right": right, "over": handed_in(**{GRADED: OVER, "shard_of": wrong, "shard_of-points": "4"})}
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
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])  # it calls alembic
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of students who handed in, graded."""
    folder = tmp_path_factory.mktemp("grading") / "class"
    (folder / "source" / "week1").mkdir(parents=True)
    shutil.copy(SOURCE, folder / "source" / "week1")
    (folder / "nbgrader_config.py").write_text(CONFIG)
    for student, notebook in handed_in_by_students().items():
        place = folder / "submitted" / student / "week1"
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{NAME}.ipynb")
    nbgrader(folder, "generate_assignment", "week1")
    nbgrader(folder, "autograde", "week1")
    nbgrader(folder, "export")
    return folder


@pytest.mark.timeout(600)
class TestAClass:
    def test_full_marks_for_right_half_over_budget_and_none_for_wrong_or_nothing(self, course: Path) -> None:
        with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
            scores = {one.student.id: one.score for one in book.assignment_submissions("week1")}
            points = {cell.name: cell.max_score for cell in book.find_notebook(NAME, "week1").grade_cells}
        most, part = sum(points.values()), points[f"{GRADED}-points"]
        assert most >= part > 0
        assert scores == {**dict.fromkeys(handed_in_by_students(), 0), "right": most, "over": part / 2}

    def test_grades_are_exported_as_they_are_in_the_gradebook(self, course: Path) -> None:
        with (course / "grades.csv").open(encoding="utf-8") as file:
            rows = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
        with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
            graded = book.assignment_submissions("week1")
            assert rows == {one.student.id: (one.score, one.max_score) for one in graded}

    def test_what_nbgrader_would_release_is_our_starter(self, course: Path) -> None:
        released = read(course / "release" / "week1" / f"{NAME}.ipynb")
        assert [(one.source, one.metadata) for one in released.cells] == [
            (one.source, one.metadata) for one in read(STARTER).cells
        ]

    def test_a_student_who_is_graded_saves_nothing(self, course: Path) -> None:
        assert [*course.parent.rglob("my_parts"), *course.parent.rglob("progress.json")] == []
