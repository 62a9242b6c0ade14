"""Each rule for the notebooks of solutions/ and their starters lets a good one pass, and refuses a tampered copy."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from nbformat import NotebookNode, v4
from support import exercise_rules as rules
from support.made_up_solutions import FUNCTION, TWO_METHODS, VALUE, solution_notebook

from authoring import starters

Tampering = Callable[[NotebookNode], object]


def whole() -> NotebookNode:
    return solution_notebook(merge_newest=FUNCTION, rows_read=VALUE, LRU=TWO_METHODS)


def cell(notebook: NotebookNode, text: str) -> NotebookNode:
    """The one cell that begins so."""
    (found,) = [cell for cell in notebook.cells if cell.source.startswith(text)]
    return found


def put(text: str, old: str, new: str) -> Tampering:
    """Replaces a piece of the cell that begins with `text`."""

    def tamper(notebook: NotebookNode) -> None:
        found = cell(notebook, text)
        assert old in found.source
        found.source = found.source.replace(old, new)

    return tamper


def told(text: str, **metadata: object) -> Tampering:
    """Changes what nbgrader is told of the cell that begins with `text`."""
    return lambda notebook: cell(notebook, text).metadata.nbgrader.update(metadata)


def gone(text: str) -> Tampering:
    """Takes out the cell that begins with `text`."""
    return lambda notebook: notebook.cells.remove(cell(notebook, text))


def moved(text: str) -> Tampering:
    """Puts the cell that begins with `text` at the end."""

    def tamper(notebook: NotebookNode) -> None:
        found = cell(notebook, text)
        notebook.cells.remove(found)
        notebook.cells.append(found)

    return tamper


HEAPQ, POINTS = "import heapq", "check.merge_newest(merge_newest).points"
SHAPES: list[tuple[Callable[..., object], Tampering]] = [
    (rules.speaks_python, lambda notebook: notebook.metadata.pop("kernelspec")),
    (rules.speaks_python, lambda notebook: notebook.metadata.kernelspec.pop("language")),
    (rules.marks_what_the_learner_writes, put(HEAPQ, "    ### END SOLUTION", "")),
    (rules.marks_what_the_learner_writes, put(HEAPQ, "### END SOLUTION", "### BEGIN SOLUTION")),
    (rules.marks_what_the_learner_writes, put(HEAPQ, "    return heapq.merge(*sources, reverse=True)\n", "")),
    (rules.marks_what_the_learner_writes, lambda notebook: cell(notebook, HEAPQ).metadata.pop("nbgrader")),
    (rules.marks_what_the_learner_writes, put('hint("4.2")', "hint", f"{rules.BEGIN}\n1\n{rules.END}\nhint")),
    (rules.marks_what_the_learner_writes, put(HEAPQ, "### BEGIN SOLUTION", "# BEGIN SOLUTION")),
    (rules.leaves_a_name_in_the_starter, put(HEAPQ, "def merge_newest", "def merge")),
    (rules.leaves_a_name_in_the_starter, put("rows_read", "rows_read = ...  # three whole numbers\n", "")),
    (rules.leaves_a_name_in_the_starter, told("class LRU", grade_id="Cache")),
    (rules.ends_its_functions_in_regions, put(HEAPQ, "    ### END SOLUTION", "    ### END SOLUTION\n    return []")),
    (rules.ends_its_functions_in_regions, put("class LRU", "\n\n    def put", "\n        return 1\n\n    def put")),
    (rules.has_what_nbgrader_needs, told(HEAPQ, locked=True)),
    (rules.has_what_nbgrader_needs, told(HEAPQ, schema_version=2)),
    (rules.has_what_nbgrader_needs, told(POINTS, points=3)),
    (rules.has_what_nbgrader_needs, told(POINTS, grade_id="merge_newest_points")),
    (rules.has_what_nbgrader_needs, told(POINTS, locked=False)),
    (rules.has_what_nbgrader_needs, put(POINTS, "(merge_newest).points", "(rows_read).points")),
    (rules.asks_and_checks_in_order, gone('hint("4.1")')),
    (rules.asks_and_checks_in_order, gone("check.rows_read(rows_read).points")),
    (rules.asks_and_checks_in_order, put('hint("4.2")', "4.2", "4.3")),
    (rules.asks_and_checks_in_order, put("## 4.3", "## 4.3 ·", "### 4.3 ·")),
    (rules.asks_and_checks_in_order, moved("check.rows_read(rows_read).points")),
    (rules.asks_and_checks_in_order, moved(POINTS)),
    (rules.has_a_section_for_points, gone("## Points")),
    (rules.has_a_section_for_points, moved("## Points")),
]
STARTERS: list[tuple[Callable[..., object], Tampering]] = [
    (
        rules.keeps_our_answers_secret,
        put(HEAPQ, "pass", "return heapq.merge(*sources, reverse=True)\n    pass"),
    ),
    (rules.keeps_our_answers_secret, put("rows_read", "# your answer", "# 40,\n    80,\n# your answer")),
    (rules.keeps_our_answers_secret, put("## 4.1", "Its story.", "Say\n\n    self.kept[key] = value")),
    (rules.has_no_outputs, lambda notebook: cell(notebook, POINTS).update(execution_count=4)),
    (rules.has_no_outputs, lambda notebook: cell(notebook, POINTS).outputs.append(v4.new_output("stream", text="4"))),
    (rules.has_no_marks, put(HEAPQ, "    pass", "    # ### BEGIN SOLUTION\n    pass")),
    (rules.has_no_marks, put("## Points", "## Points", "## Points\n\n=== BEGIN MARK SCHEME ===")),
    (rules.is_python_that_runs_up_to_the_check, put(HEAPQ, "    pass  # your code here", "# your code here")),
    (rules.is_python_that_runs_up_to_the_check, put(HEAPQ, "  # your code here", "")),
    (rules.is_python_that_runs_up_to_the_check, put(HEAPQ, "sources):", "sources)")),
    (rules.is_the_solution_otherwise, gone('hint("4.1")')),
    (rules.is_the_solution_otherwise, put("## 4.1", "Its story", "Another story")),
    (rules.is_the_solution_otherwise, put(HEAPQ, '    """One iterator, newest first."""\n', "")),
]


def numbered(cases: list[tuple[Callable[..., object], Tampering]]) -> list[str]:
    return [f"{rule.__name__}-{number}" for number, (rule, _) in enumerate(cases)]


@pytest.mark.parametrize(("rule", "tamper"), SHAPES, ids=numbered(SHAPES))
def test_a_rule_for_solutions_refuses_a_tampered_copy(rule: Callable[..., list[str]], tamper: Tampering) -> None:
    notebook = whole()
    assert [*rule(notebook)] == []
    tamper(notebook)
    assert [*rule(notebook)] != []


@pytest.mark.parametrize(("rule", "tamper"), STARTERS, ids=numbered(STARTERS))
def test_a_rule_for_starters_refuses_a_tampered_copy(rule: Callable[..., list[str]], tamper: Tampering) -> None:
    starter = starters.starter_of(whole())
    assert [*rule(starter, whole())] == []
    tamper(starter)
    assert [*rule(starter, whole())] != []


def test_each_rule_is_shown_to_refuse_something() -> None:
    assert {rule for rule, _ in SHAPES} == {*rules.SOLUTION_RULES}
    assert {rule for rule, _ in STARTERS} == {*rules.STARTER_RULES}


def test_the_solution_itself_is_no_starter() -> None:
    for rule in rules.STARTER_RULES[:3]:
        assert [*rule(nbformat.from_dict(whole()), whole())] != []
