"""nbval refuses every changed number of every committed notebook, by its own comparison with our sanitising file.

A check of outputs that passes whatever they say would be worse than none: so each number of each recorded output is
changed, one at a time, and the comparison has to say no. What the sanitising file lets through is listed here.
"""

from __future__ import annotations

import copy
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams, get_sanitize_patterns
from support import lesson_rules
from support.depth import CI
from support.nbval import ONE_PROCESS, run_nbval

from authoring.verify import ROOT, impersonal_environment
from twitterlab.classroom.course.outline import outline
from twitterlab.classroom.lesson.timing import on_this_machine

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CONFIG = ROOT / "tests" / "nbval.cfg"
LESSONS = [ROOT / lesson.lesson_file for lesson in outline().lessons]
LESSON = LESSONS[0]  # which runs soonest
PATTERNS = dict(get_sanitize_patterns(CONFIG.read_text(encoding="utf-8")))
NUMBER = re.compile(r"\d(?:[\d,.]*\d)?")
WHERE = {"text", "text/plain", "text/html", "text/markdown"}  # all of them compared by nbval
LETS_THROUGH = {
    r"data:image/png;base64,[A-Za-z0-9+/=]+": ["data:image/png;base64,iVBORw0KGgo1+/=="],
    r"\b[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)? (?:us|ms|s) on this machine": [
        "709 us on this machine",
        "3.14 ms on this machine",
        "1e+03 us on this machine",
    ],
}
COUNTERS = (
    "14 rows read",
    "1,221 rows on this machine",
    "500,000 follows took 12 messages on this machine",
    "hit ratio 0.96",
    "modelled: 11.6 k/s, 5 s, 160 GB",
    "lag: 1000 ms",
    '<img alt="rows read: 28" src="data:image/png;base64,PNG" style="max-width:100%"><figcaption>28</figcaption>',
    "data:image/svg+xml;base64,1234",
)


Collect = Callable[..., list[IPyNbCell]]


