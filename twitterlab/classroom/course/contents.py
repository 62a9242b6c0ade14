"""What a learner gets of a clone: notebooks without outputs, the data that they read, and what each file is called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from twitterlab.model import TwitterlabError

FOLDERS = ("notebooks/", "exercises/", "solutions/")  # a name that is in several means the first of them
PATTERNS = (
    *("notebooks/*.ipynb", "notebooks/README.md", "datasets/*.parquet", "datasets/README.md"),
    *("exercises/**/*", "solutions/*.ipynb"),
)


class CourseError(TwitterlabError):
    """The course cannot be copied, or holds nothing of that name; says what would be right."""


def course_files(clone: Path) -> dict[str, bytes]:
    """Every file of the course, by its path with forward slashes, as a learner gets it; the same bytes each time."""
    return {name: bytes_as_given(clone / name) for name in sorted(course_paths(clone))}


def course_paths(clone: Path) -> Iterator[str]:
    """The paths of all files of the course; what is hidden or made by Python is none of it."""
    for pattern in PATTERNS:
        for path in clone.glob(pattern):
            name = path.relative_to(clone)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in name.parts):
                yield name.as_posix()


def bytes_as_given(path: Path) -> bytes:
    """One file as a learner gets it: a notebook loses its outputs, any other file is as it is."""
    data = path.read_bytes()
    return without_outputs(data, path.name) if path.suffix == ".ipynb" else data


def without_outputs(data: bytes, name: str) -> bytes:
    """The notebook as nobody has run it: no outputs, counts or widget states, but every cell with its id and tags."""
    import nbformat  # brings a validator along that takes longer to import than all that a check needs

    try:
        notebook = nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise CourseError(f"{name} is not a notebook: {error}") from None
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return (str(nbformat.writes(notebook)) + "\n").encode()  # type: ignore[no-untyped-call]


def fingerprint(data: bytes, name: str) -> str:
    """The SHA-256 of what a file says, in hex; a notebook that somebody only opened and saved keeps its own.

    JupyterLab notes the Python version, the kernel's full name and an empty list of widgets as soon as a notebook is
    open. The cells, their outputs and everything else are what it says.
    """
    try:
        notebook: Any = json.loads(data) if name.endswith(".ipynb") else None
        metadata = notebook["metadata"]
        kernel = metadata.get("kernelspec", {}).get("name")
        said = {**metadata, "kernelspec": kernel, "language_info": None, "widgets": None}
        data = json.dumps({**notebook, "metadata": said}, sort_keys=True).encode()
    except (ValueError, TypeError, KeyError, AttributeError):
        pass  # no notebook: it says its bytes
    return hashlib.sha256(data).hexdigest()


def find_path(asked: str, names: Iterable[str]) -> str:
    """The one path that `asked` means: a number, a name, a file name or a path.

    A lesson goes before an exercise, and an exercise before its solution.
    """
    wanted, known = _bare_name(asked), list(names)
    meant = [name for name in known if wanted in aliases_of(name)]
    of_each = ([name for name in meant if name.startswith(folder)] for folder in FOLDERS)
    first = next(filter(None, of_each), meant)
    if len(first) == 1:
        return first[0]
    there = "\n".join(f"  {name}" for name in first or known if name.endswith(".ipynb"))
    problem = f"{asked} may be any of these" if first else f"there is no {asked} in the course; there are"
    raise CourseError(f"{problem}:\n{there}")


def aliases_of(name: str) -> set[str]:
    """All that a path may be called: for notebooks/03_read_replicas.ipynb also 03, 3, read_replicas and so on."""
    path = PurePosixPath(_bare_name(name))
    number, _, rest = path.name.partition("_")
    short = {path.name, rest, number, number.lstrip("0") or "0"} if number.isdigit() and rest else {path.name}
    return short | {(path.parent / alias).as_posix() for alias in short}


def _bare_name(name: str) -> str:
    return name.strip().replace("\\", "/").removeprefix("./").lower().removesuffix(".ipynb")
