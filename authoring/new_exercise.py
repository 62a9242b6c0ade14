"""The files of a new exercise, laid out from authoring/templates/: `make exercise KEY=4.4 NAME=page_by_time`.

What is laid out is a whole small exercise, so that all of it runs from the beginning. What is to become another one is
marked TO WRITE, and a test lists the marks that are left.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from string import Template

import nbformat
import tomlkit
from nbformat import NotebookNode, v4

from authoring.notebooks import normalised_notebook
from authoring.verify import ROOT
from twitterlab.classroom.course.outline import KEY, Lesson, Outline, key_numbers, read_outline
from twitterlab.model import TwitterlabError

TEMPLATES = Path(__file__).with_name("templates")
COURSE = "twitterlab/classroom/course.toml"
CHECKERS, TEXTS = "twitterlab/classroom/check/exercises", "twitterlab/classroom/course/exercise_texts"
TESTS, ANSWERS = "tests/classroom/check", "tests/answers"
MARK, SHOWN = "TO WRITE", 80
TITLE, MINUTES = f"{MARK}: a title", 10
POINTS = {"core": 4, "other": 2}
FIRST_CELL = "from twitterlab.classroom import check, hint, my_progress\n\nmy_progress()"
NBGRADER = {"locked": False, "schema_version": 3, "task": False}
MAKERS = ("authoring.starters", "authoring.notebooks", "authoring.misconceptions", "twitterlab.instructor.front_page")

NEXT = """
It runs as it is, and asks for something else than it will. What is marked {mark} is yours to write:

  {marks}

Lesson {number:02} says where it comes, in {lesson_file}:

  **Now exercise {key}**, {minutes} minutes{core}: [{title}](../{exercise_file}).

When it is written: make notebooks, make mutants, make test
"""


class NewExerciseError(TwitterlabError):
    """The exercise cannot be laid out; says why, and what would be right."""


@dataclass(frozen=True)
class NewExercise:
    """What is to be laid out: a key, the name of the answer, and the lesson, whose first exercise is its core one."""

    key: str
    name: str
    lesson: Lesson

    @property
    def core(self) -> bool:
        """Whether it is the core of its lesson."""
        return not self.lesson.exercises

    def filled_template(self, template: str) -> str:
        """A template's text with the words of this exercise."""
        words = {
            **{"key": self.key, "name": self.name, "module": self.name.lower(), "title": TITLE, "minutes": MINUTES},
            **{"core": str(self.core).lower(), "core_words": ", core" if self.core else ""},
            **{"number": f"{self.lesson.number:02}", "lesson_file": self.lesson.lesson_file},
            "lesson_title": self.lesson.title[:1].lower() + self.lesson.title[1:],
        }
        return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)


def main(argv: Sequence[str] | None = None) -> int:
    """Lay out one exercise, and make what is made of it; returns 0, or 2 where it is refused and nothing changed."""
    parser = argparse.ArgumentParser(prog="python -m authoring.new_exercise", description=__doc__)
    parser.add_argument("key", metavar="KEY", help="the next of its lesson, such as 4.4")
    parser.add_argument("name", metavar="NAME", nargs="?", help="what the answer is called (default: answer_4_4)")
    given = parser.parse_args(argv)
    try:
        new = requested_exercise(ROOT, given.key, given.name or f"answer_{given.key.replace('.', '_')}")
        laid_out = lay_out_files(ROOT, new)
    except (TwitterlabError, OSError) as error:
        print(f"exercise: {error}", file=sys.stderr)
        return 2
    print(*laid_out, sep="\n", flush=True)
    for module in MAKERS:
        paths = [new.lesson.solution_file] if module == "authoring.notebooks" else []
        subprocess.run([sys.executable, "-m", module, *paths], cwd=ROOT, check=True)
    print(next_steps(new))
    return 0


def requested_exercise(root: Path, key: str, name: str) -> NewExercise:
    """The exercise that is asked for, else a NewExerciseError: it must be the next of a lesson that there is."""
    course = read_outline(root / COURSE)
    if not KEY.fullmatch(key):
        raise NewExerciseError(f"{key!r} is no key of an exercise: they look like 4.4")
    number, place = key_numbers(key)
    if number not in course.numbers:
        there = ", ".join(map(str, course.numbers))
        raise NewExerciseError(f"there is no lesson {number}: there are {there}; a new one begins in {COURSE}")
    lesson = course.lesson(number)
    following = max((key_numbers(other)[1] for other in lesson.exercises), default=0) + 1
    if key in lesson.exercises:
        raise NewExerciseError(f"{key} is {lesson.exercises[key]} already: the next is {number}.{following}")
    if place != following:
        raise NewExerciseError(f"the next exercise of lesson {number} is {number}.{following}, not {key}")
    return NewExercise(key, free_name(root, course, name), lesson)


def free_name(root: Path, course: Outline, name: str) -> str:
    """A name that an answer may have and that nothing has yet."""
    if not name.isidentifier() or iskeyword(name):
        raise NewExerciseError(f"{name!r} cannot be what an answer is called: it is no name of Python's")
    taken = [other for other in course.exercises.values() if other.lower() == name.lower()]
    places = (f"{CHECKERS}/{name.lower()}.py", f"{TESTS}/test_exercise_{name}.py", f"{ANSWERS}/{name}")
    found = taken + [place for place in places if (root / place).exists()]
    if found:
        raise NewExerciseError(f"the name {name} is not free: there is {found[0]} already")
    return name


