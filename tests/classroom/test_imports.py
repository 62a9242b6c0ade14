"""What a notebook imports of the classroom and the figures: names of `twitterlab.classroom`, by no other path."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from authoring.verify import ROOT
from twitterlab import classroom

FOLDERS = ("notebooks", "solutions", "exercises")
NOTEBOOKS = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.ipynb"))
NAMES = {"check", *(place.rpartition(".")[2] for place in classroom.FOR_NOTEBOOKS)}
FIRST = (
    "check",
    "check.answers",
    "check.check",
    "check.exercises.lru",
    "capstone.run",
    "course.progress",
    "lesson.panels",
)
GUARDED = ("twitterlab.classroom", "twitterlab.figures")
SAYS = """
import sys
from importlib import import_module

for room in {first}:
    for name in [name for name in sys.modules if name.startswith("twitterlab.classroom")]:
        del sys.modules[name]
    import_module("twitterlab.classroom." + room)
    from twitterlab.classroom import check

    print(room, type(check).__name__, sys.modules["twitterlab.classroom.check"].__name__)
"""


def astray(source: str) -> list[str]:
    """The imports that reach the classroom or the figures by another path than is meant, as dotted names."""
    return [name for name, meant in imports(source) if name.startswith(GUARDED) and not meant]


def imports(source: str) -> Iterator[tuple[str, bool]]:
    """What a cell imports, and whether a room's own door is where it comes from."""
    for node in ast.walk(ast.parse(source)):
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            door = node.module if isinstance(node, ast.ImportFrom) else None
            named = alias.name in NAMES or door == "twitterlab.figures"
            yield f"{door}.{alias.name}" if door else alias.name, door in GUARDED and named


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_notebook_knows_one_path_into_the_classroom(path: Path):
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [name for cell in cells for name in astray(cell)] == []


@pytest.mark.parametrize(
    "line",
    [
        "from twitterlab.classroom.lesson.timing import on_this_machine",
        "from twitterlab.classroom.lesson import panels",
        "from twitterlab.classroom import lesson",
        "import twitterlab.classroom.capstone.run",
        "from twitterlab.figures.palette import COLOURS",
    ],
)
def test_another_path_would_be_noticed(line: str):
    assert len(astray(f"if True:\n    {line}")) == 1
    assert astray("import twitterlab as tl\nfrom twitterlab.classroom import check, panels") == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_name_for_notebooks_is_there(name: str):
    assert getattr(classroom, name) is getattr(classroom, name)
    assert name in dir(classroom)


def test_another_name_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        classroom.chek  # noqa: B018  a learner's typing error


def test_check_is_the_verb_whatever_was_imported_before():
    said = subprocess.run(
        [sys.executable, "-c", SAYS.format(first=FIRST)], capture_output=True, text=True, check=True, timeout=120
    )
    assert said.stdout.splitlines() == [f"{room} Check twitterlab.classroom.check" for room in FIRST]
