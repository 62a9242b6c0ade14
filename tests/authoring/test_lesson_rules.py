"""Each rule for a lesson's notebook is content with a sound one and refuses what it is there to refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from support import lesson_rules

FIGURE = '<figure><img alt="Bars, rows read: 3 and 4." src="data:image/png;base64,AAAA"></figure>'
HEADER = """# 02 · The follower index

*30 minutes · after [00 · The numbers](00_the_numbers.ipynb), [01 · One table](01_one_table.ipynb)*

**The question**: a page needs a few rows.
What must lie where?

**After this lesson you can**

- say one thing
  in two lines;
- say another.
"""
ENDING = "## Questions\n\nTwo.\n\n## Papers\n\n- One.\n\n## Next\n\nMore."


def code(source: str, html: str | None = None) -> NotebookNode:
    shown = [new_output("execute_result", {"text/html": html, "text/plain": "words"})] if html else []
    return new_code_cell(source, outputs=shown)


def sound() -> NotebookNode:
    """A notebook as lesson 02 could be, in its shortest form."""
    cells = [
        new_markdown_cell(HEADER),
        code("from twitterlab.classroom import architecture, panels\n\narchitecture(2)", FIGURE),
        code('predict("2.1")', "<p>?</p>"),
        code("def post(rows):\n    pass\n\n\npost([])"),
        code('reveal("2.1", 3)', FIGURE),
        code("panels.layout()", FIGURE),
        code("system.close()"),
        code("rows = 3"),
        code('quiz("2.a")', "<p>?</p>"),
        code('quiz("2.b")', "<p>?</p>"),
        new_markdown_cell(ENDING),
    ]
    return new_notebook(cells=cells)


def replacing(old: str, new: str) -> Callable[[NotebookNode], None]:
    """A change of some words in whatever cell has them."""

    def change(notebook: NotebookNode) -> None:
        (cell,) = [cell for cell in notebook.cells if old in cell.source]
        cell.source = cell.source.replace(old, new)

    return change


def adding(*cells: NotebookNode) -> Callable[[NotebookNode], None]:
    """A change that adds cells at the end."""
    return lambda notebook: notebook.cells.extend(cells)


def stripped(notebook: NotebookNode) -> None:
    for cell in lesson_rules.code_cells(notebook):
        cell.outputs = []


BROKEN = {
    "has_few_cells": [adding(*[code("x = 1")] * 19)],
    "has_a_header": [
        replacing("# 02 · The", "# 2 · The"),
        replacing("# 02 · The", "# 03 · The"),
        replacing("*30 minutes · after", "*30 min, after"),
        replacing("What must lie where?", "Rows must lie."),
        replacing("- say another.\n", ""),
        lambda notebook: notebook.cells.pop(0),
    ],
    "shows_what_its_cells_end_in": [
        stripped,
        adding(code("1 + 1")),
        adding(code("def told():\n    return 3\n\n\ntold()")),
        adding(code('print("rows")')),
    ],
    "begins_with_the_architecture": [
        replacing("architecture(2)", "architecture(3)"),
        replacing("architecture(2)", "bars({})"),
        stripped,
    ],
    "has_one_panel": [
        replacing("panels.layout()", "rows"),
        replacing("panels.layout()", "panels.shards()"),
        adding(code("panels.layout(users=3)", FIGURE)),
        adding(code("from twitterlab.classroom.lesson.panels import caches as more\n\nmore()", FIGURE)),
        adding(code('Panel("mine", {}, draw)', FIGURE)),
    ],
    "has_two_questions": [
        replacing("2.b", "2.a"),
        replacing("2.b", "3.b"),
        replacing('quiz("2.b")', "rows"),
        adding(code('quiz("2.c")', "<p>?</p>")),
    ],
    "asks_before_it_reveals": [
        replacing('predict("2.1")', "rows"),
        replacing('predict("2.1")', 'predict("2.2")'),
        replacing('reveal("2.1", 3)', "rows"),
        adding(code('reveal("2.2", 3); predict("2.2")', FIGURE)),
        adding(code('predict("1.1"); reveal("1.1", 3)', FIGURE)),
        adding(*[code('reveal("2.1", 3)', FIGURE)] * 3),
    ],
    "shows_no_code_as_output": [adding(code("x", "<p><SVG></p>")), adding(code("x", "<script>1</script>"))],
    "ends_as_lessons_do": [replacing(f"## {name}", f"**{name}**") for name in ("Questions", "Papers", "Next")],
}
CASES = [(name, change) for name, changes in BROKEN.items() for change in changes]


def refusing(notebook: NotebookNode) -> set[str]:
    """The names of the rules that have something to say."""
    return {rule.__name__ for rule in lesson_rules.RULES if rule(notebook, 2)}


def test_a_sound_lesson_is_accepted() -> None:
    assert refusing(sound()) == set()


def test_every_rule_is_shown_to_refuse() -> None:
    assert set(BROKEN) == {rule.__name__ for rule in lesson_rules.RULES}


@pytest.mark.parametrize(("name", "change"), CASES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(CASES)])
def test_a_broken_lesson_is_refused(name: str, change: Callable[[NotebookNode], object]) -> None:
    notebook = sound()
    change(notebook)
    assert name in refusing(notebook)
