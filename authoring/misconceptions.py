"""The page of misconceptions for instructors, `docs/misconceptions.md`: made from the words of the exercises.

`python -m authoring.misconceptions` makes it. A wrong answer's key there is the one that the summary of a
class counts, and the one that stands in the heads of `tests/answers/NAME/*.py`.
"""

from __future__ import annotations

from pathlib import Path

from twitterlab.classroom.course.exercise_texts import ExerciseTexts, texts_of
from twitterlab.classroom.course.outline import Lesson, outline

PAGE = Path("docs/misconceptions.md")
HEAD = """<!-- Made by `make notebooks` from twitterlab/classroom/course/exercise_texts/NN.toml: edit those. -->

# Misconceptions, and what answers them

What a wrong answer to an exercise tells of its author, and what the course says to it. `twitterlab summary FOLDER`
counts them over a class, under the same names. In a workshop, ask who believes it before you say why it is not so.
"""


def misconceptions_page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *("\n".join(lesson_section(lesson)) for lesson in outline().with_exercises)])


def lesson_section(lesson: Lesson) -> list[str]:
    """One lesson's exercises."""
    lines = (line for key in lesson.exercises for line in exercise_rows(texts_of(key)))
    return [f"## {lesson.number} · {lesson.title}", "", *lines]


def exercise_rows(one: ExerciseTexts) -> list[str]:
    """One exercise's wrong answers, a row each."""
    core = ", core" if one.core else ""
    rows = [f"| `{w.key}` | {table_cell(w.misconception)} | {table_cell(w.says)} |" for w in one.wrong.values()]
    head = ["| answer | who gives it believes | what it is told |", "|:--|:--|:--|"]
    return [f"### {one.key} · {one.title} ({one.minutes} minutes{core})", "", *head, *rows, ""]


def table_cell(text: str) -> str:
    """Words as a table's cell can hold them."""
    return text.replace("|", r"\|")


if __name__ == "__main__":
    PAGE.write_text(misconceptions_page(), encoding="utf-8")
