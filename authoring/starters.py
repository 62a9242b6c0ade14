"""The exercises as learners get them, and both their cells and our answers as files: `python -m authoring.starters`.

Both are made from solutions/*.ipynb alone. nbgrader takes our answers out, as it would for a class, so that a starter
can be handed in and graded as it is. The same solutions give the same bytes.
"""

from __future__ import annotations

import copy
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from authoring.notebooks import normalised_notebook
from twitterlab.model import TwitterlabError

SOLUTIONS, EXERCISES, OURS = "solutions", "exercises", "twitterlab/classroom/check/ours"
GIVEN = "twitterlab/classroom/check/starters"  # the cells of the exercises as learners get them
STUB = "pass  # your code here"
VALUE = re.compile(rf"^(\w+.* = \.\.\..*\n(?:#.*\n|\n)*){STUB}$", re.MULTILINE)  # an answer that is no function
INSTEAD = r"\1# your answer in place of the dots"
MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")
HEAD = "# Made by `make exercises` from {path}: change it there.\n"


class StarterError(TwitterlabError):
    """The exercises cannot be made; says why, and what would be right."""


def main(root: Path = Path()) -> int:
    """Write what the solutions make of exercises and answers, and say what changed; returns 0, or 2 where it cannot."""
    try:
        changed = write_files(root, made_files(root))
    except (TwitterlabError, OSError) as error:
        print(f"exercises: {error}", file=sys.stderr)
        return 2
    print(*(changed or ["exercises/ and our answers are as solutions/ makes them"]), sep="\n")
    return 0


def write_files(root: Path, files: dict[str, str]) -> list[str]:
    """Bring the three folders to these files, whatever is made and no longer among them goes; returns what was done."""
    changed = []
    for name, text in files.items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(f"{name}: written")
    for name in sorted(files_there(root) - files.keys()):
        (root / name).unlink()
        changed.append(f"{name}: removed")
    return changed


def files_there(root: Path) -> set[str]:
    """The files of these folders that are there as if made, by their paths below `root`."""
    found = [*(root / EXERCISES).glob("*.ipynb"), *(root / OURS).glob("*.py"), *(root / GIVEN).glob("*.py")]
    return {path.relative_to(root).as_posix() for path in found if path.name != "__init__.py"}


def made_files(root: Path) -> dict[str, str]:
    """The text of every starter, every cell to fill in and every answer of ours, by its path below `root`."""
    files: dict[str, str] = {}
    for path in sorted((root / SOLUTIONS).glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for name, source in answer_cells(notebook).items():
            place = f"{OURS}/{name}.py"
            if place in files or not name.isidentifier():
                raise StarterError(f"{path.name}: {name!r} must be a name of Python's that no other answer has")
            files[place] = HEAD.format(path=f"{SOLUTIONS}/{path.name}") + source + "\n"
        starter = starter_of(notebook, path.name)
        for name, source in answer_cells(starter).items():
            files[f"{GIVEN}/{name}.py"] = HEAD.format(path=f"{SOLUTIONS}/{path.name}") + source + "\n"
        text = nbformat.writes(starter)  # type: ignore[no-untyped-call]
        files[f"{EXERCISES}/{path.name}"] = text + "\n"
    if not files:
        raise StarterError(f"there are no notebooks in {SOLUTIONS}/: run it in a clone of the project")
    return files


def answer_cells(notebook: NotebookNode) -> dict[str, str]:
    """The cells for answers in a notebook, by the answers' names, without the two lines of marks."""
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {cell.metadata.nbgrader.grade_id: without_marks(cell.source) for cell in cells}


def without_marks(source: str) -> str:
    """A cell without the lines between which nbgrader takes an answer out."""
    return "\n".join(line for line in source.split("\n") if line.strip() not in MARKS)


def starter_of(solution: NotebookNode, name: str = "") -> NotebookNode:
    """A solution notebook as a learner begins with it: no answers, no outputs; what is graded cannot be deleted."""
    notebook = normalised_notebook(copy.deepcopy(solution))
    for preprocessor in nbgrader_steps():
        try:
            notebook, _ = preprocessor.preprocess(notebook, {})
        except Exception as error:
            raise StarterError(f"{name}: {error.__context__ or error}") from error
        for cell in notebook.cells:
            cell.source = VALUE.sub(INSTEAD, cell.source)
    return notebook


def nbgrader_steps() -> list[Any]:
    """What nbgrader makes an assignment with, in its order; two cells of one name are an error, and never renamed."""
    try:
        from nbgrader import preprocessors as nbgrader
    except ImportError:
        raise StarterError("nbgrader makes the exercises: pip install -e '.[workshop]' -c constraints.txt") from None
    return [
        nbgrader.LockCells(),
        nbgrader.ClearSolutions(code_stub={"python": STUB}),
        nbgrader.ClearOutput(),
        nbgrader.ClearHiddenTests(),
        nbgrader.ClearMarkScheme(),
        nbgrader.ComputeChecksums(),
        nbgrader.CheckCellMetadata(),
    ]


if __name__ == "__main__":
    sys.exit(main())