@pytest.fixture
def as_nbval(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Collect:
    """A notebook's cells as `pytest --nbval` collects them, the sanitising file loaded, and no kernel started."""

    def collect(path: Path, config: Path = CONFIG) -> list[IPyNbCell]:
        monkeypatch.setattr(request.config.option, "nbval_sanitize_with", str(config))
        notebook = IPyNbFile.from_parent(request.session, path=path)
        notebook.setup_sanitize_files()
        return list(notebook.collect())

    return collect


def accepts(cell: IPyNbCell, outputs: list[NotebookNode]) -> bool:
    """Whether nbval takes `outputs` for what the cell has recorded."""
    return bool(cell.compare_outputs(coalesce_streams(copy.deepcopy(outputs)), coalesce_streams(cell.cell.outputs)))


def said(output: NotebookNode) -> NotebookNode:
    """Where an output keeps what it says: the data by their kinds, or of a stream its text."""
    return output.data if "data" in output else output


def tampered(text: str) -> Iterator[str]:
    """The text with one number changed, for each number in it that is not one of those that are let through."""
    free = [match.span() for pattern in LETS_THROUGH for match in re.finditer(pattern, text)]
    for match in NUMBER.finditer(text):
        if not any(start <= match.start() < end for start, end in free):
            last = match.end() - 1
            yield f"{text[:last]}{(int(text[last]) + 1) % 10}{text[last + 1 :]}"


def changes(outputs: list[NotebookNode]) -> Iterator[list[NotebookNode]]:
    """Copies of a cell's outputs, each with one number changed somewhere."""
    for place, output in enumerate(outputs):
        for kind, text in said(output).items():
            for changed_text in tampered(text) if kind in WHERE else ():
                changed = copy.deepcopy(outputs)
                said(changed[place])[kind] = changed_text
                yield changed


def refusals(cells: list[IPyNbCell]) -> list[bool]:
    """Of each number of a notebook, changed by itself, whether nbval refuses it."""
    return [not accepts(cell, changed) for cell in cells for changed in changes(cell.cell.outputs)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
class TestANotebook:
    def test_is_accepted_as_it_was_recorded(self, path: Path, as_nbval: Collect) -> None:
        assert [cell.name for cell in as_nbval(path) if not accepts(cell, cell.cell.outputs)] == []

    def test_is_refused_with_any_number_changed(self, path: Path, as_nbval: Collect) -> None:
        told = refusals(as_nbval(path))
        assert len(told) >= 10
        assert all(told)

    def test_keeps_no_number_where_nbval_does_not_look(self, path: Path, as_nbval: Collect) -> None:
        outputs = [output for cell in as_nbval(path) for output in cell.cell.outputs]
        assert {kind for output in outputs for kind in output.get("data", {})} <= WHERE

    def test_keeps_no_cell_from_the_comparison(self, path: Path, as_nbval: Collect) -> None:
        assert [cell.name for cell in as_nbval(path) if not cell.options["check"] or cell.options["skip"]] == []

    def test_is_refused_with_an_output_lost(self, path: Path, as_nbval: Collect) -> None:
        told = [cell for cell in as_nbval(path) if cell.cell.outputs]
        assert told
        assert not any(accepts(cell, cell.cell.outputs[1:]) for cell in told)
        for cell in told:
            computed = cell.cell.outputs
            cell.cell.outputs = computed[1:]
            assert not accepts(cell, computed)


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.name)
def test_the_html_that_a_widget_keeps_is_compared(path: Path, as_nbval: Collect) -> None:
    cells, notebook = as_nbval(path), nbformat.read(path, as_version=4)
    widgets = {call.cell for call in lesson_rules.calls_of(notebook, "predict", "reveal", "quiz", *lesson_rules.PANELS)}
    assert len(widgets) >= 5
    for place in widgets:
        changed = copy.deepcopy(cells[place].cell.outputs)
        widget = [output.data for output in changed if "text/html" in output.get("data", {})][-1]
        widget["text/html"] = widget["text/html"].replace("</p>", ".</p>", 1)
        assert not accepts(cells[place], changed)


def test_a_sanitising_file_that_swallows_numbers_would_be_seen(tmp_path: Path, as_nbval: Collect) -> None:
    greedy = tmp_path / "greedy.cfg"
    greedy.write_text("regex: [0-9]+\nreplace: N\n")
    assert not any(refusals(as_nbval(NOTEBOOKS[-1], greedy)))


def test_the_sanitising_file_lets_through_what_is_listed_here_and_nothing_else() -> None:
    assert set(PATTERNS) == set(LETS_THROUGH)
    for pattern, samples in LETS_THROUGH.items():
        assert all(re.fullmatch(pattern, sample) for sample in samples)


@pytest.mark.parametrize("text", COUNTERS)
def test_the_sanitising_file_swallows_no_counter(text: str) -> None:
    for pattern, words in PATTERNS.items():
        assert re.sub(pattern, words, text) == text


def test_wall_times_are_said_in_the_words_that_are_let_through() -> None:
    said = [on_this_machine(duration) for duration in (0.0, 3.3e-7, 9.996e-4, 0.001, 0.02, 1.0, 2500.0)]
    assert [words for words in said if not re.fullmatch(list(LETS_THROUGH)[1], words)] == []


@pytest.mark.timeout(300)
def test_a_lesson_with_one_number_changed_fails_at_that_cell_alone(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "datasets", tmp_path / "datasets", ignore=shutil.ignore_patterns("*.py"))
    (tmp_path / "notebooks").mkdir()
    lesson = nbformat.read(LESSON, as_version=4)
    if CI:  # else the other cells of the changed one stand for it
        nbformat.write(lesson, tmp_path / "notebooks" / "same.ipynb")
    cells = [cell for cell in lesson.cells if cell.cell_type == "code"]
    place = next(place for place in reversed(range(len(cells))) if any(changes(cells[place].outputs)))
    cells[place].outputs = next(changes(cells[place].outputs))
    nbformat.write(lesson, tmp_path / "notebooks" / "changed.ipynb")

    report = run_nbval(
        tmp_path, impersonal_environment(os.environ, tmp_path), *(() if CI else ONE_PROCESS), "notebooks"
    )
    assert report.code == 1
    assert report.failed == [f"notebooks/changed.ipynb::Cell {place}"]
    assert sorted(report.passed) == sorted(
        f"notebooks/{path.name}::Cell {number}"
        for path in (tmp_path / "notebooks").glob("*.ipynb")
        for number in range(len(cells))
        if (path.name, number) != ("changed.ipynb", place)
    )
