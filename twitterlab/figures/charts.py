"""The charts of lessons, of the tour and of the page of measurements, drawn in the course's colours.

What is drawn is also said: the text form lists the numbers, so that whoever cannot see the picture has them, and so
that a check of a notebook's outputs compares them. `bars` and `lines` make a picture of a lesson, `dots` and
`line_panels` one of a page; what begins with `draw_` draws on the axes of a larger figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twitterlab.figures.figure import PAGE_DPI, Picture, canvas, show
from twitterlab.figures.palette import COLOURS, FAINT, INK, PAPER, QUIET, Role, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

Number = float | int
STYLES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
ROOM = 0.07  # of a logarithmic axis, between two numbers beside it
SAID = 9  # of a long line the alt text says this many points, evenly chosen, the first and the last among them
CLOSE, SAME = 0.065, 0.015  # of an axis' height: labels nearer would overlap, lines nearer lie on each other


def number(value: Number, digits: int = 3) -> str:
    """A number for a reader: whole ones with thousands separated, others to `digits` significant digits."""
    if float(value).is_integer() or abs(value) >= 10**digits:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def short_number(value: Number) -> str:
    """A bare number to three digits and its prefix: 11.6 k."""
    from twitterlab.studies.estimate import readable_quantity, unit_registry

    return readable_quantity(unit_registry().Quantity(value, "dimensionless")).strip()


def bars(
    values: Mapping[str, Number],
    *,
    role: Role | Sequence[Role],
    label: str,
    caption: str,
    log: bool = False,
) -> Picture:
    """A horizontal bar for each name, with its number; `label` says what is counted, in which unit.

    `role` colours all bars, or is a role a bar. With `log` the scale is logarithmic but has a place for zero.
    """
    with styled():
        figure = canvas(8.0, 0.9 + 0.42 * len(values))
        axes = figure.subplots()
        draw_bars(axes, values, role, room=8 if log else 1.15, log=log)
        axes.set_title(label + (" (logarithmic)" if log else ""))
        each = "; ".join(f"{name} {number(value)}" for name, value in values.items())
        return show(figure, f"Bars, {label}: {each}.", caption)


def draw_bars(
    axes: Axes, values: Mapping[str, Number], role: Role | Sequence[Role], *, room: float, log: bool = False
) -> None:
    """A horizontal bar for each name from the top down, with its number; the axis ends at `room` times the longest."""
    lengths = [float(value) for value in values.values()]
    roles: Sequence[Role] = [role] * len(lengths) if isinstance(role, str) else role
    drawn = axes.barh(list(values), lengths, color=[COLOURS[r] for r in roles], height=0.66)
    axes.bar_label(drawn, [number(value) for value in lengths], padding=4)
    if log:
        axes.set_xscale("symlog", linthresh=min([1.0, *(value / 3 for value in lengths if value > 0)]))
    axes.set_xlim(0, max(*lengths, 1e-9) * room)
    if not axes.yaxis_inverted():  # as it is where panels share the axis
        axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(False)


def lines(
    x: Sequence[Number],
    curves: Mapping[str, Sequence[Number]],
    *,
    roles: Sequence[Role],
    x_label: str,
    y_label: str,
    caption: str,
    log_x: bool = False,
    log_y: bool = False,
    marks: Mapping[str, Number] | None = None,
) -> Picture:
    """A line for each name over the same `x`; `marks` are named vertical lines at some x.

    Lines differ in dashes and markers too, not in colour alone. The axes' labels carry their units.
    """
    with styled():
        figure = canvas()
        axes = figure.subplots()
        draw_lines(axes, x, curves, roles)
        if len(curves) > 1:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), labelcolor=INK)
        for nth, (name, at) in enumerate((marks or {}).items()):
            axes.axvline(float(at), color=QUIET, linewidth=1, linestyle=":")
            height = 1.0 + 0.07 * (nth % 2)  # neighbours stand on two lines, so that they do not meet
            axes.text(float(at), height, f" {name}", transform=axes.get_xaxis_transform(), color=QUIET, va="bottom")
        axes.set(xlabel=x_label, ylabel=y_label)
        if log_x:
            log_ticks(axes.xaxis, x)
        if log_y:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: number(value))
        if not log_y:
            axes.set_ylim(bottom=min(0.0, *(float(min(curve)) for curve in curves.values())))
        return show(figure, say_lines(x, curves, x_label, y_label, marks or {}), caption)


def draw_lines(axes: Axes, x: Sequence[Number], curves: Mapping[str, Sequence[Number]], roles: Sequence[Role]) -> None:
    """Draw the lines, each with its own dashes and, where its points are few, markers."""
    for nth, ((name, curve), role) in enumerate(zip(curves.items(), roles, strict=True)):
        marker = MARKERS[nth % len(MARKERS)] if len(x) <= 25 else ""
        style: dict[str, Any] = {"linestyle": STYLES[nth % len(STYLES)], "marker": marker}
        axes.plot(x, curve, color=COLOURS[role], label=name, **style)


class Lines(NamedTuple):
    """Lines over the same `x`, one panel of a picture; `noun` is what all their names are, as in `stages 2, 3`.

    From `grey_from` on the ground is grey.
    """

    title: str
    x: Sequence[Number]
    curves: Mapping[str, Sequence[Number]]
    role: Role
    x_label: str
    y_label: str
    noun: str = ""
    grey_from: Number | None = None


def line_panels(rows: Sequence[Sequence[Lines]], caption: str, *, share: bool) -> Picture:
    """Panels of lines in rows, on logarithmic scales, each line named at its end; those of a row may share their scale.

    It is as fine as a page's figures are.
    """
    with styled():
        figure = canvas(4.6 * len(rows[0]) + 0.6, 4 * len(rows))
        grid = figure.subplots(len(rows), len(rows[0]), squeeze=False, sharey="row" if share else "none")
        for axes_of_row, row in zip(grid, rows, strict=True):
            for axes, panel in zip(axes_of_row, row, strict=True):
                draw_lines(axes, panel.x, panel.curves, [panel.role] * len(panel.curves))
                axes.set(title=panel.title, xlabel=panel.x_label)
                log_ticks(axes.xaxis, panel.x)
            for axes, panels in [(axes_of_row[0], row)] if share else zip(axes_of_row, zip(row), strict=True):
                log_scale(axes.yaxis, [value for panel in panels for curve in panel.curves.values() for value in curve])
                axes.set_ylabel(panels[0].y_label)
            for axes, panel in zip(axes_of_row, row, strict=True):
                name_ends(axes, panel)
    return show(figure, " ".join(say_panel(panel) for row in rows for panel in row), caption, PAGE_DPI)


def say_panel(panel: Lines) -> str:
    """One panel in words."""
    curves = {f"{panel.noun} {name}".strip(): curve for name, curve in panel.curves.items()}
    return say_lines(panel.x, curves, panel.x_label, f"{panel.title}, {panel.y_label}", {})


def say_lines(
    x: Sequence[Number], curves: Mapping[str, Sequence[Number]], x_label: str, y_label: str, marks: Mapping[str, Number]
) -> str:
    """The lines in words: of each the points at a few x, and where the marks stand."""
    chosen = np.unique(np.linspace(0, len(x) - 1, min(SAID, len(x))).round().astype(int))
    sentences = [f"Lines, {y_label} over {x_label}."]
    for name, curve in curves.items():
        points = ", ".join(f"{number(float(curve[i]))} at {number(float(x[i]))}" for i in chosen)
        sentences.append(f"{name}: {points}.")
    sentences += [f"{name} is at {number(float(at))}." for name, at in marks.items()]
    return " ".join(sentences)


def dots(
    rows: Mapping[str, Sequence[Number]], *, roles: Sequence[Role], label: str, caption: str, notes: Sequence[str] = ()
) -> Picture:
    """A line for each name on a logarithmic axis, from a full dot at its first value to an open one at its last.

    Beside it stand its values, or its note; the alt text has both. It is as fine as a page's figures are.
    """
    with styled():
        figure = canvas(11, 0.55 * len(rows) + 1.2)
        axes = figure.subplots()
        draw_dots(axes, rows, roles, notes or [" to ".join(map(short_number, row)) for row in rows.values()])
        axes.set_xlabel(f"{label}, logarithmic")
    each = [f"{name}, {' and '.join(map(number, row))}".replace("\n", ", ") for name, row in rows.items()]
    if notes:
        each = [f"{words} ({note})" for words, note in zip(each, notes, strict=True)]
    return show(figure, f"Dots, {label}: {'; '.join(each)}.", caption, PAGE_DPI)


def draw_dots(axes: Axes, rows: Mapping[str, Sequence[Number]], roles: Sequence[Role], labels: Sequence[str]) -> None:
    """For each name, from the top down, a full dot at its first value, an open one at its last, and its label.

    The axis is logarithmic, and its ticks say so.
    """
    for place, (row, role, label) in enumerate(zip(rows.values(), roles, labels, strict=True)):
        colour = COLOURS[role]
        axes.plot(row, [place] * len(row), color=colour)
        axes.plot(row[-1:], [place], "o", color=colour, markersize=8, markerfacecolor="white", markeredgewidth=2)
        axes.plot(row[:1], [place], "o", color=colour, markersize=9)
        paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}
        axes.annotate(label, (max(row), place), (10, 0), textcoords="offset points", va="center", bbox=paper)
    log_scale(axes.xaxis, [value for row in rows.values() for value in row])
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)


def log_ticks(axis: Axis, values: Sequence[Number]) -> None:
    """A logarithmic axis with plain numbers at the values themselves, as many as have room beside each other."""
    axis.axes.set_xscale("log")
    span = math.log(float(max(values)) / float(min(values))) or 1.0
    shown = [float(values[0])]
    for value in map(float, values):
        if math.log(value / shown[-1]) > ROOM * span:
            shown.append(value)
    axis.set_ticks(shown, [number(value) for value in shown])
    axis.set_ticks([], minor=True)


def log_scale(axis: Axis, values: Sequence[Number]) -> None:
    """A logarithmic axis with plain numbers at its ticks, more a decade where it spans few, and 0 where a value is 0.

    Upwards it spans a decade at least, so that what is nearly flat looks so.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    upwards = axis is axis.axes.yaxis
    set_scale: Any = axis.axes.set_yscale if upwards else axis.axes.set_xscale
    low, high = (math.log10(bound([value for value in values if value > 0] or [1.0])) for bound in (min, max))
    pad = max(0.08 * (high - low), (1 - high + low) / 2)
    if min(values) <= 0:
        set_scale("symlog", linthresh=1)
    else:
        set_scale("log")
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high - low < 2.5 else (1.0,)))
    if upwards:
        axis.axes.set_ylim(-0.5 if min(values) <= 0 else 10 ** (low - pad), 10 ** (high + pad))
    axis.set_major_formatter(lambda value, _: short_number(value))
    axis.set_minor_formatter(NullFormatter())


