"""How the bench draws: dots and lines on logarithmic axes, bars on linear ones, in the colours of the tour's figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any

from benchmarks.common import shown
from twitterlab.figures.palette import COLOURS, INK, QUIET

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from benchmarks.common import Table

READ, WRITE = COLOURS["reader"], COLOURS["author"]
SHADE = "#E8E8E8"
PALETTE = (READ, "#E69F00", "#009E73", "#CC79A7", "#56B4E9", WRITE, INK)  # Okabe and Ito's, one for each stage
PREFIXES = ((1e9, " G"), (1e6, " M"), (1e3, " k"), (1, ""))
TICKS = {
    0.5: (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0),
    1.2: (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    2.5: (1.0, 2.0, 5.0),
}  # of a decade, where there are at most so many decades
SMALL, MIDDLE = 11, 12  # points
PANEL, LETTER = 0.62, 0.088  # a panel's share of a figure's width, about, and the inches of a letter
CLOSE, SAME = 0.065, 0.015  # of an axis' height: labels nearer would overlap, lines nearer lie on each other


@dataclass(frozen=True)
class Chart:
    """A figure under the name of its file; `alt` says in words what it shows, `caption` what was found."""

    name: str
    figure: Figure
    alt: str
    caption: str


def canvas(rows: int, columns: int, width: float, height: float, **shared: Any) -> tuple[Figure, list[list[Axes]]]:
    """An empty white figure with its panels, row by row; sizes in inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="white")
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.08)
    return figure, figure.subplots(rows, columns, squeeze=False, **shared).tolist()


def figure_of(axes: Axes) -> Figure:
    """The whole figure that a panel is in."""
    figure: Figure = axes.get_figure(root=True)  # type: ignore[assignment]
    return figure


def words(value: float) -> str:
    """A number in a sentence."""
    return str(shown(value if value % 1 or abs(value) >= 1e15 else int(value)))


def short(value: float, *_: object) -> str:
    """A number in a figure: 1,500,000 as 1.5 M."""
    size, prefix = next(((s, p) for s, p in PREFIXES if abs(value) >= s), PREFIXES[-1])
    scaled = f"{value / size:.3g}"
    return scaled + prefix


