"""A folder for a workshop: lessons and exercises of some stages, and all that running them needs, but no solutions.

It needs no clone: whoever gets it installs the package from the wheel in it, and says `twitterlab lab`.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import nbformat
from packaging.version import Version

from twitterlab.classroom.course.contents import CourseError, bytes_as_given, course_paths
from twitterlab.classroom.course.outline import outline
from twitterlab.instructor import front_page as front

PACKAGE = ("pyproject.toml", "README.md", "LICENSE", "twitterlab")  # what the wheel is built from
TAIL = 500  # of what a failing build says, the characters that are shown
SETUPTOOLS = Version("77")  # as pyproject.toml asks
LINK = re.compile(r"\[([^]]+)]\((?!\w+:)([^)#\s]+)[^)\s]*\)")

README = """# The course for this workshop

You need Python 3.11 or newer. In this folder:

```sh
python3 -m venv .venv
.venv/bin/python -m pip install '{wheel}[service]' -c constraints.txt
.venv/bin/twitterlab lab
```

On Windows the programs are in `.venv\\Scripts` instead of `.venv/bin`, and the first line begins with `py`.

The last line makes your own copy of the course in `~/twitterlab-course` and opens it in JupyterLab; begin with its
[front page](notebooks/README.md). What you change there stays as you left it, however often you say the last line. If
something does not work, `.venv/bin/twitterlab doctor` says why.

| here | what it is |
|---|---|
| `notebooks/` | the lessons {lessons} |
| `exercises/` | what you write yourself, and what checks it |
| `datasets/` | who follows whom, for lessons and exercises |
| `{wheel}` | the program, with its pinned packages in `constraints.txt` |
"""


def make_handout(clone: Path, stages: Sequence[int], folder: Path) -> list[str]:
    """Make the handout for these stages in `folder`, which must be empty or absent, and give the paths in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is there and not empty: name a new folder")
    chosen = [*of_stages(course_paths(clone), stages)]
    if not {name.partition("/")[0] for name in chosen} >= {"notebooks", "exercises", "datasets"}:
        raise CourseError(f"{clone} lacks lessons, exercises or datasets for these stages: run it in a whole clone")
    with TemporaryDirectory() as temporary:
        made = Path(temporary) / "handout"
        wheel = build_wheel(clone, made)
        shutil.copy(clone / "constraints.txt", made)
        for name in chosen:
            (made / name).parent.mkdir(exist_ok=True)
            (made / name).write_bytes(bytes_as_given(clone / name))
        write_texts(made, wheel.name)
        shutil.copytree(made, folder, dirs_exist_ok=True)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def of_stages(files: Iterable[str], stages: Collection[int]) -> Iterator[str]:
    """Of the course's files: lesson 0 and those of these stages, their exercises, and the data.

    The capstone comes where all lessons are there whose exercises it runs.
    """
    course = outline()
    lessons = [lesson for lesson in course.lessons if lesson.number in {0, *stages}]
    wanted = {lesson.lesson_file for lesson in lessons}
    wanted |= {lesson.exercise_file for lesson in lessons if lesson.exercises}
    if {*stages} >= {lesson.number for lesson in course.before_the_capstone}:
        wanted.add(course.capstone.exercise_file)
    return (name for name in files if name in wanted or name.startswith("datasets/"))


def write_texts(made: Path, wheel: str) -> None:
    """The handout's two READMEs; a link to what is not in it becomes plain words."""
    there = {path.relative_to(made).as_posix() for path in made.rglob("*")} | {"notebooks/README.md", "README.md"}
    for path in made.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = without_dead_links(cell.source, path.parent.name, there)
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    lessons = [f"{one.number:02}" for one in outline().lessons if (made / one.lesson_file).is_file()]
    page = without_dead_links(front.front_page(made / "notebooks"), "notebooks", there)
    (made / "notebooks" / "README.md").write_text(page, encoding="utf-8")
    (made / "README.md").write_text(README.format(wheel=wheel, lessons=", ".join(lessons)), encoding="utf-8")


def without_dead_links(text: str, folder: str, there: Collection[str]) -> str:
    """Markdown of a document in `folder` without the links to files that are not `there`: their words stay."""

    def kept(link: re.Match[str]) -> str:
        return link[0] if path_within(folder, link[2]) in there else link[1]

    return LINK.sub(kept, text)


def path_within(folder: str, target: str) -> str:
    """Where a link leads, by its path from the handout's top."""
    parts: list[str] = [folder]
    for part in PurePosixPath(target).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def build_wheel(clone: Path, into: Path) -> Path:
    """The package as it is in the clone; it is built from a copy, so that nothing in the clone changes or leaks in.

    Where setuptools is new enough no network is needed.
    """
    if not (clone / "pyproject.toml").is_file():
        raise CourseError("a handout is made from a clone of the project: this folder has no pyproject.toml")
    with TemporaryDirectory() as temporary:
        source = Path(temporary)
        for name in PACKAGE:
            (shutil.copytree if (clone / name).is_dir() else shutil.copy)(clone / name, source / name)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        offline = [] if Version(setuptools_version()) < SETUPTOOLS else ["--no-build-isolation"]
        command += [*offline, "--wheel-dir", str(into), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(f"the wheel could not be built: {done.stderr.strip()[-TAIL:]}")
    (wheel,) = into.glob("*.whl")
    return wheel


def setuptools_version() -> str:
    """The version of setuptools here, or 0."""
    try:
        return importlib.metadata.version("setuptools")
    except importlib.metadata.PackageNotFoundError:
        return "0"
