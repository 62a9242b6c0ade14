"""The capstone's system as a drawing: every part in its place, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from twitterlab.classroom.course.exercise_texts import all_texts
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, INK, QUIET, Role, styled, tint

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Box(NamedTuple):
    """A box of the drawing: its lower left corner, its title and role, the parts that work in it, and its size."""

    x: float
    y: float
    title: str
    role: Role
    parts: tuple[str, ...]
    wide: float = 3.5
    high: float = 1.5


PLACES = (
    Box(0, 3.1, "the rule: push or pull", "author", ("push_edge",)),
    Box(4.2, 3.1, "workers", "queue", ("deliver", "apply_edge")),
    Box(8.4, 3.1, "replicas of each shard", "queue", ("apply_log", "choose_replica")),
    Box(0, 1.1, "a page", "reader", ("hybrid_page", "feed_page", "merge_newest")),
    Box(4.2, 1.1, "tweet cache", "cache", ("LRU", "hydrate")),
    Box(8.4, 1.1, "shards by user", "shard", ("shard_of", "layout", "newest")),
    Box(0, -0.4, "beside it, the single table that every page is held to", "other", ("feed_sql",), 11.9, 1.0),
)
ARROWS = (  # from and to, along the edges of the boxes
    ((3.5, 3.85), (4.2, 3.85)),  # the rule tells the workers whom to push to
    ((8.4, 2.35), (7.7, 3.3)),  # the shards' outbox feeds the workers
    ((4.3, 3.1), (3.4, 2.6)),  # the workers fill the feeds that pages are read from
    ((10.15, 2.6), (10.15, 3.1)),  # a shard's log goes to its replicas
    ((8.4, 1.85), (7.7, 1.85)),  # what the cache lacks comes from the shards
    ((4.2, 1.85), (3.5, 1.85)),  # the cache gives a page its tweets
)
LINE = 0.36
NOTHING = "All parts are ours here; in your own course, yours stand in their places."
SIGNS = {"yours": "■", "ours": "□"}


def parts_picture(whose: Mapping[str, str]) -> Picture:
    """Every part by its name, "yours" or "ours" as `whose` says, in the box that it works in."""
    yours = sum(owner == "yours" for owner in whose.values())
    with styled():
        figure = canvas(9.0, 4.0)
        axes = figure.subplots()
        axes.set(xlim=(-0.1, 12.0), ylim=(-0.55, 4.75))
        axes.axis("off")
        for place in PLACES:
            draw_box(axes, place, whose)
        for start, end in ARROWS:
            axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": QUIET, "linewidth": 1.4})
        caption = f"{yours} of {len(whose)} parts are yours." if yours else NOTHING
        parts = "; ".join(box_words(place, whose) for place in PLACES)
        return show(figure, f"Boxes with the parts that work in them. {parts}.", caption)


def draw_box(axes: Axes, place: Box, whose: Mapping[str, str]) -> None:
    """One box: filled where any part of it is the learner's; each part with its exercise, its name and whose it is."""
    from matplotlib.patches import FancyBboxPatch

    left, right, top = place.x + 0.15, place.x + place.wide - 0.15, place.y + place.high
    theirs = any(whose[part] == "yours" for part in place.parts)
    face = tint(place.role, 0.35 if theirs else 0.1)
    style: Any = {"boxstyle": "round,pad=0.02,rounding_size=0.1", "linewidth": 2.4 if theirs else 1.2}
    corner, size = (place.x, place.y), (place.wide, place.high)
    axes.add_patch(FancyBboxPatch(corner, *size, facecolor=face, edgecolor=COLOURS[place.role], **style))
    axes.text(left, top - 0.25, place.title, va="center", color=QUIET)
    for line, part in enumerate(place.parts):
        height, owner = top - 0.62 - line * LINE, whose[part]
        weight = "bold" if owner == "yours" else "normal"
        axes.text(left, height, f"{SIGNS[owner]} {exercise_key(part)} {part}", va="center", color=INK, weight=weight)
        axes.text(right, height, owner, va="center", ha="right", color=INK, weight=weight)


def exercise_key(part: str) -> str:
    """The exercise that a part answers."""
    return next(one.key for one in all_texts().values() if one.name == part)


def box_words(place: Box, whose: Mapping[str, str]) -> str:
    """A box in words."""
    return f"{place.title}: {', '.join(f'{part} ({whose[part]})' for part in place.parts)}"
