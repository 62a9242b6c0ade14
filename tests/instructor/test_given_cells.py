"""Whatever became of nbgrader's cells, they are graded as they were given out, and what the learner wrote stays."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum
from support.depth import CI

from authoring.verify import ROOT
from twitterlab.instructor.given_cells import GivenCell, cell_name, put_back

STARTER = nbformat.read(ROOT / "exercises" / "04_user_shards.ipynb", as_version=4)
POINTS = ["shard_of-points", "merge_newest-points", "feed_page-points"]


def given_of(notebook: NotebookNode) -> list[GivenCell]:
    """The cells that nbgrader's database would have of a notebook that was given out."""
    known = [cell for cell in notebook.cells if cell_name(cell)]
    return [
        GivenCell(one.grade_id, cell.source, cell.cell_type, one.checksum, one.locked, one.solution, one.task, points)
        for cell in known
        for one in [cell.metadata.nbgrader]
        for points in [one.get("points")]
    ]


GIVEN = given_of(STARTER)


def starter() -> NotebookNode:
    return copy.deepcopy(STARTER)


def named(notebook: NotebookNode, name: str) -> NotebookNode:
    """The only cell that nbgrader calls so."""
    (found,) = (cell for cell in notebook.cells if cell_name(cell) == name)
    return found


def assert_as_given(notebook: NotebookNode) -> None:
    """The points stand at the end, whole and once; nbgrader takes the notebook, and finds in it what it gave out."""
    MetadataValidator().validate_nb(notebook)
    nbformat.validate(notebook)
    assert [cell_name(cell) for cell in notebook.cells[-3:]] == POINTS
    for cell in notebook.cells[-3:]:
        one = next(one for one in GIVEN if one.name == cell_name(cell))
        assert (cell.source, cell.cell_type, cell.metadata.nbgrader.points) == (one.source, "code", one.points)
        assert compute_checksum(cell) == one.checksum
    metadata = {name: cell.metadata.nbgrader for cell in notebook.cells if (name := cell_name(cell))}
    assert len(metadata) == sum("nbgrader" in cell.metadata for cell in notebook.cells)
    assert metadata == {one.name: one.metadata for one in GIVEN if one.name in metadata}


def test_a_notebook_with_its_cells_as_given_stays_as_it_is() -> None:
    notebook = starter()
    assert put_back(notebook, GIVEN) == []
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        (cell.cell_type, cell.source) for cell in STARTER.cells
    ]
    assert_as_given(notebook)


@pytest.mark.parametrize("name", POINTS)
def test_a_points_cell_that_was_deleted_changed_or_copied_is_put_back_with_a_note(name: str) -> None:
    deleted, changed, turned, richer, copied = (starter() for _ in range(5))
    deleted.cells.remove(named(deleted, name))
    named(changed, name).source += "  # 10"
    named(turned, name).cell_type = "raw"
    named(richer, name).metadata.nbgrader.points = 1_000
    copied.cells.insert(0, copy.deepcopy(named(copied, name)))
    faults = {"missing": [deleted], "changed": [changed, turned, richer], "there more than once": [copied]}
    for what, notebooks in faults.items():
        for notebook in notebooks:
            notes = [f"*The cell `{name}` was {what} when this was handed in. It stands below as it was given out.*"]
            assert put_back(notebook, GIVEN) == notes
            assert notebook.cells[-4].source == notes[0]
            assert_as_given(notebook)


def test_points_that_were_moved_above_the_answers_come_after_them() -> None:
    notebook = starter()
    notebook.cells = [*notebook.cells[-3:], *notebook.cells[:-3]]
    assert put_back(notebook, GIVEN) == []
    assert_as_given(notebook)


def test_both_halves_of_an_answer_that_was_split_run_in_their_order_and_a_note_says_so() -> None:
    notebook = starter()
    answer = named(notebook, "merge_newest")
    at, half = notebook.cells.index(answer), copy.deepcopy(answer)
    half.source, half["id"], answer.source = "import heapq", "half", "def merge_newest(sources): ..."
    notebook.cells.insert(at, half)
    (note,) = put_back(notebook, GIVEN)
    assert "more than one cell `merge_newest`" in note
    assert [cell.source for cell in notebook.cells[at : at + 3]] == [note, "import heapq", answer.source]
    assert "nbgrader" not in notebook.cells[at + 1].metadata
    assert_as_given(notebook)