def lay_out_files(root: Path, new: NewExercise) -> list[str]:
    """Write all files of an exercise; returns their paths below `root`."""
    answers = sorted(path.name.removesuffix(".template") for path in (TEMPLATES / "answers").iterdir())
    files = {
        f"{CHECKERS}/{new.name.lower()}.py": new.filled_template("checker.py.template"),
        f"{TEXTS}/{new.lesson.number:02}.toml": texts_file(root, new),
        new.lesson.solution_file: solution_file(root, new),
        **{f"{ANSWERS}/{new.name}/{file}": new.filled_template(f"answers/{file}.template") for file in answers},
        f"{TESTS}/test_exercise_{new.name}.py": new.filled_template("test.py.template"),
        COURSE: course_file(root, new),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    return [*files]


def course_file(root: Path, new: NewExercise) -> str:
    """The course's file with the exercise in it; all else in it stays as it is."""
    document = tomlkit.parse((root / COURSE).read_text(encoding="utf-8"))
    (lesson,) = (one for one in document["lesson"] if one["notebook"] == new.lesson.notebook)
    if "exercises" not in lesson:
        lesson["exercises"] = tomlkit.table()
    lesson["exercises"][new.key] = new.name
    return tomlkit.dumps(document)


def texts_file(root: Path, new: NewExercise) -> str:
    """The words of the lesson's exercises, those of the new one at their end."""
    path = root / TEXTS / f"{new.lesson.number:02}.toml"
    about = f"# What the exercises of lesson {new.lesson.number} say. Every known wrong answer has its message here.\n"
    return (path.read_text(encoding="utf-8") if path.is_file() else about) + new.filled_template("words.toml.template")


def solution_file(root: Path, new: NewExercise) -> str:
    """The notebook of our answers with the section of the new one before the points, and its points at the end."""
    path = root / new.lesson.solution_file
    notebook = nbformat.read(path, as_version=4) if path.is_file() else empty_notebook(new)  # type: ignore[no-untyped-call]
    points = next(n for n, cell in enumerate(notebook.cells) if cell.source.startswith("## Points"))
    notebook.cells[points:points] = section_cells(new)
    most = POINTS["core" if new.core else "other"]
    graded = {**NBGRADER, "grade": True, "grade_id": f"{new.name}-points", "locked": True, "points": most}
    notebook.cells.append(code_cell(f"check.{new.name}({new.name}).points({most})", {**graded, "solution": False}))
    return str(nbformat.writes(normalised_notebook(notebook))) + "\n"  # type: ignore[no-untyped-call]


def empty_notebook(new: NewExercise) -> NotebookNode:
    """The notebook of a lesson that had no exercises."""
    head, points = new.filled_template("head.md.template").strip(), new.filled_template("points.md.template").strip()
    cells = [markdown_cell(head), code_cell(FIRST_CELL), markdown_cell(points)]
    notebook: NotebookNode = v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    return notebook


def section_cells(new: NewExercise) -> list[NotebookNode]:
    """What is asked, our answer between its marks, the check, and the hints."""
    answer = {**NBGRADER, "grade": False, "grade_id": new.name, "solution": True}
    return [
        markdown_cell(new.filled_template("section.md.template").strip()),
        code_cell(new.filled_template("answer.py.template").strip(), answer),
        code_cell(f"check.{new.name}({new.name})"),
        code_cell(f'hint("{new.key}")'),
    ]


def markdown_cell(source: str) -> NotebookNode:
    """A cell of words."""
    cell: NotebookNode = v4.new_markdown_cell(source)  # type: ignore[no-untyped-call]
    return cell


def code_cell(source: str, graded: dict[str, object] | None = None) -> NotebookNode:
    """A cell of code, with what nbgrader is to know of it."""
    metadata = {"nbgrader": graded} if graded else {}
    cell: NotebookNode = v4.new_code_cell(source, metadata=metadata)  # type: ignore[no-untyped-call]
    return cell


def unwritten_lines(root: Path, lesson: Lesson) -> Iterator[str]:
    """The lines of a lesson's exercises that are still marked, each with its place below `root`."""
    files = [f"{TEXTS}/{lesson.number:02}.toml", lesson.solution_file]
    for name in lesson.exercises.values():
        files += [f"{CHECKERS}/{name.lower()}.py", f"{TESTS}/test_exercise_{name}.py"]
    for file in files:
        marked = (line.strip() for line in written_lines(root / file) if MARK in line)
        yield from (f"{file}: {line if len(line) <= SHOWN else f'{line[:SHOWN]}…'}" for line in marked)


def written_lines(path: Path) -> list[str]:
    """The lines of a file that somebody wrote: of a notebook those of its cells; none where there is no file."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells  # type: ignore[no-untyped-call]
        text = "\n".join(cell.source for cell in cells)
    return text.splitlines()


def next_steps(new: NewExercise) -> str:
    """What is to be done by whoever asked for it."""
    lesson = read_outline(ROOT / COURSE).lesson(new.lesson.number)
    files = {"lesson_file": lesson.lesson_file, "exercise_file": lesson.exercise_file}
    core = ", the core of this stage" if new.core else ""
    marks = "\n  ".join(unwritten_lines(ROOT, lesson))
    return NEXT.format(
        mark=MARK, marks=marks, number=lesson.number, key=new.key, minutes=MINUTES, core=core, title=TITLE, **files
    )


if __name__ == "__main__":
    sys.exit(main())
