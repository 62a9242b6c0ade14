"""Exercises are made from solutions/ and nothing else, by nbgrader, the same each time, and they tell no answer."""

from __future__ import annotations

import copy
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from support import exercise_rules as rules
from support.cells import run_cells
from support.depth import CI
from support.made_up_solutions import FUNCTION, TWO_METHODS, VALUE, solution_notebook

from authoring import starters
from authoring.verify import ROOT, impersonal_environment
from twitterlab.classroom.course.outline import outline

CAPSTONE = f"{outline().capstone.notebook}.ipynb"
WITH_EXERCISES = [ROOT / lesson.solution_file for lesson in outline().with_exercises]
named = pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.name)


@pytest.fixture
def whole() -> NotebookNode:
    return solution_notebook(merge_newest=FUNCTION, rows_read=VALUE, LRU=TWO_METHODS)


@pytest.fixture
def clone(tmp_path: Path, whole: NotebookNode) -> Path:
    (tmp_path / "solutions").mkdir()
    nbformat.write(whole, tmp_path / "solutions" / "04_user_shards.ipynb")
    return tmp_path


# What is committed


def test_the_solutions_are_those_of_the_course_and_have_its_exercises_in_order() -> None:
    assert {path.name for path in (ROOT / "solutions").glob("*.ipynb")} == {
        CAPSTONE,
        *(path.name for path in WITH_EXERCISES),
    }
    for lesson in outline().with_exercises:
        notebook = nbformat.read(ROOT / lesson.solution_file, as_version=4)
        assert rules.answer_names(notebook) == [*lesson.exercises.values()]


def test_a_fresh_making_is_what_is_committed() -> None:
    fresh = starters.made_files(ROOT)
    assert starters.files_there(ROOT) == fresh.keys()
    assert [name for name, text in fresh.items() if (ROOT / name).read_text(encoding="utf-8") != text] == []


@named
@pytest.mark.parametrize("rule", rules.SOLUTION_RULES, ids=lambda rule: rule.__name__)
def test_a_notebook_of_solutions_has_its_shape(path: Path, rule: Callable[..., object]) -> None:
    assert [*rule(nbformat.read(path, as_version=4))] == []


@named
@pytest.mark.parametrize("rule", rules.STARTER_RULES, ids=lambda rule: rule.__name__)
def test_a_starter_tells_nothing_and_lacks_nothing(path: Path, rule: Callable[..., object]) -> None:
    solved = nbformat.read(path, as_version=4)
    starter = nbformat.read(ROOT / "exercises" / path.name, as_version=4)
    nbformat.validate(starter)
    assert rules.secret_lines(solved)
    assert [*rule(starter, solved)] == []


@named
def test_running_all_of_a_starter_ends_without_an_error_and_without_points(path: Path, tmp_path: Path) -> None:
    starter = nbformat.read(ROOT / "exercises" / path.name, as_version=4)
    code = [cell for cell in starter.cells if cell.cell_type == "code"]
    given = run_cells(tmp_path, (cell.source for cell in code))
    points = [value for cell, value in zip(code, given, strict=True) if cell in rules.graded_cells(starter, "grade")]
    assert points == [0.0] * len(rules.answer_names(starter))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", WITH_EXERCISES if CI else WITH_EXERCISES[:1], ids=lambda path: path.name)
def test_so_it_does_in_a_kernel_of_its_own(path: Path, tmp_path: Path) -> None:
    starter = nbformat.read(ROOT / "exercises" / path.name, as_version=4)
    execute(starter, tmp_path)
    for cell in rules.graded_cells(starter, "grade"):
        assert [output.data["text/plain"] for output in cell.outputs] == ["0.0"]


def test_the_capstone_asks_for_nothing() -> None:
    solved = nbformat.read(ROOT / "solutions" / CAPSTONE, as_version=4)
    starter = nbformat.read(ROOT / "exercises" / CAPSTONE, as_version=4)
    assert rules.graded_cells(solved, "solution") == []
    assert [*rules.has_no_outputs(starter, solved), *rules.is_the_solution_otherwise(starter, solved)] == []
    assert [cell.source for cell in starter.cells] == [cell.source for cell in solved.cells]  # so nbval runs it, too


@pytest.mark.skipif(not CI, reason="nbval runs the same cells in solutions/: set CI=true")
@pytest.mark.timeout(300)
def test_the_capstone_runs_without_an_answer(tmp_path: Path) -> None:
    execute(nbformat.read(ROOT / "exercises" / CAPSTONE, as_version=4), tmp_path)


def execute(starter: NotebookNode, folder: Path) -> None:
    """Run a notebook in a kernel that works in `folder`; nothing may go wrong there or be written to stderr."""
    client = NotebookClient(starter, timeout=240, resources={"metadata": {"path": str(folder)}})
    client.execute(env=impersonal_environment(os.environ, folder))
    assert [o for cell in starter.cells for o in cell.get("outputs", []) if rules.is_complaint(o)] == []


