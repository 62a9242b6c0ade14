"""The two charts of most lessons, bars and lines: drawn in the course's colours, with alt text made from the data.

What is drawn is also said: the text form lists the numbers, so that whoever cannot see the picture has them, and so
that a check of a notebook's outputs compares them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, INK, QUIET, Role, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

Number = float | int
STYLES = ("-", "--", ":", "-.")
MARKERS = ("o", "s", "^", "D")
ROOM = 0.07  # of a logarithmic axis, between two numbers beside it
SAID = 9  # of a long line the alt text says this many points, evenly chosen, the first and the last among them


def number(value: Number, digits: int = 3) -> str:
    """A number for a reader: whole ones with thousands separated, others to `digits` significant digits."""
    if float(value).is_integer() or abs(value) >= 10**digits:
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


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
    names, counts = list(values), [float(value) for value in values.values()]
    roles: Sequence[Role] = [role] * len(names) if isinstance(role, str) else role
    with styled():
        figure = canvas(8.0, 0.9 + 0.42 * len(names))
        axes = figure.subplots()
        drawn = axes.barh(names, counts, color=[COLOURS[r] for r in roles], height=0.66)
        axes.bar_label(drawn, [number(value) for value in counts], padding=4)
        axes.invert_yaxis()
        if log:
            axes.set_xscale("symlog", linthresh=min(1.0, *(value / 3 for value in counts if value > 0)))
        axes.set_xlim(0, max(*counts, 1e-9) * (8 if log else 1.15))
        axes.set_xticks([])
        axes.set_xticks([], minor=True)
        axes.tick_params(axis="y", length=0)
        axes.spines["bottom"].set_visible(False)
        axes.set_title(label + (" (logarithmic)" if log else ""))
        said = "; ".join(f"{name} {number(value)}" for name, value in zip(names, counts, strict=True))
        return show(figure, f"Bars, {label}: {said}.", caption)


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
        plot_lines(axes, x, curves, roles)
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


def plot_lines(axes: Axes, x: Sequence[Number], curves: Mapping[str, Sequence[Number]], roles: Sequence[Role]) -> None:
    """Draw the lines, each with its own dashes and, at its few points, markers; their names beside them."""
    for nth, ((name, curve), role) in enumerate(zip(curves.items(), roles, strict=True)):
        style: dict[str, Any] = {"linestyle": STYLES[nth % 4], "marker": MARKERS[nth % 4] if len(x) <= 25 else ""}
        axes.plot(x, curve, color=COLOURS[role], label=name, **style)
    if len(curves) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), labelcolor=INK)


def say_lines(
    x: Sequence[Number], curves: Mapping[str, Sequence[Number]], x_label: str, y_label: str, marks: Mapping[str, Number]
) -> str:
    """The lines in words: of each the points at a few x, and where the marks stand."""
    chosen = np.unique(np.linspace(0, len(x) - 1, min(SAID, len(x))).round().astype(int))
    told = [f"Lines, {y_label} over {x_label}."]
    for name, curve in curves.items():
        points = ", ".join(f"{number(float(curve[i]))} at {number(float(x[i]))}" for i in chosen)
        told.append(f"{name}: {points}.")
    told += [f"{name} is at {number(float(at))}." for name, at in marks.items()]
    return " ".join(told)
