"""The picture of the tour: what a page reads and a post writes at every stage, and on request how long a page takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twitterlab.figures.charts import draw_bars
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import INK, QUIET, Role, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from twitterlab.studies.tour import StageRow, Tour

LARGE = {"font.size": 12.5, "axes.titlesize": 13}  # a figure of three columns is seen smaller than one of a lesson


def tour_picture(result: Tour) -> Picture:
    """What is equal on every machine: rows read for a page and deliveries for a post, at each stage."""
    return show(tour_figure(result), describe(result), headline(result))


def tour_figure(result: Tour, *, times: bool = False) -> Figure:
    """A column of bars for each measure, a stage a line; with `times` this machine's median time of a page too."""
    import matplotlib as mpl

    columns = {label: bars for label, bars in column_bars(result).items() if times or "milliseconds" not in label}
    with styled(), mpl.rc_context(LARGE):  # type: ignore[arg-type]
        figure = canvas(2.5 + 3.5 * len(columns), 5.2)
        figure.suptitle(headline(result), fontsize=17, color=INK, x=0.01, ha="left", weight="bold")
        figure.supxlabel(replayed(result), fontsize=11, color=QUIET, x=0.01, ha="left")
        panels = figure.subplots(1, len(columns), sharey=True)
        for axes, (label, (role, values)) in zip(panels, columns.items(), strict=True):
            draw_bars(axes, values, role, room=30, log=True)
            axes.set_title(label)
    return figure


def column_bars(result: Tour) -> dict[str, tuple[Role, dict[str, float]]]:
    """The columns by their labels: whom their colour means, and the values of the stages."""

    def column(value: str) -> dict[str, float]:
        return {f"{row.stage}  {row.name}": getattr(row, value) for row in result.stages}

    return {
        "rows read for a page": ("reader", column("rows_per_page")),
        "milliseconds for a page (median)": ("reader", column("page_p50_ms")),
        "deliveries for a post": ("author", column("deliveries_per_post")),
    }


def replayed(result: Tour) -> str:
    """What was replayed, as the figure's note."""
    users, follows, posts = result.graph["users"], result.graph["follows"], result.workload["post"]
    return (
        f"{users:,} users, {follows:,} follows, {posts:,} tweets; the same answers at every stage; logarithmic scales"
    )


def headline(result: Tour) -> str:
    """The finding, from the tour's own numbers."""
    first, last = result.stages[0], result.stages[-1]
    return f"A page of a feed: from {first.rows_per_page:,.0f} rows read to {last.rows_per_page:,.1f}"


def describe(result: Tour) -> str:
    """The figure in words, for whoever does not see it."""
    return f"Bars, a stage a line. {'; '.join(map(describe_stage, result.stages))}."


def describe_stage(row: StageRow) -> str:
    """One stage's bars in words."""
    return (
        f"stage {row.stage}, {row.name}: {row.rows_per_page:,.1f} rows read for a page, "
        f"{row.deliveries_per_post:,.1f} deliveries for a post"
    )