def logarithmic(axis: Axis, values: Sequence[float], *, zero: bool = False) -> None:
    """A logarithmic axis with plain numbers at its ticks, more a decade where it spans few; with 0 where that is there.

    Upwards it spans a decade at least, so that what is nearly flat looks so.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    positive = [value for value in values if value > 0] or [1.0]
    low, high, upwards = log10(min(positive)), log10(max(positive)), axis is axis.axes.yaxis
    scale: Callable[..., None] = axis.axes.set_yscale if upwards else axis.axes.set_xscale
    if zero and min(values) <= 0:
        scale("symlog", linthresh=1)
    else:
        scale("log")
        subs = next((subs for span, subs in TICKS.items() if high - low < span), (1.0,))
        axis.set_major_locator(LogLocator(subs=subs))
        if upwards:
            pad = max(0.08 * (high - low), (1 - high + low) / 2)
            axis.axes.set_ylim(10 ** (low - pad), 10 ** (high + pad))
    axis.set_major_formatter(FuncFormatter(short))
    axis.set_minor_formatter(NullFormatter())


def plain(axes: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """Quiet spines and a grid, a title at the left, and what the axes measure."""
    axes.set_title(title, fontsize=MIDDLE, color=INK, loc="left")
    axes.set_xlabel(x, fontsize=SMALL, color=INK)
    axes.set_ylabel(y, fontsize=SMALL, color=INK)
    axes.tick_params(labelsize=SMALL, labelcolor=INK, color=QUIET)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color=SHADE, linewidth=0.8)
    axes.set_axisbelow(True)


def dots(
    axes: Axes, names: Sequence[str], rows: Sequence[Sequence[float]], labels: Sequence[str], *, ours: Any
) -> None:
    """A line for each name: a dot at its first value and an open one at its last, and a label beside them.

    `ours(name)` is the colour of what is ours, and None for what is not.
    """
    values = [value for row in rows for value in row]
    for place, (name, row, label) in enumerate(zip(names, rows, labels, strict=True)):
        colour = ours(name) or QUIET
        axes.plot(row, [place] * len(row), color=colour, linewidth=2)
        axes.plot(row[:1], [place], "o", color=colour, markersize=9)
        if len(row) > 1:
            axes.plot(row[-1:], [place], "o", color=colour, markersize=8, markerfacecolor="white", markeredgewidth=2)
        axes.annotate(
            label, (max(row), place), (10, 0), textcoords="offset points", va="center", fontsize=SMALL, color=INK
        )
    logarithmic(axes.xaxis, values)
    axes.set_xlim(limits(axes, [max(row) for row in rows], labels, min(values)))
    lines_named(axes, names)


def limits(axes: Axes, values: Sequence[float], labels: Sequence[str], least: float) -> tuple[float, float]:
    """The ends of a logarithmic axis with room for a label at the right of each value."""
    inches = figure_of(axes).get_figwidth() * PANEL
    span = max(log10(max(values) / least), 0.5)
    low = log10(least) - 0.06 * span
    shares = [min(0.7, (len(label) * LETTER + 0.3) / inches) for label in labels]
    high = max(low + (log10(value) - low) / (1 - share) for value, share in zip(values, shares, strict=True))
    return 10**low, 10 ** max(high, low + 0.5)


def lines_named(axes: Axes, names: Sequence[str]) -> None:
    """The names at the left, from top to bottom."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def bars(axes: Axes, names: Sequence[str], values: Sequence[float], labels: Sequence[str], colours: list[str]) -> None:
    """A bar for each name from 0 on, with its label."""
    drawn = axes.barh(range(len(names)), values, color=colours, height=0.7)
    axes.bar_label(drawn, labels, padding=5, fontsize=SMALL, color=INK)
    axes.set_xlim(0, max(values) * 1.35)
    lines_named(axes, names)


def at_ends(axes: Axes, ends: dict[str, tuple[float, float]]) -> None:
    """Name the stages' lines where they end, from top to bottom as they lie; those that lie on another share a name."""
    axes.get_xlim(), axes.get_ylim()  # from here on they are known
    to_axes = axes.transScale + axes.transLimits
    groups: list[tuple[float, list[str]]] = []
    for height, name in sorted((float(to_axes.transform(end)[1]), name) for name, end in ends.items()):
        if groups and height - groups[-1][0] < SAME:
            groups[-1][1].append(name)
        else:
            groups.append((height, [name]))
    for height, (_, names) in zip(apart([height for height, _ in groups]), groups, strict=True):
        text = f"stage{'s' if len(names) > 1 else ''} {', '.join(sorted(names))}"
        axes.text(1.02, height, text, transform=axes.transAxes, va="center", fontsize=SMALL, color=INK)


def apart(heights: Sequence[float]) -> list[float]:
    """Ascending heights moved so far that labels there do not overlap, and no further."""
    blocks: list[list[float]] = []  # neighbours that touch, by where each would be if it were the lowest
    for height in heights:
        blocks.append([height])
        while len(blocks) > 1 and bottom(blocks[-2]) + len(blocks[-2]) * CLOSE > bottom(blocks[-1]):
            upper = blocks.pop()
            blocks[-1] += [value - len(blocks[-1]) * CLOSE for value in upper]
    return [bottom(block) + place * CLOSE for block in blocks for place in range(len(block))]


def bottom(block: list[float]) -> float:
    """Where the lowest label of some that touch stands, so that all are near their own places."""
    return sum(block) / len(block)


def column(rows: Table, name: str) -> list[float]:
    """The numbers of a column, where every row has one; else nothing."""
    values = [row.get(name) for row in rows]
    return [float(value) for value in values if value is not None] if None not in values else []