def test_a_cell_that_was_never_given_out_is_not_graded() -> None:
    notebook = starter()
    own = copy.deepcopy(named(notebook, POINTS[0]))
    own.metadata.nbgrader.grade_id, own["id"] = "bonus", "own"
    notebook.cells.append(own)
    assert put_back(notebook, GIVEN) == []
    assert "nbgrader" not in notebook.cells[-4].metadata
    assert_as_given(notebook)


def test_an_answer_that_became_text_is_code_again() -> None:
    notebook = starter()
    answer = named(notebook, "shard_of")
    at = notebook.cells.index(answer)
    notebook.cells[at] = nbformat.v4.new_markdown_cell("def shard_of(user, shards): ...", metadata=answer.metadata)
    put_back(notebook, GIVEN)
    assert (notebook.cells[at].cell_type, notebook.cells[at].source) == ("code", "def shard_of(user, shards): ...")
    assert_as_given(notebook)


def test_notebooks_of_before_cells_had_ids_stay_valid() -> None:
    notebook = starter()
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]
    notebook.cells.pop()
    assert len(put_back(notebook, GIVEN)) == 1
    assert_as_given(notebook)


NAMES = st.sampled_from(["shard_of", "shard_of-points", "feed_page-points", "bonus", "", 5, None])
VALUES = {"grade": st.booleans(), "solution": st.booleans(), "locked": st.booleans(), "grade_id": NAMES}
VALUES |= {"points": st.sampled_from([0, 99, "many", None]), "schema_version": st.sampled_from([0, 2, 3, 4, "x"])}


@st.composite
def mishaps(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """What may happen to a notebook's cells between giving it out and handing it in, by their places."""
    places = st.integers(0, len(STARTER.cells) - 1)
    key = st.sampled_from(sorted(VALUES))
    kinds = {
        "delete": st.tuples(st.just("delete"), places),
        "copy": st.tuples(st.just("copy"), places, places),
        "write": st.tuples(st.just("write"), places),
        "mark": key.flatmap(lambda key: st.tuples(st.just("mark"), places, st.just(key), VALUES[key])),
        "unmark": st.tuples(st.just("unmark"), places, key),
        "spoil": st.tuples(st.just("spoil"), places, st.sampled_from([None, [], "x", {}])),
    }
    return draw(st.lists(st.one_of(*kinds.values()), max_size=8))


def let_happen(notebook: NotebookNode, kind: str, place: int, *rest: Any) -> None:
    cells = notebook.cells
    cell = cells[place % len(cells)]
    about = cell.metadata.get("nbgrader")
    if kind == "delete" and len(cells) > 1:
        cells.remove(cell)
    elif kind == "copy":
        copied = copy.deepcopy(cell)
        copied["id"] = uuid4().hex
        cells.insert(rest[0], copied)
    elif kind == "write":
        cell.source += "\n# more"
    elif kind == "spoil" and about is not None:
        cell.metadata["nbgrader"] = rest[0]
    elif kind == "mark" and isinstance(about, dict):
        about[rest[0]] = rest[1]
    elif kind == "unmark" and isinstance(about, dict):
        about.pop(rest[0], None)


@settings(max_examples=1_000 if CI else 60, deadline=None)
@given(mishaps())
def test_whatever_happens_to_the_cells_they_are_graded_as_given_and_all_that_was_written_stays(happened) -> None:  # type: ignore[no-untyped-def]
    notebook = starter()
    for one in happened:
        let_happen(notebook, *one)
    written = [cell.source for cell in notebook.cells if cell_name(cell) not in POINTS]
    notes = put_back(notebook, GIVEN)
    assert_as_given(notebook)
    assert [cell.source for cell in notebook.cells[:-3] if cell.source not in notes] == written
