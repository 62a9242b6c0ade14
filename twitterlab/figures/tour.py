"""Figures of the toolkit's own measurements; matplotlib is imported where one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from twitterlab.studies.tour import Tour

READ, WRITE = "#0072B2", "#D55E00"  # Okabe and Ito's blue and vermilion, told apart by colour-blind readers too
INK, QUIET = "#222222", "#666666"


def tour_figure(result: Tour) -> Figure:
    """Three columns of bars, a stage a line: rows read for a page, time of a page, deliveries for a post."""
    figure, (left, middle, right) = canvas(result, 3)
    counts(left, right, result)
    times = [row.page_p50_ms for row in result.stages]
    bars(middle, names(result), times, colour=READ, label="milliseconds for a page (median)", form="{:.2g}")
    return figure


def tour_counts(result: Tour) -> Figure:
    """The same without times: what is equal on every machine."""
    figure, (left, right) = canvas(result, 2)
    counts(left, right, result)
    return figure


def canvas(result: Tour, columns: int) -> tuple[Figure, list[Axes]]:
    """An empty figure under the tour's headline, with what was replayed as its note."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.5 + 3.5 * columns, 5.2), layout="constrained", facecolor="white")
    figure.suptitle(headline(result), fontsize=17, color=INK, x=0.01, ha="left", weight="bold")
    users, follows, posts = result.graph["users"], result.graph["follows"], result.workload["post"]
    note = (
        f"{users:,} users, {follows:,} follows, {posts:,} tweets; the same answers at every stage; logarithmic scales"
    )
    figure.supxlabel(note, fontsize=11, color=QUIET, x=0.01, ha="left")
    return figure, list(figure.subplots(1, columns, sharey=True))


def counts(left: Axes, right: Axes, result: Tour) -> None:
    """The counted columns: what a page reads, and what a post writes."""
    rows = [row.rows_per_page for row in result.stages]
    deliveries = [row.deliveries_per_post for row in result.stages]
    form = "{:,.0f}" if all(value == 0 or value >= 1 for value in rows) else "{:,.1f}"
    bars(left, names(result), rows, colour=READ, label="rows read for a page", form=form)
    bars(right, names(result), deliveries, colour=WRITE, label="deliveries for a post", form="{:,.1f}")


def names(result: Tour) -> list[str]:
    """The stages as the axis names them."""
    return [f"{row.stage}  {row.name}" for row in result.stages]


def bars(axes: Axes, lines: list[str], values: list[float], *, colour: str, label: str, form: str) -> None:
    """One column of horizontal bars on a scale that holds both zero and millions, each with its number."""
    drawn = axes.barh(lines, values, color=colour, height=0.68)
    axes.set_xscale("symlog", linthresh=0.1 if max(values, default=0) < 100 else 1)
    axes.invert_yaxis() if not axes.yaxis_inverted() else None
    axes.bar_label(drawn, [form.format(v) for v in values], padding=4, fontsize=12, color=INK)
    axes.set_title(label, fontsize=13, color=INK, loc="left")
    axes.set_xlim(0, max(max(values, default=0), 1) * 30)
    axes.set_xticks([])
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="y", length=0, labelsize=13, labelcolor=INK)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def headline(result: Tour) -> str:
    """The finding, from the tour's own numbers."""
    first, last = result.stages[0], result.stages[-1]
    return f"A page of a feed: from {first.rows_per_page:,.0f} rows read to {last.rows_per_page:,.1f}"


def describe(result: Tour) -> str:
    """The figure in words, for whoever does not see it."""
    lines = (
        f"stage {row.stage}, {row.name}: {row.rows_per_page:,.1f} rows read for a page, "
        f"{row.deliveries_per_post:,.1f} deliveries for a post"
        for row in result.stages
    )
    return "Bars, a stage a line. " + "; ".join(lines) + "."