@named
def test_ours_is_the_answers_cell_without_marks(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert rules.answer_names(notebook)
    for cell in rules.graded_cells(notebook, "solution"):
        name = cell.metadata.nbgrader.grade_id
        head, _, source = (ROOT / starters.OURS / f"{name}.py").read_text(encoding="utf-8").partition("\n")
        assert head == f"# Made by `make exercises` from solutions/{path.name}: change it there."
        assert source == re.sub(r"(?m)^ *### (?:BEGIN|END) SOLUTION(?:\n|\Z)", "", cell.source + "\n")
        assert name in run(source)


def run(source: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(source, namespace)
    return namespace


# How a starter is made


def test_a_functions_body_becomes_a_stub_and_a_value_stays_open(whole: NotebookNode) -> None:
    function, value, methods = (cell.source for cell in rules.graded_cells(starters.starter_of(whole), "solution"))
    assert function == FUNCTION[: FUNCTION.index("    ### BEGIN")] + "    pass  # your code here"
    assert value == "rows_read = ...  # three whole numbers\n# your answer in place of the dots"
    assert methods.count("        pass  # your code here") == 2
    assert methods.endswith("    def __len__(self):\n        return len(self.kept)")
    assert run(value)["rows_read"] is ...


def test_what_is_graded_cannot_be_deleted_and_points_cannot_be_changed(whole: NotebookNode) -> None:
    starter = starters.starter_of(whole)
    for cell in rules.graded_cells(starter, "solution"):
        assert (cell.metadata.deletable, cell.metadata.get("editable", True)) == (False, True)
        assert cell.metadata.tags == ["answer"]
    for cell in rules.graded_cells(starter, "grade"):
        assert (cell.metadata.deletable, cell.metadata.editable) == (False, False)


def test_a_solution_is_left_as_it_is(whole: NotebookNode) -> None:
    before = copy.deepcopy(whole)
    starters.starter_of(whole)
    assert whole == before


NAMES = ("merge_newest", "rows_read", "LRU")


def test_making_twice_gives_the_same_bytes(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def there() -> dict[str, bytes]:
        return {str(path.relative_to(clone)): path.read_bytes() for path in clone.rglob("*") if path.is_file()}

    assert starters.main(clone) == 0
    once, said = there(), capsys.readouterr().out
    assert {name for name in once if name in said} == {
        "exercises/04_user_shards.ipynb",
        *(f"twitterlab/classroom/check/{whose}/{name}.py" for whose in ("ours", "starters") for name in NAMES),
    }
    assert starters.main(clone) == 0
    assert there() == once
    assert "as solutions/ makes them" in capsys.readouterr().out


def test_what_is_no_longer_made_goes_and_nothing_else_is_touched(clone: Path) -> None:
    stale = ("exercises/09_gone.ipynb", "twitterlab/classroom/check/ours/gone.py")
    others = (
        "exercises/data.csv",
        "exercises/deep/mine.ipynb",
        "twitterlab/classroom/check/ours/__init__.py",
        "gone.py",
    )
    for name in (*stale, *others):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text(name)
    starters.main(clone)
    assert [name for name in stale if (clone / name).exists()] == []
    assert [(clone / name).read_text() for name in others] == [*others]


# What is refused


def test_two_answers_of_one_name_are_refused_within_a_notebook_and_between_two(
    clone: Path, whole: NotebookNode, capsys: pytest.CaptureFixture[str]
) -> None:
    nbformat.write(whole, clone / "solutions" / "05_tweet_cache.ipynb")
    assert starters.main(clone) == 2
    assert "05_tweet_cache.ipynb: 'merge_newest' must be a name" in capsys.readouterr().err
    assert not (clone / "exercises").exists()
    (twice,) = (cell for cell in whole.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "rows_read")
    twice.metadata.nbgrader.grade_id = "merge_newest"
    with pytest.raises(starters.StarterError, match="Duplicate grade id: merge_newest"):
        starters.starter_of(whole)


def test_a_region_without_an_end_is_refused_with_its_notebook(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = solution_notebook(merge_newest=FUNCTION.replace("    ### END SOLUTION", ""))
    nbformat.write(broken, clone / "solutions" / "04_user_shards.ipynb")
    assert starters.main(clone) == 2
    assert "04_user_shards.ipynb: no end solution statement found" in capsys.readouterr().err


def test_where_there_are_no_solutions_nothing_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "04_user_shards.ipynb").touch()
    assert starters.main(tmp_path) == 2
    assert "run it in a clone" in capsys.readouterr().err
    assert (tmp_path / "exercises" / "04_user_shards.ipynb").exists()


def test_without_nbgrader_it_says_what_to_install(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    assert starters.main(clone) == 2
    assert "pip install -e '.[workshop]'" in capsys.readouterr().err
