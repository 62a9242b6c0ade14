"""The figures of growth: what things cost at each size, a line for each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.drawing import PALETTE, Chart, at_ends, canvas, logarithmic, plain, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from benchmarks.charts import Saved
    from benchmarks.common import Table

PAGES = {("page", "rows"): "rows read for a page", ("page", "p50 ms"): "milliseconds for a page (median)"}
POSTS = {
    ("post", "p50 ms"): "milliseconds for a post (median)",
    ("post", "deliveries"): "deliveries for a post",
    ("delivery", "mean us"): "microseconds for a delivery (mean)",
}


def growth(saved: Saved) -> list[Chart]:
    """Pages in every sweep, and posts and deliveries where everything grows."""
    sweeps = {title: rows for title, rows in saved["tables"].items() if rows and sizes(rows)}
    return [*pages(sweeps), *posts(sweeps)]


def pages(sweeps: dict[str, Table]) -> list[Chart]:
    """A column for each sweep: rows above, milliseconds below."""
    if not sweeps:
        return []
    figure, panels = canvas(2, len(sweeps), 4.4 * len(sweeps) + 0.6, 8, sharey="row")
    for row, (key, what) in enumerate(PAGES.items()):
        drawn = [value for rows in sweeps.values() for value in values(chosen(rows, key))]
        for place, (title, rows) in enumerate(sweeps.items()):
            heading = "" if row else title.partition(";")[0]
            cost(panels[row][place], chosen(rows, key), heading, title, "" if place else what)
            logarithmic(panels[row][place].yaxis, drawn, zero=True)
    name_ends(panels, list(sweeps.values()), list(PAGES))
    alt = " ".join(told(title, rows, PAGES) for title, rows in sweeps.items())
    return [Chart("growth-pages", figure, f"Lines, one a stage, in logarithmic scales. {alt}", found(sweeps))]


def posts(sweeps: dict[str, Table]) -> list[Chart]:
    """Posts and deliveries, in the first sweep that has them."""
    there = ((title, rows) for title, rows in sweeps.items() if any(chosen(rows, key) for key in POSTS))
    title, rows = next(there, ("", []))
    keys = [key for key in POSTS if chosen(rows, key)]
    if not keys:
        return []
    figure, panels = canvas(1, len(keys), 4.4 * len(keys) + 0.6, 4.2)
    for axes, key in zip(panels[0], keys, strict=True):
        cost(axes, chosen(rows, key), "", title, POSTS[key])
        logarithmic(axes.yaxis, values(chosen(rows, key)), zero=True)
        name_ends([[axes]], [rows], [key])
    slopes = "; ".join(f"{POSTS[key]}, {slopes_of(chosen(rows, key))}" for key in keys)
    caption = f"Slopes where everything grows, 0 flat and 1 linear: {slopes}."
    alt = f"Lines, one a stage, in logarithmic scales. {told(title, rows, {key: POSTS[key] for key in keys})}"
    return [Chart("growth-posts", figure, alt, caption)]


def cost(axes: Axes, rows: Table, heading: str, title: str, what: str) -> None:
    """A line for each stage."""
    for row in rows:
        at = sizes([row])
        costs = [float(row[key]) for key in at]
        axes.plot(list(at.values()), costs, "o-", color=PALETTE[(row["stage"] - 1) % len(PALETTE)], linewidth=1.8)
    plain(axes, heading, title.rpartition("; by ")[2], what)
    logarithmic(axes.xaxis, list(sizes(rows).values()))


def name_ends(panels: list[list[Axes]], tables: list[Table], keys: list[tuple[str, str]]) -> None:
    """Write each line's stage at its end."""
    for axes_of_row, key in zip(panels, keys, strict=True):
        for axes, rows in zip(axes_of_row, tables, strict=True):
            ends: dict[str, tuple[float, float]] = {}
            for row in chosen(rows, key):
                last, size = list(sizes([row]).items())[-1]
                ends[str(row["stage"])] = (size, float(row[last]))
            at_ends(axes, ends)


def chosen(rows: Table, key: tuple[str, str]) -> Table:
    """The rows of one cost of one thing."""
    return [row for row in rows if (row.get("of a"), row.get("cost")) == key]


def sizes(rows: Table) -> dict[str, int]:
    """The columns that are sizes, and what they say."""
    names = rows[0] if rows else {}
    return {name: int(name.replace(",", "")) for name in names if name.replace(",", "").isdigit()}


def values(rows: Table) -> list[float]:
    """What some costs are at all sizes."""
    return [float(row[key]) for row in rows for key in sizes([row])]


def slopes_of(rows: Table) -> str:
    """The slope of each stage, or of all of them."""
    slopes = [f"{slope(row):.2f}" for row in rows]
    if len(set(slopes)) == 1 and len(rows) > 1:
        return f"{slopes[0]} at all stages"
    return ", ".join(f"{slope} at stage {row['stage']}" for row, slope in zip(rows, slopes, strict=True))


def slope(row: dict[str, Any]) -> float:
    """A slope to two digits, without a minus where these are 0."""
    return round(float(row["slope"]), 2) + 0.0


def told(title: str, rows: Table, keys: dict[tuple[str, str], str]) -> str:
    """What each stage's line shows: from where to where."""
    lines = []
    for key, what in keys.items():
        picked = chosen(rows, key)
        if picked:
            first, *_, last = sizes(picked)
            ranges = (f"stage {row['stage']} from {words(row[first])} to {words(row[last])}" for row in picked)
            lines.append(f"{what}, {', '.join(ranges)}")
    heading, _, by = title.partition("; by ")
    first, *_, last = sizes(rows)
    return f"{heading.capitalize()}, from {first} to {last} {by}: {'; '.join(lines)}."


def found(sweeps: dict[str, Table]) -> str:
    """The slopes of the first and the last stage's rows, sweep by sweep."""
    parts = []
    for title, rows in sweeps.items():
        picked = chosen(rows, ("page", "rows"))
        ends = [picked[0], picked[-1]] if picked else []
        slopes = " and ".join(f"{slope(row):.2f} at stage {row['stage']}" for row in ends)
        parts.append(f"{title.partition(';')[0]}: {slopes}")
    return f"Slopes of the rows read for a page, 0 flat and 1 linear: {'; '.join(parts)}."
