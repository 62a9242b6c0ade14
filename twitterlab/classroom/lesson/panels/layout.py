"""Lesson 02's panel: the rows of a small follow table drawn as they lie, and which of them a question reads."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, FAINT, QUIET, Role, styled, tint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

USERS, FOLLOWS, BLOCK = 16, 96, 12
ORDERS = ("as they came", "by follower", "by followee")
QUESTIONS = {"Whom does this user follow?": 0, "Who follows this user?": 1}


LEGEND = (
    "A square is a row, follower > followee. Blue answers the question, green is read for nothing, white is not read."
)


class Reading(NamedTuple):
    """A question asked of the table: its rows, shape (rows, 2), which of them it wants, and which blocks it reads."""

    rows: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    blocks: NDArray[np.bool_]


def layout(users: int = USERS, follows: int = FOLLOWS) -> Panel:
    """Choose how the rows lie, who is asked about and what; see the blocks that must be read.

    A block is passed over where the least and the greatest user in it show that the row cannot be there: what DuckDB
    does with its row groups and their pieces, drawn with blocks of twelve rows.
    """
    controls = {
        "order": widgets.ToggleButtons(options=ORDERS, description="Rows lie"),
        "column": widgets.ToggleButtons(options=QUESTIONS, description="Question"),
        "user": widgets.IntSlider(3, 0, users - 1, description="User"),
    }
    return Panel("How rows lie, and what a question reads", controls, partial(state, users, follows))


def state(users: int, follows: int, order: str, column: int, user: int) -> State:
    """The panel's state for its controls."""
    reading = read_blocks(random_follows(users, follows), ORDERS.index(order), column, user)
    wanted, blocks = int(reading.wanted.sum()), int(reading.blocks.sum())
    finding = (
        f"Rows {order}: {wanted} rows answer the question, and {blocks} of {len(reading.blocks)} blocks are read "
        f"to find them: {blocks * BLOCK} rows."
    )
    return State(finding, draw_blocks(reading, column))


@cache
def random_follows(users: int, follows: int) -> NDArray[np.int64]:
    """Some follows among a few users, in the order in which they came: shape (follows, 2)."""
    rng = np.random.default_rng(2)
    fame = 1 / np.arange(1, users + 1) ** 0.7
    pairs = np.array([(a, b) for a in range(users) for b in range(users) if a != b])
    chosen = rng.choice(len(pairs), follows, replace=False, p=fame[pairs[:, 1]] / fame[pairs[:, 1]].sum())
    return pairs[chosen]


def read_blocks(rows: NDArray[np.int64], order: int, column: int, user: int) -> Reading:
    """Lay the rows out, then find `user` in a column, a block at a time."""
    if order:
        rows = rows[np.lexsort((rows[:, 2 - order], rows[:, order - 1]))]
    blocks = rows[:, column].reshape(-1, BLOCK)
    return Reading(rows, rows[:, column] == user, (blocks.min(1) <= user) & (user <= blocks.max(1)))


def draw_blocks(reading: Reading, column: int) -> Picture:
    """A line of squares for each block, one a row, with follower and followee in it."""
    with styled():
        figure = canvas(8.2, 0.36 * len(reading.blocks) + 0.5)
        axes = figure.subplots()
        for number, (follower, followee) in enumerate(reading.rows.tolist()):
            line, place = divmod(number, BLOCK)
            face: Role | None = "reader" if reading.wanted[number] else "shard" if reading.blocks[line] else None
            draw_row(axes, (place, -line), f"{follower}>{followee}", face)
        for line, is_read in enumerate(reading.blocks.tolist()):
            words = "read" if is_read else "passed over"
            axes.text(BLOCK * 1.02, -line, words, va="center", fontsize=9, color=QUIET)
            axes.text(-0.7, -line, f"block {line}", va="center", ha="right", fontsize=9, color=QUIET)
        axes.set(xlim=(-2.0, BLOCK + 1.7), ylim=(-len(reading.blocks) + 0.4, 0.6))
        axes.axis("off")
        lines = "; ".join(describe_block(reading, line) for line in range(len(reading.blocks)))
        asked = ("follower", "followee")[column]
        return show(figure, f"Blocks of rows, follower > followee, asked for a {asked}: {lines}.", LEGEND)


def draw_row(axes: Axes, at: tuple[float, float], words: str, role: Role | None) -> None:
    """One row: filled where it is wanted, tinted where it is only read, white where it is passed over."""
    from matplotlib.patches import Rectangle

    wanted, corner = role == "reader", (at[0] - 0.46, at[1] - 0.4)
    face = COLOURS["reader"] if wanted else tint("shard", 0.3) if role else "white"
    axes.add_patch(Rectangle(corner, 0.92, 0.8, facecolor=face, edgecolor=COLOURS["shard"] if role else FAINT))
    ink, weight = ("white", "bold") if wanted else (QUIET, "normal")
    axes.text(*at, words, ha="center", va="center", fontsize=9, color=ink, weight=weight)


def describe_block(reading: Reading, line: int) -> str:
    """A block in words."""
    part = slice(line * BLOCK, (line + 1) * BLOCK)
    pairs = " ".join(f"{a}>{b}" for a, b in reading.rows[part][reading.wanted[part]].tolist())
    if not reading.blocks[line]:
        return f"block {line} passed over"
    return f"block {line} read" + (f", with {pairs}" if pairs else ", for nothing")
