"""The page of what was measured: goals, figures, tables and notes, all from the JSON that the bench's parts save."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.charts import Saved, peers, rate, stages
from benchmarks.common import Table, named, shown
from benchmarks.drawing import Chart, words
from benchmarks.growth_charts import growth
from benchmarks.limit_charts import limit
from benchmarks.service_charts import service

DPI = 150
SOURCES = ("line", "of")  # columns that hold source text
HEAD = """# How fast

One process, measured beside what a learner would use instead. Ratios are of things that took turns in one run; times
are those of the machine that stands beside each figure. `{page}` makes this page from the JSON files
beside it; the command at the head of each section measures one of them anew."""


@dataclass(frozen=True)
class Section:
    """A part of the bench on the page: what is asked, and the figures of a saved result."""

    title: str
    asked: str
    charts: Callable[[Saved], list[Chart]]


@dataclass(frozen=True)
class Goal:
    """A bound that a figure is to keep: at least `bound`, or where `most` is set, at most."""

    part: str
    figure: str
    bound: float
    what: str
    most: bool = False

    def row(self, saved: dict[str, Saved | None]) -> dict[str, object]:
        """The goal beside what was measured."""
        value = ((saved[self.part] or {}).get("figures") or {}).get(self.figure)
        wanted = f"at {'most' if self.most else 'least'} {words(self.bound)}"
        met = "" if value is None else value <= self.bound if self.most else value >= self.bound
        measured = "not measured" if value is None else float(value)
        return {"part": self.part, "goal": self.what, "wanted": wanted, "measured": measured, "met": met}


SECTIONS = {
    "rate": Section(
        "The lecture's rate on one core",
        "How many times over does one core sustain the lecture's average rate, posts durable and pages complete?",
        rate,
    ),
    "peers": Section(
        "Beside a server for timelines",
        "How do fan-out and pages compare with the public designs for home timelines, on Valkey or Redis?",
        peers,
    ),
    "stages": Section(
        "A page at every stage",
        "What does a page cost at each stage, beside the same SQL by hand and beside SQLite?",
        stages,
    ),
    "growth": Section(
        "As everything grows",
        "What do a page, a post and a delivery cost as users, tweets, or strangers' tweets grow tenfold twice?",
        growth,
    ),
    "limit": Section(
        "Beside the machine's own limit",
        "How close is fan-out to random writes of 8 bytes into the same arrays, and what is the rest spent on?",
        limit,
    ),
    "service": Section(
        "The service at every stage",
        "How many requests a second does the HTTP service answer at each stage, how fast, and what does a page read?",
        service,
    ),
}
PAGE = "of the peer's over its public connection"
GOALS = (
    Goal("rate", "headroom", 4, "times the lecture's average rate that one core sustains through `feed`"),
    Goal("rate", "headroom_many", 10, "times that rate through `feed_many`"),
    Goal("peers", "deliveries_ratio", 60, "times the peer's deliveries by pipelined ZADD and trim"),
    Goal("peers", "deliveries_ratio_best", 20, "times the peer's deliveries by its best way"),
    Goal("peers", "page_p50_ratio", 0.25, f"median of a page, as a share {PAGE}", most=True),
    Goal("peers", "page_p99_ratio", 0.25, f"p99 of a page, as a share {PAGE}", most=True),
    Goal("peers", "page_many_p50_ratio", 0.125, f"median of a page through `feed_many`, as a share {PAGE}", most=True),
    Goal("stages", "stage1_overhead", 1.3, "times its SQL by hand that a page takes at stage 1", most=True),
    Goal("stages", "stage2_overhead", 1.3, "times its SQL by hand that a page takes at stage 2", most=True),
)


def write(folder: Path) -> None:
    """Draw the figures of what is saved in `folder`, and write its README.md; the same files give the same bytes."""
    import matplotlib

    folder.mkdir(parents=True, exist_ok=True)
    saved = {part: read(folder / f"{part}.json") for part in SECTIONS}
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        parts = [HEAD.format(page=command(folder)), goals(saved)]
        for part, section in SECTIONS.items():
            parts += [f"## {section.title}", section.asked, f"```sh\n{measuring(folder, part)}\n```"]
            found = saved[part]
            parts += measured(found, section, folder) if found else [missing(folder, part)]
    (folder / "README.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def read(file: Path) -> Saved | None:
    """A saved result; None where there is none, and a ValueError where the file is something else."""
    if not file.exists():
        return None
    try:
        found: Saved = json.loads(file.read_text(encoding="utf-8"))
        found["tables"], found["figures"], found["machine"], found["versions"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file.name} is no result of the bench: {error!r}") from error
    return found


def command(folder: Path) -> str:
    """What makes this page."""
    name = folder.resolve().name
    return "python -m benchmarks page" + ("" if name == "benchmarks" else f" {name}")


def measuring(folder: Path, part: str) -> str:
    """What measures a part."""
    return f"python -m benchmarks {part} --json {folder.resolve().name}/{part}.json"


def missing(folder: Path, part: str) -> str:
    """How to get what is not there."""
    return f"Not measured yet: run `{measuring(folder, part)}`, and then `{command(folder)}`."


def goals(saved: dict[str, Saved | None]) -> str:
    """Each goal, and whether it was met."""
    rows = [goal.row(saved) for goal in GOALS]
    met, known = (sum(row["met"] is kind for row in rows) for kind in (True, False))
    counted = f"Of {len(rows)} goals, {met} are met, {known} are missed and {len(rows) - met - known} are not measured."
    return f"## Goals\n\n{counted}\n\n{markdown(rows)}"


def measured(saved: Saved, section: Section, folder: Path) -> Iterator[str]:
    """A section's figures with their machine, its tables, its notes."""
    machine = f"<sub>{machine_of(saved)}</sub>"
    charts = section.charts(saved)
    for chart in charts:
        save(chart, folder)
        alt = chart.alt.replace("[", "&#91;").replace("]", "&#93;")  # the page's own brackets end at the first
        yield from (f"![{alt}]({chart.name}.png)", f"*{chart.caption}*", machine)
    if not charts:
        yield machine
    yield from memory(saved)
    for title, rows in saved["tables"].items():
        yield f"**{title[:1].upper()}{title[1:]}**"
        yield markdown(rows)
    every = [{"figure": f"`{name}`", "value": value} for name, value in saved["figures"].items()]
    yield f"<details><summary>All figures by name</summary>\n\n{markdown(every)}\n\n</details>"
    yield f"Settings: {named(saved.get('settings', {}))}."
    yield from listed(saved.get("notes", []))


