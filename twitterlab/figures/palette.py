"""One visual language for the whole course: a colour means the same thing in every lesson.

The colours are Okabe and Ito's, which readers with any common kind of colour blindness tell apart. No picture tells
anything by colour alone: every line, bar and box also carries its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, TypeAlias, get_args

Role: TypeAlias = Literal["reader", "author", "shard", "cache", "queue", "other"]

ROLES: tuple[Role, ...] = get_args(Role)
COLOURS: Mapping[Role, str] = {
    "reader": "#0072B2",  # blue: who reads, and what reading costs
    "author": "#D55E00",  # vermilion: who writes, and what writing costs
    "shard": "#009E73",  # green: where rows are kept: a table, a replica, a shard
    "cache": "#E69F00",  # orange: what is kept at hand: tweets, feeds
    "queue": "#CC79A7",  # pink: what waits: a log, an outbox, messages
    "other": "#767676",  # grey: everything else, such as what is only modelled
}
INK, QUIET, FAINT, PAPER = "#222222", "#5a5a5a", "#bbbbbb", "#ffffff"


def tint(role: Role, share: float = 0.25) -> tuple[float, float, float]:
    """The role's colour mixed with white, as red, green and blue from 0 to 1: `share` 1 is the colour, 0 is white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - share * (1 - channel) for channel in to_rgb(COLOURS[role]))
    return red, green, blue


def styled() -> AbstractContextManager[None]:
    """Within it matplotlib draws as this course does: dark ink on white paper, few lines, large enough to read."""
    import matplotlib as mpl

    rules: Any = {
        "figure.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "axes.edgecolor": QUIET,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "axes.titlelocation": "left",
        "axes.titlesize": 12,
        "axes.labelsize": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": False,
        "font.size": 11,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "lines.linewidth": 2.2,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
    }
    return mpl.rc_context(rules)
