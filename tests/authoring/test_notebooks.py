"""What a committed notebook must be, beside what a fresh run compares: executed in order, whole, of no one machine.

A lesson moreover has the shape that `lesson_rules` asks for; `test_lesson_rules.py` shows that each rule can refuse.
"""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from nbformat import v4
from support import lesson_rules

from authoring import verify
from authoring.notebooks import normalised_notebook
from authoring.verify import ROOT
from twitterlab.classroom.course.outline import outline
from twitterlab.figures.figure import show
from twitterlab.instructor.front_page import lesson_header


def named(path):
    return path.relative_to(ROOT).as_posix()


NOTEBOOKS = [path for folder in verify.NOTEBOOKS for path in sorted((ROOT / folder).glob("*.ipynb"))]
LESSONS = outline().lessons


def cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code" and c.source.strip()]


def outputs(path):
    return [output for cell in cells(path) for output in cell.outputs]


def test_there_are_notebooks_in_each_folder():
    assert {path.parent.name for path in NOTEBOOKS} == set(verify.NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
class TestANotebook:
    def test_was_run_from_top_to_bottom(self, path):
        assert [cell.execution_count for cell in cells(path)] == list(range(1, len(cells(path)) + 1))

    def test_shows_what_it_computes_and_no_error(self, path):
        assert len(outputs(path)) >= len(cells(path)) / 2
        assert [output for output in outputs(path) if output.output_type == "error"] == []

    def test_shows_the_value_that_a_cell_ends_in(self, path):
        assert lesson_rules.shows_what_its_cells_end_in(nbformat.read(path, as_version=4), 0) == []

    def test_names_no_machine(self, path):
        text = re.sub(r"base64,[\w+/=]+", "", json.dumps(outputs(path)))
        assert re.findall(r"/(?:root|home|tmp|Users|work)/[\w./-]+| at 0x[0-9a-f]{6,}", text) == []

    def test_shows_figures_with_words_for_who_cannot_see_them(self, path):
        for output in outputs(path):
            data = output.get("data", {})
            assert "image/png" not in data
            for tag in re.findall(r"<img[^>]*>", data.get("text/html", "")):
                (alt,) = re.findall(r'alt="([^"]+)"', tag)
                assert len(alt) > 20

    def test_is_normalised(self, path):
        notebook = nbformat.read(path, as_version=4)
        assert normalised_notebook(nbformat.from_dict(notebook)) == nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_a_notebook_that_lost_an_output_is_refused(path):
    notebook = nbformat.read(path, as_version=4)
    refused = 0
    for cell in lesson_rules.code_cells(notebook):
        kept, cell.outputs = cell.outputs, []
        refused += bool(lesson_rules.shows_what_its_cells_end_in(notebook, 0))
        cell.outputs = kept
    assert refused >= len(cells(path)) / 2


def test_the_lessons_and_the_tour_are_those_of_the_course():
    expected = {f"{outline().tour}.ipynb", *(f"{lesson.notebook}.ipynb" for lesson in LESSONS)}
    assert {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} == expected


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook)
@pytest.mark.parametrize("rule", lesson_rules.RULES, ids=lambda rule: rule.__name__)
def test_a_lesson_has_the_shape_of_lessons(lesson, rule):
    assert rule(nbformat.read(ROOT / lesson.lesson_file, as_version=4), lesson.number) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.notebook)
def test_a_lesson_has_the_title_that_the_course_gives_it(lesson):
    assert lesson_header(ROOT / lesson.lesson_file).title == lesson.title


def test_a_normalised_cell_keeps_its_tags_and_what_a_grader_needs():
    graded = {"grade_id": "merge_newest", "solution": True}
    metadata = {"tags": ["slow"], "nbgrader": graded, "scrolled": True, "execution": {"iopub": "now"}}
    notebook = v4.new_notebook(cells=[v4.new_code_cell("1", metadata=metadata)])
    assert normalised_notebook(notebook).cells[0].metadata == {"tags": ["slow"], "nbgrader": graded}


def test_a_figure_carries_its_words_in_both_forms():
    from matplotlib.figure import Figure

    bundle = show(Figure(), 'two bars, one of 1 < 2 "rows"', "the finding")._repr_mimebundle_()
    assert "two bars, one of 1 &lt; 2 &quot;rows&quot;" in bundle["text/html"]
    assert "data:image/png;base64,iVBOR" in bundle["text/html"]
    assert bundle["text/plain"] == 'the finding\ntwo bars, one of 1 < 2 "rows"'
