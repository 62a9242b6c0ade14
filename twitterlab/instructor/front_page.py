"""The front page of the course, `notebooks/README.md`: made from the lessons' first cells and the glossary.

`python -m twitterlab.instructor.front_page` makes it. A link to a place on the page itself names the file too, as in
`README.md#glossary`, since JupyterLab's preview follows no bare `#glossary`.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from twitterlab.classroom.course.exercise_texts import texts_of
from twitterlab.classroom.course.outline import Lesson, outline
from twitterlab.model import TwitterlabError

GLOSSARY = Path(__file__).with_name("glossary.toml")
NEEDED = {  # each part of a lesson's first cell, and how it looks
    "title": (r"# (?P<number>\d\d) · (?P<title>.+)", "# 02 · The follower index"),
    "minutes": (
        r"\*(?P<minutes>\d+) minutes · (?:needs nothing|after (?P<after>.+))\*",
        "*30 minutes · after [01 · One table](01_one_table.ipynb)*",
    ),
    "question": (r"\*\*The question\*\*: (?P<question>.+)", "**The question**: why does …?"),
    "heading": (r"\*\*After this lesson you can\*\*", "**After this lesson you can**"),
    "outcomes": (r"(?P<outcomes>- .+)", "- … (what the learner can do, a line each)"),
}

PAGE = """<!-- Made by `make notebooks` from the lessons and twitterlab/instructor/glossary.toml: edit those. -->

# The course

You build the home timeline of a Twitter-sized service in seven stages, measure what each of them costs, and break it.

## How to begin

{begin}

- **Shift+Enter** runs the cell you are in and goes to the next. Go from top to bottom: a cell needs those above it.
- Behind each notebook works a **kernel**, a Python process that remembers what the cells have made. `[*]` beside a cell
  says that it is still at work. If something hangs or is in a muddle, choose *Kernel → Restart Kernel…* and begin again
  at the top.
- Before a lesson shows a number it asks what you expect. **A wrong guess costs nothing**, and a surprise is what one
  remembers. You can also skip it.
- **It is your copy.** Change whatever you like; it stays as you left it. To start notebook 03 afresh, open
  *File → New → Terminal* and say `twitterlab reset 03`; yours is kept beside the fresh one. Where the notebook is
  open, choose *File → Reload Notebook from Disk* before you save.
- In a panel of controls, **Tab** goes from one to the next, arrow keys move a slider, Enter or Space presses a button.
- **When you come back**, what you see is as you left it. A red broken link beside a control says that its kernel has
  ended: choose *Run → Run All Cells*, or begin again at the top. You are then asked for your guesses once more.