def listed(notes: list[str]) -> Iterator[str]:
    """Notes as a list; one that ends within a sentence goes on in the next."""
    items, ended = list[str](), True
    for note in notes:
        items = [*items, f"- {note}"] if ended else [*items[:-1], f"{items[-1]} {note}"]
        ended = note.endswith(".")
    if items:
        yield "\n".join(items)


def save(chart: Chart, folder: Path) -> None:
    """Save a figure; nothing in the file says when or by what it was made."""
    chart.figure.savefig(folder / f"{chart.name}.png", dpi=DPI, facecolor="white", metadata={"Software": None})


def machine_of(saved: Saved) -> str:
    """The machine and the versions."""
    machine, versions = saved["machine"], saved["versions"]
    where = [machine.get("processor"), f"{machine.get('cores')} cores", f"{machine.get('memory_gb')} GB of memory"]
    with_what = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{', '.join(str(item) for item in (*where, machine.get('system')))}; {with_what}"


def memory(saved: Saved) -> Iterator[str]:
    """What the rate's system takes in memory, and what the lecture's would; nothing at the other parts."""
    from twitterlab.studies.estimate import Givens

    figures = saved["figures"]
    feed, follow, start = map(figures.get, ("feed_bytes_a_user", "graph_bytes_a_follow", "start_s"))
    if feed:
        active = Givens().active
        yield (
            f"A feed takes {words(feed)} bytes. All {active / 1e6:,.0f} M that the lecture has would take "
            f"{feed * active / 1e9:,.0f} GB (*modelled*: bytes times users)."
        )
    if follow:
        yield f"A follow takes {words(follow)} bytes of the graph that fan-out reads."
    if start:
        yield f"Opening the stored system again takes {words(start)} s."


def markdown(rows: Table) -> str:
    """A table; numbers stand at the right."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    numeric = [all(type(row.get(name)) in (int, float, type(None)) for row in rows) for name in names]
    lines = [names, ["---:" if right else "---" for right in numeric]]
    lines += [[cell(name, row.get(name)) for name in names] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(name: str, value: object) -> str:
    """A value as a table shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(shown(value)).replace("|", r"\|").replace("\n", " ")
    return f"`{text}`" if name in SOURCES and text else text
