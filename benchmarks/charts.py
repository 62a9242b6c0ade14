"""The figures of what was measured: each from one part's saved result, with its words from the same numbers.

A function for each part gives its pictures by the names of their files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import pandas as pd

from benchmarks.common import PARTS, Result, Table
from twitterlab.figures.charts import Lines, dots, draw_bars, line_panels, number, short_number
from twitterlab.figures.figure import PAGE_DPI, Picture, canvas, show
from twitterlab.figures.palette import Role, styled

Pictures: TypeAlias = dict[str, Picture]
Rows: TypeAlias = Mapping[str, Sequence[float]]

MIDDLE_AND_TAIL = "median (full) and p99 (open)"
LATENCIES: dict[str, tuple[Role, str]] = {
    "page": ("reader", "milliseconds for a page"),
    "visible": ("author", "milliseconds for a post until it shows"),
}  # each from when it was due
PERCENTILES = ("p50", "p99", "p99.9")
PAGE_COSTS = {"page rows": "rows read for a page", "page p50 ms": "milliseconds for a page (median)"}
POST_COSTS = {
    "post p50 ms": "milliseconds for a post (median)",
    "post deliveries": "deliveries for a post",
    "delivery mean us": "microseconds for a delivery (mean)",
}


def caption_of(result: Result, name: str) -> str:
    """What was found, in the words of `parts.toml` and the figures of the result."""
    figures = {figure: number(value) for figure, value in result.figures.items()}
    return PARTS[result.part].captions[name].format_map(defaultdict(lambda: "an unknown number of", figures))


def system_dots(result: Result, name: str, role: Role, label: str, rows: Rows, *notes: str) -> Pictures:
    """A line for each system, ours in the role's colour and all others grey; beside each its values, or a note."""
    ours = ("twitterlab", "stage", "deliveries")
    roles: list[Role] = [role if way.startswith(ours) and "by hand" not in way else "other" for way in rows]
    return {name: dots(rows, roles=roles, label=label, caption=caption_of(result, name), notes=notes)}


def peers(result: Result) -> Pictures:
    """Deliveries a second, and milliseconds a page, ours and the peer's."""
    deliveries, pages = result.tables["deliveries"], result.tables["pages of 20, in ms"]
    rates = {f"{row['way']}\n{row['connection']}": [row["deliveries/s"]] for row in deliveries}
    ours, *theirs = (f"{short_number(row['deliveries/s'])}/s" for row in deliveries)
    ratios = (f"{number(row['ours/this'])} times" for row in deliveries[1:])
    notes = [ours, *(f"{rate}, ours {ratio}" for rate, ratio in zip(theirs, ratios, strict=True))]
    times = {row["way"]: [row["p50"], row["p99"]] for row in pages}
    label = f"deliveries a second beside {result.settings['peer']}"
    return {
        **system_dots(result, "peers-deliveries", "author", label, rates, *notes),
        **system_dots(result, "peers-pages", "reader", f"milliseconds for a page, {MIDDLE_AND_TAIL}", times),
    }


def stages(result: Result) -> Pictures:
    """A page at each stage, by hand and from SQLite."""
    (rows,) = result.tables.values()
    times = {row["system"]: [row["p50 ms"], row["p99 ms"]] for row in rows}
    return system_dots(result, "stages", "reader", f"milliseconds for a first page, {MIDDLE_AND_TAIL}", times)


def service(result: Result) -> Pictures:
    """A page at each stage over HTTP, with the requests a second and the rows behind it."""
    (rows,) = result.tables.values()
    times = {f"stage {row['stage']}, {row['class']}": [row["page p50 ms"], row["page p99 ms"]] for row in rows}
    notes = (f"{number(row['requests/s'])} requests/s, {short_number(row['rows a page'])} rows a page" for row in rows)
    label = f"milliseconds for a page over HTTP, {MIDDLE_AND_TAIL}"
    return system_dots(result, "service", "reader", label, times, *notes)


def limit(result: Result) -> Pictures:
    """Writes and deliveries a second."""
    (rows,) = result.tables.values()
    rates = {row["way"]: [row["a second"]] for row in rows}
    notes = (f"{short_number(row['a second'])}/s, {number(100 * row['of the limit'])}% of the limit" for row in rows)
    return system_dots(result, "limit", "author", "a second, on one core", rates, *notes)


def profile(result: Result) -> Pictures:
    """The shares of the functions that a drain and a page spend their time in, side by side."""
    roles: tuple[Role, ...] = ("author", "reader")
    words = ["Bars, % of the time."]
    with styled():
        figure = canvas(13, 0.36 * max(map(len, result.tables.values())) + 1)
        panels = figure.subplots(1, len(result.tables))
        for axes, role, (title, rows) in zip(panels, roles, result.tables.items(), strict=True):
            shares = {row["function"].strip("`"): row["% of the time"] for row in rows}
            draw_bars(axes, shares, [*[role] * (len(shares) - 1), "other"], room=1.2)  # the last are all others
            axes.set_title(f"% of the time of {title}")
            words.append(f"Of {title}: {', '.join(f'{name} {number(share)}' for name, share in shares.items())}.")
    return {"profile": show(figure, " ".join(words), caption_of(result, "profile"), PAGE_DPI)}


def rate(result: Result) -> Pictures:
    """Latencies against the multiple of the lecture's rate, a column for each call that reads pages."""
    grid = [[latency_lines(title, rows, of) for title, rows in result.tables.items()] for of in LATENCIES]
    return {"rate": line_panels(grid, caption_of(result, "rate"), share=True)}


def latency_lines(title: str, rows: Table, of: str) -> Lines:
    """Percentiles of one latency, on grey ground where the load no longer holds."""
    role, y_label = LATENCIES[of]
    curves = {name: [row[f"{of} {name} ms"] for row in rows] for name in PERCENTILES}
    failed = min((row["multiple"] for row in rows if not row["sustained"]), default=None)
    x, x_label = [row["multiple"] for row in rows], "times the lecture's average rate"
    return Lines(title, x, curves, role, x_label, y_label, grey_from=failed)


def growth(result: Result) -> Pictures:
    """Pages in every sweep, and posts and deliveries where everything grows."""
    sweeps = {title: pd.DataFrame(rows) for title, rows in result.tables.items()}
    pages = [[cost_lines(title, sweep, cost) for title, sweep in sweeps.items()] for cost in PAGE_COSTS]
    posts = [[cost_lines(*next(iter(sweeps.items())), cost) for cost in POST_COSTS]]
    return {
        "growth-pages": line_panels(pages, caption_of(result, "growth-pages"), share=True),
        "growth-posts": line_panels(posts, caption_of(result, "growth-posts"), share=False),
    }


def cost_lines(title: str, sweep: pd.DataFrame, cost: str) -> Lines:
    """A line for each stage over the sizes; the colour says whether reading or writing costs it."""
    rows, (heading, _, by) = sweep[sweep["of a"] + " " + sweep["cost"] == cost], title.partition("; by ")
    table = rows.set_index("stage").drop(columns=["of a", "cost", "slope"])
    sizes = [int(str(name).replace(",", "")) for name in table]
    curves = {str(stage): [float(value) for value in row] for stage, *row in table.itertuples()}
    role: Role = "reader" if cost in PAGE_COSTS else "author"
    return Lines(heading, sizes, curves, role, by, {**PAGE_COSTS, **POST_COSTS}[cost], "stage")
