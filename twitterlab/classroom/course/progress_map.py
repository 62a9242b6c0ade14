"""The map of the course: a row a lesson with its exercises, and where the learner is in each of them.

`my_progress()` shows it in a notebook and keeps it up to date; `map_text` is the same for the terminal. A state is told
in words; the sign and the border beside them are in the theme's own ink.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

import ipywidgets as widgets
from tabulate import tabulate

from twitterlab.classroom.course import my_parts
from twitterlab.classroom.course import progress as kept
from twitterlab.classroom.course.exercise_texts import ExerciseTexts, all_texts
from twitterlab.classroom.course.my_parts import Part
from twitterlab.classroom.course.outline import outline
from twitterlab.classroom.course.progress_records import Progress, Record
from twitterlab.figures.bundled import Bundled

SIGNS = {"not begun": "○", "tried": "◐", "right": "●", "ours": "◇"}
BORDERS = {"not begun": "1px dashed", "tried": "3px dotted", "right": "5px solid", "ours": "5px double"}
LEFT = "text-align:left;vertical-align:top;line-height:1.4;padding:4px 12px"
NOWHERE = "Nothing is kept here, since this is no copy of the course: make lab gives you yours."


@dataclass(frozen=True)
class ExercisePlace:
    """Where the learner is in one exercise."""

    about: ExerciseTexts
    record: Record
    ours: bool

    @property
    def state(self) -> str:
        """One of the names in SIGNS: right goes before ours, and ours before tried."""
        if self.record.right:
            return "right"
        return "ours" if self.ours else "tried" if self.record.tries else "not begun"

    @property
    def state_words(self) -> str:
        """The state in words."""
        tries = self.record.tries_needed
        tried = {1: "tried once", 2: "tried twice"}.get(tries, f"tried {tries} times")
        if self.state == "right":
            return "right at the first try" if tries <= 1 else f"right after {tries} tries"
        if self.state == "ours":
            return f"ours, from catch-up; {tried}" if tries else "ours, from catch-up"
        return f"{tried}, not right yet" if tries else "not begun"

    @property
    def key(self) -> str:
        """The exercise's key, with a star where it is a core one."""
        return f"{self.about.key}{'*' if self.about.core else ''}"


def my_progress() -> Bundled:
    """The map, live with what the learner has done and drawn anew after each answer; committed with nothing done."""
    empty = exercise_places(Progress(), {})
    status, view = widgets.HTML(), widgets.HTML()

    def draw() -> None:
        folder = kept.course_folder()
        now = places_of(folder) if folder else empty
        status.value = f'<div role="status"><p>{html.escape(map_summary(now) if folder else NOWHERE)}</p></div>'
        view.value = map_table(now)

    draw()
    kept.call_on_change(draw)
    return Bundled([status, view], {"text/html": map_table(empty), "text/plain": map_text(empty)})


def places_of(folder: Path) -> list[ExercisePlace]:
    """The places of a course's learner."""
    return exercise_places(kept.read_progress(folder), my_parts.parts_in(folder))


def exercise_places(known: Progress, parts: Mapping[str, Part]) -> list[ExercisePlace]:
    """Every exercise in the order of the course."""
    ours = {part.name for part in parts.values() if part.ours}
    return [ExercisePlace(one, known.of(one.key), one.name in ours) for one in all_texts().values()]


def map_summary(all_places: list[ExercisePlace]) -> str:
    """How far the learner is, in a sentence, and which exercise comes next in the order of the course."""
    states = [place.state for place in all_places]
    open_ones = [place.about for place in all_places if place.state in ("not begun", "tried")]
    open_ones.sort(key=lambda about: (about.lesson, not about.core))  # each lesson comes to its core first, or can
    said = f"{states.count('right')} of {len(states)} exercises are right, {states.count('tried')} more tried."
    if not open_ones:
        return said
    return f"{said} Next: {open_ones[0].key}, {open_ones[0].title} ({open_ones[0].minutes} minutes)."


def by_lesson(all_places: list[ExercisePlace]) -> list[tuple[str, list[ExercisePlace]]]:
    """The exercises of each lesson, by its number and title."""
    groups = groupby(all_places, key=lambda place: place.about.lesson)
    return [(f"{number} · {outline().lesson(number).title}", list(some)) for number, some in groups]


def map_caption(all_places: list[ExercisePlace]) -> str:
    """What the map is of."""
    minutes = sum(place.about.minutes for place in all_places)
    return f"The course: {len(all_places)} exercises, {minutes} minutes; the core ones have a star"


def map_text(all_places: list[ExercisePlace]) -> str:
    """The map as lines of text."""
    rows = [row_cells(place) for place in all_places]
    table = iter(tabulate(rows, tablefmt="plain", disable_numparse=True, preserve_whitespace=True).splitlines())
    lines = [map_caption(all_places)]
    for lesson, some in by_lesson(all_places):
        lines += ["", lesson, *islice(table, len(some))]
    return "\n".join(lines)


def row_cells(place: ExercisePlace) -> tuple[str, str, str, str]:
    """One exercise as a row of the text: its sign and key, title, minutes and state."""
    about = place.about
    return f"  {SIGNS[place.state]} {place.key}", about.title, f"{about.minutes:3} min", place.state_words


def map_table(all_places: list[ExercisePlace]) -> str:
    """The map as an HTML table: no script, no drawing, no colour of its own."""
    lessons = by_lesson(all_places)
    most = max((len(some) for _, some in lessons), default=1)
    heads = (
        f'<th scope="col" style="{LEFT}">Stage</th><th scope="colgroup" colspan="{most}" style="{LEFT}">Exercises</th>'
    )
    rows = "".join(
        f'<tr><th scope="row" style="{LEFT}">{html.escape(lesson)}</th>{"".join(map(cell_html, some))}</tr>'
        for lesson, some in lessons
    )
    return (
        f'<table style="border-collapse:separate"><caption style="{LEFT}">'
        f"{html.escape(map_caption(all_places))}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def cell_html(place: ExercisePlace) -> str:
    """One exercise as a cell: its key and title, then its state in words."""
    about, state = place.about, place.state
    return (
        f'<td style="{LEFT};border-left:{BORDERS[state]}">'
        f"<b>{place.key}</b> {html.escape(about.title)}<br>"
        f'<span aria-hidden="true">{SIGNS[state]}</span> {html.escape(place.state_words)}<br>'
        f"<small>{about.minutes} min</small></td>"
    )
