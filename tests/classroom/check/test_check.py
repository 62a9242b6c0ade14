"""The verb `check` in a notebook: it finds the answer's cell, proves it afresh, and keeps what is right."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from support.answering import known_answer
from support.cells import run_cells

from twitterlab.classroom.check.check import check
from twitterlab.classroom.check.exercise import exercise_names
from twitterlab.classroom.course import copy as course

RIGHT = known_answer("merge_newest/heapq_merge").source.rstrip()
WRONG = known_answer("merge_newest/chained").source.rstrip()
STARTER = "def merge_newest(sources):\n    pass  # your code here"
ASK = "check.merge_newest(merge_newest)"
FIRST = "from twitterlab.classroom import check, hint, my_progress, solution"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's course with nothing in it."""
    monkeypatch.delenv(course.VARIABLE, raising=False)
    monkeypatch.setattr(sys.modules["twitterlab.classroom.check.check"], "_judged", {})
    (tmp_path / "exercises").mkdir()
    (tmp_path / course.MANIFEST).write_text("{}")
    return tmp_path


def run_in_a_kernel(folder: Path, *cells: str) -> list[str]:
    """What each cell shows or says, as text, in a kernel that works in `folder`."""
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, [FIRST, *cells])))
    NotebookClient(notebook, kernel_name="python3", timeout=120, resources={"metadata": {"path": folder}}).execute()
    return ["".join(o.get("text") or o["data"]["text/plain"] for o in cell.outputs) for cell in notebook.cells[1:]]


def run(folder: Path, *cells: str) -> list[str]:
    """The same in an IPython of this process, which is there at once."""
    return list(map(str, run_cells(folder, [FIRST, *cells])[1:]))


def test_a_check_is_there_for_each_exercise_and_for_nothing_else():
    assert sorted(dir(check)) == sorted(exercise_names())
    with pytest.raises(AttributeError, match="merge_newest"):
        check.merge_oldest(print)


def test_an_exercise_from_the_starter_to_right(home: Path):
    told = run_in_a_kernel(home / "exercises", STARTER, ASK, WRONG, ASK, RIGHT, ASK, f"{ASK}.points(4)")
    assert told[1].startswith("Not attempted yet.")
    assert "One source after the other? " in told[3]
    assert told[5].startswith("Right.")
    assert float(told[6]) == 4
    kept = (home / "my_parts" / "merge_newest.py").read_text()
    assert kept.endswith(RIGHT + "\n")
    assert "4.2" in kept.splitlines()[0]
    noted = json.loads((home / "progress.json").read_text())["exercises"]["4.2"]
    assert noted["answers"] == {"wrong": 1, "right": 1}
    assert noted["misconceptions"] == {"chained": 1}


def test_what_only_works_beside_another_cell_is_refused(home: Path):
    needs = "def merge_newest(sources):\n    return heapq.merge(*sources, key=lambda row: row[0], reverse=True)"
    told = run(home / "exercises", "import heapq", needs, ASK)
    assert told[2].startswith("Your code stopped with an error.")
    assert "line 2: return heapq.merge(" in told[2]
    assert "one cell that needs no other" in told[2]
    assert not (home / "my_parts").exists()


def test_a_check_in_the_answers_own_cell_judges_that_cell_and_keeps_it_without_the_check(home: Path):
    told = run(home / "exercises", f"{RIGHT}\n\nprint('trying')\n{ASK}")
    assert "Right." in told[0]
    kept = (home / "my_parts" / "merge_newest.py").read_text()
    assert "check." not in kept
    assert kept.endswith("print('trying')\n")  # the cell is run as it stands, and this is of it


def test_an_answer_of_another_name_is_kept_under_the_exercises(home: Path):
    mine = RIGHT.replace("merge_newest", "my_merge")
    assert run(home / "exercises", mine, "check.merge_newest(my_merge)")[1].startswith("Right.")
    namespace: dict = {}
    exec((home / "my_parts" / "merge_newest.py").read_text(), namespace)
    assert list(namespace["merge_newest"]([iter([(1,)]), iter([(2,)])])) == [(2,), (1,)]


def test_the_last_cell_that_defines_an_answer_is_the_one_that_is_judged(home: Path):
    assert run(home / "exercises", RIGHT, WRONG, ASK)[2].startswith("Not yet.")


def test_outside_of_a_course_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(course.VARIABLE, raising=False)
    assert run(tmp_path, RIGHT, ASK)[1].startswith("Right.")
    assert list(tmp_path.iterdir()) == []


def test_our_own_function_is_told_to_be_ours_and_is_not_kept(home: Path):
    told = run(home / "exercises", "from twitterlab.parts.store.sharding import merge_newest", ASK)
    assert told[1].startswith("Not yet.")
    assert "twitterlab's own merge_newest" in told[1]
    assert not (home / "my_parts").exists()


def test_an_answer_that_was_right_stays_kept_when_a_later_one_is_wrong(home: Path):
    run(home / "exercises", RIGHT, ASK, WRONG, ASK)
    assert "heapq.merge" in (home / "my_parts" / "merge_newest.py").read_text()


def test_a_course_that_cannot_be_written_gets_an_answer_all_the_same(home: Path):
    (home / "my_parts").write_text("a file where the folder should be")
    told = run(home / "exercises", RIGHT, ASK)
    assert told[1].startswith("Right.")
    assert "It could not be kept in your course" in told[1]


LOOPED = """
rows_read = []
for tweets in (1_000, 4_000, 16_000):
    rows_read.append(200 * 10 + tweets)
"""


@pytest.mark.parametrize(
    "cell",
    [
        LOOPED,
        "%%time" + LOOPED,
        "rows_read = [3000, 6000]; rows_read += [18000]; print(rows_read)",
        "# worked out\n\nrows_read = [3000, 6000, 18000]\ncheck.rows_read(rows_read)",
    ],
)
def test_an_answer_may_be_made_by_any_statements(home: Path, cell: str):
    assert run(home / "exercises", cell, "check.rows_read(rows_read)")[1].startswith("Right.")
    assert (home / "my_parts" / "rows_read.py").exists()


def test_an_answer_that_is_imported_is_judged_told_so_and_not_kept(home: Path, monkeypatch: pytest.MonkeyPatch):
    (home / "helpers.py").write_text(RIGHT)
    monkeypatch.syspath_prepend(home)
    monkeypatch.setenv("PYTHONPATH", str(home))
    told = run(home / "exercises", "from helpers import merge_newest", ASK)[1]
    assert told.startswith("Right.")
    assert "imported from the module helpers" in told
    assert not (home / "my_parts").exists()


def test_an_answer_whose_cell_is_not_known_is_judged_told_so_and_not_kept(home: Path):
    told = run(home / "exercises", f"exec({RIGHT!r})", ASK)[1]
    assert told.startswith("Right.")
    assert "cell that your answer stands in is not known" in told
    assert not (home / "my_parts").exists()


def test_a_name_that_means_something_else_by_now_is_not_judged_by_its_old_cell(home: Path):
    told = run(home / "exercises", RIGHT, "check.merge_newest(lambda sources: iter([]))")[1]
    assert told.startswith("Not yet.")
