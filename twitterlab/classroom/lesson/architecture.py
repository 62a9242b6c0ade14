"""The small drawing that opens each lesson: the system so far, with what this lesson adds drawn strong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, INK, QUIET, Role, styled, tint

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Box(NamedTuple):
    """One part of the system: its centre, words and role; `new` is the lesson that adds it, `last` its last one."""

    name: str
    x: float
    y: float
    words: str
    role: Role
    new: int
    last: int = 7
    copies: int = 1


class Arrow(NamedTuple):
    """What goes from one box to another, and in which lessons it does."""

    start: str
    end: str
    words: str
    role: Role
    new: int
    last: int = 7


WIDTH, HEIGHT = 1.75, 0.66
BOXES = (
    Box("author", 0.6, 2.3, "author", "author", 0),
    Box("reader", 0.6, 0.7, "reader", "reader", 0),
    Box("service", 3.7, 1.5, "service", "other", 0),
    Box("table", 9.6, 1.5, "one table", "shard", 1, 1),
    Box("table", 9.6, 1.5, "tables laid out\nby who asks", "shard", 2, 2),
    Box("leader", 6.9, 2.3, "leader", "shard", 3, 3),
    Box("replicas", 6.6, 0.6, "replicas", "shard", 3, 3, 3),
    Box("log", 9.85, 0.6, "log", "queue", 3, 3),
    Box("shards", 9.6, 1.5, "shards\nby user", "shard", 4, 7, 3),
    Box("cache", 6.6, 1.5, "tweet cache", "cache", 5, 7),
    Box("queue", 9.6, 3.1, "queue", "queue", 6, 7),
    Box("workers", 6.9, 3.1, "workers", "other", 6, 7),
    Box("feeds", 3.7, 3.1, "feed cache", "cache", 6, 7),
    Box("rule", 6.9, 4.3, "rule:\npush or pull", "author", 7, 7),
)
ARROWS = (
    Arrow("author", "service", "posts", "author", 0),
    Arrow("service", "reader", "feed", "reader", 0),
    Arrow("service", "table", "", "other", 1, 2),
    Arrow("service", "leader", "writes", "author", 3, 3),
    Arrow("leader", "log", "", "queue", 3, 3),
    Arrow("log", "replicas", "ships", "queue", 3, 3),
    Arrow("replicas", "service", "reads", "reader", 3, 3),
    Arrow("service", "shards", "route, scatter, merge", "other", 4, 4),
    Arrow("service", "cache", "hits", "cache", 5, 7),
    Arrow("cache", "shards", "misses", "other", 5, 7),
    Arrow("shards", "queue", "outbox", "queue", 6, 7),
    Arrow("queue", "workers", "", "queue", 6, 7),
    Arrow("workers", "feeds", "deliver", "author", 6, 7),
    Arrow("feeds", "service", "lookup", "reader", 6, 7),
    Arrow("rule", "workers", "", "author", 7, 7),
)
ADDS = (
    "who calls: authors post, readers ask for their feed, and one service answers both",
    "one table behind the service",
    "the same rows, laid out and indexed by who asks",
    "one leader that takes the writes, and replicas that take the reads, a log behind",
    "shards, each with the tweets and follows of some users, in place of leader and replicas",
    "a cache of tweets in front of the shards",
    "a queue, workers, and a feed kept ready for each active reader",
    "a rule that says whose tweets are pushed into feeds and whose are pulled when a feed is read",
)


def architecture(stage: int) -> Picture:
    """The system of a lesson, 0 to 7; its caption says what the lesson adds, and its alt text names every part."""
    boxes = [box for box in BOXES if box.new <= stage <= box.last]
    arrows = [arrow for arrow in ARROWS if arrow.new <= stage <= arrow.last]
    with styled():
        top = max(box.y for box in boxes) + 0.65
        figure = canvas(9.0, 0.85 * (top - 0.15))
        axes = figure.subplots()
        axes.set(xlim=(-0.4, 10.8), ylim=(0.15, top))
        axes.axis("off")
        places = {box.name: (box.x, box.y) for box in boxes}
        for arrow in arrows:
            draw_arrow(axes, places[arrow.start], places[arrow.end], arrow, strong=arrow.new == stage)
        for box in boxes:
            draw_box(axes, box, strong=box.new == stage)
        return show(figure, describe_drawing(boxes, arrows), f"New in this lesson: {ADDS[stage]}.")


def draw_box(axes: Axes, box: Box, *, strong: bool) -> None:
    """A box in its role's colour: what is new is filled stronger and framed bolder; copies stand behind each other."""
    from matplotlib.patches import FancyBboxPatch

    for behind in reversed(range(box.copies)):
        corner = (box.x - WIDTH / 2 + 0.1 * behind, box.y - HEIGHT / 2 + 0.1 * behind)
        axes.add_patch(
            FancyBboxPatch(
                corner,
                WIDTH,
                HEIGHT,
                boxstyle="round,pad=0.02,rounding_size=0.1",
                facecolor=tint(box.role, 0.45 if strong else 0.12),
                edgecolor=COLOURS[box.role],
                linewidth=2.6 if strong else 1.2,
                zorder=3 - behind * 0.1,
            )
        )
    axes.text(
        box.x, box.y, box.words, ha="center", va="center", zorder=4, weight="bold" if strong else "normal", color=INK
    )


def draw_arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], arrow: Arrow, *, strong: bool) -> None:
    """An arrow from the edge of one box to the edge of another, its word beside its middle."""
    from matplotlib.patches import FancyArrowPatch

    first, last = box_edge(start, end), box_edge(end, start)
    axes.add_patch(
        FancyArrowPatch(
            first,
            last,
            arrowstyle="-|>",
            mutation_scale=14,
            color=COLOURS[arrow.role],
            linewidth=2.4 if strong else 1.2,
            zorder=3.5,
        )
    )
    flat = abs(first[1] - last[1]) < 0.05
    axes.text(
        (first[0] + last[0]) / 2,
        (first[1] + last[1]) / 2 + (0.09 if flat else 0.0),
        arrow.words,
        ha="center",
        va="bottom" if flat else "center",
        fontsize=9.5,
        color=QUIET,
        zorder=5,
        bbox=None if flat else {"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def box_edge(centre: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """Where the line from a box's centre towards a point leaves the box."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    scale = min(
        (WIDTH / 2 + 0.06) / abs(dx) if dx else float("inf"), (HEIGHT / 2 + 0.06) / abs(dy) if dy else float("inf")
    )
    return centre[0] + dx * scale, centre[1] + dy * scale


def describe_drawing(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> str:
    """The drawing in words."""
    words = {box.name: " ".join(box.words.split()) for box in boxes}
    parts = ", ".join(words.values())
    told = (f"{words[a.start]} to {words[a.end]}" + (f" ({a.words})" if a.words else "") for a in arrows)
    return f"Boxes: {parts}. Arrows: {'; '.join(told)}."