- A word that you do not know is probably in the [glossary](README.md#glossary).

If you read this on a website: nothing runs there. `make lab` in a clone of the project makes your copy and opens it.

## The path

{path}
{exercises}
<a id="glossary"></a>

## Glossary

{glossary}
"""


EXERCISES = """### Exercises

Each lesson from 01 on has exercises in a notebook of the same name. You write a part of the system, a check answers at
once, and what is right is kept. The bold one is the core of its stage; the others can wait. `hint` below each helps
step by step; `my_progress()` and, in a terminal, `twitterlab progress` show how far you are. Right answers lie in the
folder `my_parts/` of your copy. `twitterlab reset exercises/04` makes one of these notebooks fresh and leaves them."""
CAPSTONE = "At the end the capstone runs your parts together, as one timeline."


class HeaderError(TwitterlabError):
    """A lesson's first cell is not as the front page needs it; names the file and the line that is missing."""


@dataclass(frozen=True)
class Header:
    """What a lesson says of itself in its first cell."""

    file: str
    number: str
    title: str
    minutes: int
    after: str  # links to what comes before, as Markdown, or nothing
    question: str
    outcomes: tuple[str, ...]

    @property
    def link(self) -> str:
        """The lesson by number and title, as a link in Markdown."""
        return f"[{self.number} · {self.title}]({self.file})"


def front_page(notebooks: Path) -> str:
    """The whole front page for those of the course's lessons that are in this folder."""
    clone, course = notebooks.parent, outline()
    paths = [notebooks / f"{one.notebook}.ipynb" for one in course.lessons]
    headers = [lesson_header(path) for path in paths if path.is_file()]
    tour = f"{course.tour}.ipynb" if (notebooks / f"{course.tour}.ipynb").is_file() else ""
    words = tomllib.loads(GLOSSARY.read_text(encoding="utf-8"))
    return PAGE.format(
        begin=begin_line(headers, tour),
        path=path_table(headers),
        exercises=exercise_rows(clone),
        glossary=glossary_lines(words),
    )


def begin_line(lessons: Sequence[Header], tour: str) -> str:
    """The first sentence: where to click; `tour` is the tour's file, or nothing."""
    first = f"Open {lessons[0].link} and go on in order." if lessons else ""
    short = f"If five minutes are all you have, take [the tour]({tour}) instead: all seven stages at once."
    other = f"{short}\nIt tells some answers that the lessons let you guess." if tour else ""
    return "\n".join(filter(None, (first, other)))


def path_table(lessons: Sequence[Header]) -> str:
    """The lessons in order, and their minutes together."""
    head = ["| lesson | its question | after | minutes |", "|:--|:--|:--|--:|"]
    rows = [f"| {one.link} | {in_cell(one.question)} | {in_short(one.after)} | {one.minutes} |" for one in lessons]
    return "\n".join([*head, *rows, f"| **together** | | | **{sum(one.minutes for one in lessons)}** |"])


def exercise_rows(clone: Path) -> str:
    """What is to be written and where, a row a notebook; nothing where no exercises came with these lessons."""
    capstone = outline().capstone
    there = (clone / capstone.exercise_file).is_file()
    rows = []
    for lesson in outline().lessons:
        if (clone / lesson.exercise_file).is_file():
            rows.append(f"| [{lesson.number:02}](../{lesson.exercise_file}) | {to_write(lesson)} |")
        if there and lesson.number == capstone.after:
            rows.append(f"| [{capstone.title}](../{capstone.exercise_file}) | your own timeline |")
    head = ["| exercises | what you write, and the minutes for it |", "|:--|:--|"]
    return "\n".join(["", EXERCISES, *([CAPSTONE] * there), "", *head, *rows, ""]) if rows else ""


def to_write(lesson: Lesson) -> str:
    """A lesson's exercises, the core one in bold."""
    titles = [(one, f"{one.key} {one.title} ({one.minutes})") for one in map(texts_of, lesson.exercises)]
    return ", ".join(f"**{said}**" if one.core else said for one, said in titles)


def in_cell(question: str) -> str:
    """A sentence as a table's cell can hold it."""
    return (question[:1].upper() + question[1:]).replace("|", r"\|")


def in_short(after: str) -> str:
    """Links to earlier lessons by their numbers alone."""
    return re.sub(r"\[(\d\d) · [^]]+]", r"[\1]", after) or "nothing"


def glossary_lines(words: dict[str, str]) -> str:
    """A line a word, in alphabetical order, each with an anchor of its own name."""
    return "\n".join(
        f'- <a id="{anchor_of(word)}"></a>**{word}**: {words[word]}' for word in sorted(words, key=str.casefold)
    )


def anchor_of(word: str) -> str:
    """The name to link a word by: `hot shard` is README.md#hot-shard."""
    return re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")


def lesson_header(path: Path) -> Header:
    """What the first cell of a lesson says; where a part is missing, HeaderError shows a line of the kind."""
    cells = nbformat.read(path, as_version=4).cells  # type: ignore[no-untyped-call]
    parts = paragraphs_of(cells[0].source if cells and cells[0].cell_type == "markdown" else "")
    found: dict[str, str] = {}
    for pattern, example in NEEDED.values():
        match = next(filter(None, (re.fullmatch(pattern, part, re.DOTALL) for part in parts)), None)
        if match is None:
            raise HeaderError(f"{path.name}: the first cell has no line such as: {example}")
        found |= {name: text or "" for name, text in match.groupdict().items()}
    if not path.name.startswith(found["number"]):
        raise HeaderError(f"{path.name}: the first cell says that this is lesson {found['number']}")
    outcomes = tuple(part.removeprefix("- ") for part in found.pop("outcomes").split("\n- "))
    return Header(file=path.name, outcomes=outcomes, **(found | {"minutes": int(found["minutes"])}))  # type: ignore[arg-type]


def paragraphs_of(source: str) -> list[str]:
    """The cell's paragraphs; a line that goes on is joined to the one before, but for the points of a list."""
    return [re.sub(r"\n(?!- )\s*", " ", part.strip()) for part in re.split(r"\n\s*\n", source)]


if __name__ == "__main__":
    folder = Path(*sys.argv[1:]) if sys.argv[1:] else Path("notebooks")
    (folder / "README.md").write_text(front_page(folder), encoding="utf-8")
