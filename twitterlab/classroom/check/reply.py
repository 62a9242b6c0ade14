"""How a verdict, hints and a solution are shown in a notebook: words first, and buttons for who wants more.

What is committed holds the words alone. Live, an answer that was wrong in the same way twice is offered the next hint,
and a right one shows ours beside it.
"""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from twitterlab.classroom.check.verdict import Verdict
from twitterlab.classroom.course import my_parts, progress
from twitterlab.classroom.course.exercise_texts import ExerciseTexts, texts_of
from twitterlab.classroom.course.outline import outline
from twitterlab.figures.bundled import Bundled

ABSENT = "This copy of the course came without solutions. Whoever gave it to you can show you one."
_last: dict[str, tuple[str, tuple[str, ...]]] = {}  # the last verdict on each exercise that was not right
_opened: dict[str, int] = {}  # how many hints of each exercise are open


class Reply(Verdict):
    """A verdict as `check` answers it: the same data, and a notebook shows it with what belongs beside it."""

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return reply_box(self)._repr_mimebundle_(**kwargs)


def reply_box(verdict: Verdict) -> Bundled:
    """The words of a verdict; after the same wrong answer twice a hint, and after a right one ours to compare."""
    told = {"text/html": verdict.html, "text/plain": verdict.text}
    view = widgets.HTML(f'<div role="status">{verdict.html}{words_beside(verdict)}</div>')
    again = _last.get(verdict.key) == (verdict.kind, verdict.says)
    _last[verdict.key] = (verdict.kind, verdict.says)
    offered = again and verdict.kind not in ("right", "not attempted")
    said = widgets.HTML("<p>The same as last time. A hint may help:</p>")
    return Bundled([view, said, *help_widgets(texts_of(verdict.key))] if offered else [view], told)


def words_beside(verdict: Verdict) -> str:
    """After a right answer: ours, where it is another, and where theirs was kept."""
    if verdict.kind != "right":
        return ""
    name = texts_of(verdict.key).name
    kept = f"<p>Kept as <code>my_parts/{name}.py</code>.</p>" if verdict.source and progress.course_folder() else ""
    if not differs_from_ours(name, verdict.source):
        return kept
    return kept + folded_html("Ours, to compare", code_html(my_parts.our_source(name)))


def differs_from_ours(name: str, source: str | None) -> bool:
    """Whether an answer is not simply ours."""
    return source is None or code_lines(source) != code_lines(my_parts.our_source(name))


def code_lines(source: str) -> list[str]:
    """The lines of code, without those that only comment."""
    return [line.rstrip() for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def hint(key: str) -> Bundled:
    """Three hints of rising strength and a solution, one click each; a KeyError where there is no such exercise."""
    asked = texts_of(key)
    about = f"Exercise {key}, {asked.title}: three hints and a solution, which open one by one when you ask."
    told = {"text/html": f"<p>{html.escape(about)}</p>", "text/plain": about}
    return Bundled([widgets.HTML(told["text/html"]), *help_widgets(asked)], told)


def solution(key: str) -> Bundled:
    """Our answer to an exercise, once its button is pressed; where the solutions are not there, it says so."""
    asked = texts_of(key)
    about = f"Exercise {key}, {asked.title}: a solution opens here when you ask."
    told = {"text/html": f"<p>{html.escape(about)}</p>", "text/plain": about}
    view = widgets.HTML(status_html(""))
    return Bundled([widgets.HTML(told["text/html"]), solution_button(asked, view), view], told)


def help_widgets(asked: ExerciseTexts) -> list[Any]:
    """A button for the next hint, one for the solution, and where they are told."""
    view, shown = widgets.HTML(status_html(hints_html(asked))), widgets.HTML(status_html(""))
    button = widgets.Button()

    def label() -> None:
        count = _opened.get(asked.key, 0)
        button.disabled = count == len(asked.hints)
        button.description = f"Hint {min(count + 1, len(asked.hints))} of {len(asked.hints)}"

    def more(_: object) -> None:
        _opened[asked.key] = min(_opened.get(asked.key, 0) + 1, len(asked.hints))
        progress.note_help(asked.key, _opened[asked.key])
        view.value = status_html(hints_html(asked))
        label()

    label()
    button.on_click(more)
    return [widgets.HBox([button, solution_button(asked, shown)]), view, shown]


def hints_html(asked: ExerciseTexts) -> str:
    """The hints that are open."""
    opened = asked.hints[: _opened.get(asked.key, 0)]
    return "".join(f"<p><b>Hint {n}.</b> {html.escape(one)}</p>" for n, one in enumerate(opened, 1))


def solution_button(asked: ExerciseTexts, view: Any) -> Any:
    """A button that shows our answer."""
    button = widgets.Button(description="Show a solution", layout=widgets.Layout(width="auto"))

    def show(_: object) -> None:
        found = solution_source(asked)
        progress.note_help(asked.key, _opened.get(asked.key, 0), solution=found is not None)
        view.value = status_html(f"<p>{ABSENT}</p>" if found is None else code_html(found))

    button.on_click(show)
    return button


def solution_source(asked: ExerciseTexts) -> str | None:
    """Our answer as it stands in the solutions beside this course, else None."""
    here, file = Path.cwd(), outline().lesson(asked.lesson).solution_file
    for folder in (here, *here.parents[:2]):
        if (path := folder / file).is_file():
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["metadata"].get("nbgrader", {}).get("grade_id") == asked.name:
                    return "".join(cell["source"])
    return None


def status_html(text: str) -> str:
    """HTML that a screen reader tells as soon as it changes."""
    return f'<div role="status">{text}</div>'


def code_html(source: str) -> str:
    """Source as HTML."""
    return f"<pre>{html.escape(source.strip())}</pre>"


def folded_html(summary: str, inside: str) -> str:
    """HTML that opens on a click."""
    return f"<details><summary>{summary}</summary>{inside}</details>"
