"""Lesson 00's panel: the lecture's givens as sliders, and the rates and sizes that follow from them, all *modelled*."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import psutil  # type: ignore[import-untyped]

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.figures.charts import number, short_number
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, Role, styled, tint
from twitterlab.studies.estimate import EstimateRow, Givens, estimate, readable_quantity, unit_registry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LAPTOP, THIS = "laptops of 16 GB, stated", "machines like this one"
MEMORY = 16e9  # bytes of the stated laptop
WRITTEN = Givens().written / Givens().active  # tweets a day by each active user: 50 M by 200 M
RATES: dict[str, tuple[str, Role]] = {  # bar: its row in the estimate, and who pays
    "posts": ("tweets written a second", "author"),
    "pages": ("pages read a second", "reader"),
    "deliveries": ("deliveries", "author"),
}
SIZES: dict[str, tuple[str, Role]] = {
    "feed cache": ("feed cache memory", "cache"),
    "text a year": ("text written a year", "shard"),
}
Rows = dict[str, EstimateRow]


def capacity() -> Panel:
    """Move the givens, and see the rates and sizes of a system whose active users each write as much as the lecture's.

    The feed cache is counted in stated laptops, or live in machines with the memory of the one that this runs on.
    """
    controls = {
        "active": value_slider("Active users", [1e6, 2e6, 5e6, 10e6, 20e6, 50e6, 100e6, 200e6, 500e6], 200e6),
        "read": value_slider("Tweets read by each, a day", [10, 20, 50, 100, 200, 500, 1000], 100),
        "followers": value_slider("Followers of an average author", [10, 20, 50, 100, 200, 500, 1000], 100),
        "feed_length": value_slider("Tweets kept in a feed", [20, 50, 100, 200, 500], 100),
        "id_size": value_slider("Bytes kept of each (1,000 is the whole tweet)", [4, 8, 16, 32, 100, 1000], 8),
        "peak": value_slider("Peak, times the mean", [1, 2, 5, 10, 20, 50, 100], 10),
        "machine": widgets.ToggleButtons(options=(LAPTOP, THIS), description="Feed cache counted in"),
    }
    return Panel("From givens to rates and sizes", controls, state)


def value_slider(words: str, values: Sequence[float], value: float) -> Any:
    """A slider over a few numbers that are about evenly spaced in their logarithm."""
    options = [(short_number(each) if each >= 1e6 else number(each), each) for each in values]
    return widgets.SelectionSlider(options=options, value=value, description=words)


def rows_of(active: float, **givens: float) -> Rows:
    """The estimate for these givens; tweets written grow with the active users."""
    return estimate(Givens(active=active, written=WRITTEN * active, **givens))


def memory_here() -> float:
    """Bytes of memory of the machine that this runs on."""
    return float(psutil.virtual_memory().total)


def machines_needed(needed: float, memory: float) -> int:
    """How many machines with so much memory hold the bytes that are needed; rounding errors fill no machine."""
    return max(1, ceil(round(needed / memory, 6)))


def state(machine: str, peak: float, **givens: float) -> State:
    """The panel's state for its controls."""
    rows = rows_of(peak=peak, **givens)
    memory = MEMORY if machine == LAPTOP else memory_here()
    needed = rows["feed cache memory"]
    count = number(machines_needed(needed.quantity.magnitude, memory))
    finding = (
        f"Modelled: {amount_of(rows, 'pages read a second')} pages and {amount_of(rows, 'tweets written a second')} "
        f"posts a second, {amount_of(rows, 'pages read for each post')} pages for each post; the feed cache takes "
        f"{needed.text}: that is {count} {machine}."
    )
    numbers = {f"{name} a second, mean and peak": " and ".join(mean_and_peak(rows, name, peak)) for name in RATES}
    numbers |= {name: size_of(rows, name) for name in SIZES} | {f"{machine}, for the feed cache": count}
    if machine == THIS:
        numbers["memory of this machine"] = gigabytes(memory)
    return State(finding, draw_rates_and_sizes(rows, peak, memory), numbers)


def amount_of(rows: Rows, name: str) -> str:
    """A row's number without its unit."""
    return short_number(rows[name].quantity.magnitude)


def mean_and_peak(rows: Rows, name: str, peak: float) -> tuple[str, str]:
    """A rate's mean and its peak."""
    mean = rows[RATES[name][0]].quantity.magnitude
    return short_number(mean), short_number(mean * peak)


def size_of(rows: Rows, name: str) -> str:
    """A size; a year's text is said without its "a year", which is in its name."""
    return rows[SIZES[name][0]].text.removesuffix("/year")


def gigabytes(memory: float) -> str:
    """A machine's memory for the eye."""
    return readable_quantity(unit_registry().Quantity(memory, "byte"))


def draw_rates_and_sizes(rows: Rows, peak: float, memory: float) -> Picture:
    """Rates on the left, a tint for the peak behind the mean; sizes on the right, beside one machine's memory."""
    with styled():
        figure = canvas(8.2, 2.3)
        left, right = figure.subplots(1, 2)
        rates = {name: rows[row].quantity.magnitude for name, (row, _) in RATES.items()}
        left.barh(list(rates), [v * peak for v in rates.values()], color=[tint(r, 0.4) for _, r in RATES.values()])
        left.barh(list(rates), list(rates.values()), color=[COLOURS[r] for _, r in RATES.values()])
        spans = {name: " to ".join(mean_and_peak(rows, name, peak)) for name in RATES}
        tidy_bars(left, "a second, mean to peak", (1, 1e13), [(spans[name], rates[name] * peak) for name in RATES])
        sizes = {name: rows[row].quantity.magnitude for name, (row, _) in SIZES.items()}
        right.barh(["one machine", *sizes], [memory, *sizes.values()], color=COLOURS["other"])
        right.barh(list(sizes), list(sizes.values()), color=[COLOURS[r] for _, r in SIZES.values()])
        told = {"one machine": gigabytes(memory)} | {name: size_of(rows, name) for name in SIZES}
        ends = zip(told.values(), [memory, *sizes.values()], strict=True)
        tidy_bars(right, "bytes held", (1e7, 3e17), list(ends))
        words = "; ".join(f"{name} {said}" for name, said in (spans | told).items())
        caption = (
            f"Modelled: {amount_of(rows, 'pages read for each post')} pages are read for each post, and the feed cache "
            f"is {number(sizes['feed cache'] / memory)} times one machine's memory."
        )
        return show(figure, f"Bars, modelled, rates from mean to peak a second, then bytes held: {words}.", caption)


def tidy_bars(axes: Axes, title: str, limits: tuple[float, float], ends: Sequence[tuple[str, float]]) -> None:
    """A logarithmic scale that stays where it is while bars move, with words at the bars' ends, from the top down."""
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    axes.set_title(f"{title} (logarithmic)")
    for place, (words, end) in enumerate(ends):
        axes.text(end * 1.6, place, words, va="center")
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([])
    axes.set_xticks([], minor=True)
    axes.spines["bottom"].set_visible(False)