def name_ends(axes: Axes, panel: Lines) -> None:
    """Write each line's name at its end, from top to bottom as they lie; lines on one another share a label."""
    axes.get_xlim(), axes.get_ylim()  # from here on they are known
    to_axes = axes.transScale + axes.transLimits
    ends = {name: float(to_axes.transform((panel.x[-1], curve[-1]))[1]) for name, curve in panel.curves.items()}
    groups: list[tuple[float, list[str]]] = []
    for name, height in sorted(ends.items(), key=lambda end: end[::-1]):
        if groups and height - groups[-1][0] < SAME:
            groups[-1][1].append(name)
        else:
            groups.append((height, [name]))
    for height, (_, names) in zip(spread_heights([height for height, _ in groups]), groups, strict=True):
        noun = f"{panel.noun}{'s' if len(names) > 1 else ''} " if panel.noun else ""
        axes.text(1.02, height, noun + ", ".join(sorted(names)), transform=axes.transAxes, va="center")
    if panel.grey_from is not None:
        axes.axvspan(panel.grey_from, axes.get_xlim()[1], color=FAINT, alpha=0.4, zorder=0, linewidth=0)


def spread_heights(heights: Sequence[float]) -> list[float]:
    """Ascending heights moved so far that labels there do not overlap, and no further."""
    blocks: list[list[float]] = []  # labels that touch, by where each would be if it were the lowest of its block
    for height in heights:
        blocks.append([height])
        while len(blocks) > 1 and np.mean(blocks[-2]) + len(blocks[-2]) * CLOSE > np.mean(blocks[-1]):
            upper = blocks.pop()
            blocks[-1] += [value - len(blocks[-1]) * CLOSE for value in upper]
    return [float(np.mean(block)) + place * CLOSE for block in blocks for place in range(len(block))]
