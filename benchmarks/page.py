"""The page of what was measured: goals, figures, tables and notes, all from the JSON that the parts save."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import matplotlib as mpl
import msgspec

from benchmarks import charts
from benchmarks.common import PARTS, Goal, Result, markdown, values_on_one_line
from twitterlab.figures.charts import number
from twitterlab.studies.estimate import Givens

Saved: TypeAlias = dict[str, Result | None]

HEAD = """# How fast

One process, measured beside what a learner would use instead. Ratios are of things that took turns in one run; times
are those of the machine that stands beside each figure. `{page}` makes this page from the JSON files
beside it; the command at the head of each section measures one of them anew."""
BEGIN, END = "<!-- service: made by python -m benchmarks page -->\n", "\n<!-- service ends -->"  # on the front page
FRONT_COLUMNS = ("stage", "class", "requests/s", "page p50 ms", "page p99 ms", "rows a page")


def write_page(folder: Path) -> None:
    """Draw the figures of what is saved in `folder`, and write its README.md; the same files give the same bytes.

    The service's table also goes to the front page, where that has a place for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    saved = {part: read_result(folder / f"{part}.json") for part in PARTS}
    with mpl.rc_context():
        mpl.rcdefaults()
        sections = [HEAD.format(page=page_command(folder)), goals_section(saved)]
        for part, result in saved.items():
            sections += part_section(folder, part, result)
    (folder / "README.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    if saved["service"]:
        write_front(folder.resolve().parent / "README.md", saved["service"])


def read_result(file: Path) -> Result | None:
    """A saved result; None where there is none, and a ValueError where the file is something else."""
    if not file.exists():
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=Result)
    except msgspec.DecodeError as error:
        raise ValueError(f"{file.name} is no result of the benchmarks: {error}") from error


def page_command(folder: Path) -> str:
    """What makes this page."""
    name = folder.resolve().name
    return "python -m benchmarks page" + ("" if name == "benchmarks" else f" {name}")


def goals_section(saved: Saved) -> str:
    """Each goal, and whether it was met."""
    rows = [goal_row(part, goal, saved[part]) for part in PARTS for goal in PARTS[part].goals]
    met, missed = (sum(row["met"] is kind for row in rows) for kind in (True, False))
    counts = f"{met} are met, {missed} are missed and {len(rows) - met - missed} are not measured"
    return f"## Goals\n\nOf {len(rows)} goals, {counts}.\n\n{markdown(rows)}"


def goal_row(part: str, goal: Goal, result: Result | None) -> dict[str, Any]:
    """The goal beside what was measured."""
    value = result.figures.get(goal.figure) if result else None
    low, high = goal.least or -math.inf, goal.most or math.inf
    return {
        "part": part,
        "goal": goal.what,
        "wanted": f"at least {number(low)}" if goal.least else f"at most {number(high)}",
        "measured": "not measured" if value is None else number(value),
        "met": "" if value is None else low <= value <= high,
    }


def part_section(folder: Path, part: str, result: Result | None) -> Iterator[str]:
    """A part's question, what measures it, and its figures, tables and notes."""
    command = f"python -m benchmarks {part} --json {folder.resolve().name}/{part}.json"
    yield from (f"## {PARTS[part].title}", PARTS[part].question, f"```sh\n{command}\n```")
    if result is None:
        yield f"Not measured yet: run `{command}`, and then `{page_command(folder)}`."
        return
    pictures: charts.Pictures = getattr(charts, part)(result) if result.tables else {}
    for name, picture in pictures.items():
        (folder / f"{name}.png").write_bytes(picture.png)
        yield from (f"![{picture.alt}]({name}.png)", f"*{picture.caption}*", f"<sub>{machine_of(result)}</sub>")
    yield from memory_sentence(result.figures)
    for title, rows in result.tables.items():
        yield from (f"**{title[:1].upper()}{title[1:]}**", markdown(rows))
    if result.figures:
        yield f"<details><summary>All figures by name</summary>\n\n{result.all_figures()}\n\n</details>"
    yield f"Settings: {values_on_one_line(result.settings)}."
    if result.notes:
        yield "\n".join(f"- {note}" for note in result.notes)


def machine_of(result: Result) -> str:
    """The machine and the versions."""
    where = "{processor}, {cores} cores, {memory_gb} GB of memory, {system}".format_map(result.machine)
    return f"{where}; {values_on_one_line(result.versions)}"


def memory_sentence(figures: dict[str, float]) -> Iterator[str]:
    """What all feeds of the lecture would take in memory; nothing where no feed was measured."""
    if feed := figures.get("feed_bytes_a_user"):
        active = Givens().active
        yield (
            f"A feed takes {number(feed)} bytes. All {active / 1e6:,.0f} M that the lecture has would take "
            f"{feed * active / 1e9:,.0f} GB (*modelled*: bytes times users)."
        )


def write_front(front: Path, result: Result) -> None:
    """Put the service's table into the front page; nothing where it has no place for it."""
    text = front.read_text(encoding="utf-8") if front.exists() else ""
    if BEGIN in text and END in text:
        front.write_text(with_service(text, result), encoding="utf-8")


def with_service(text: str, result: Result) -> str:
    """The text with the service's table, and below it the machine and the command, in the place of the one before."""
    before, _, rest = text.partition(BEGIN)
    (rows,) = result.tables.values()
    table = markdown([{name: row[name] for name in FRONT_COLUMNS} for row in rows])
    below = f"<sub>{machine_of(result)}; `python -m benchmarks service`</sub>"
    return f"{before}{BEGIN}\n{table}\n\n{below}\n{END}{rest.partition(END)[2]}"
