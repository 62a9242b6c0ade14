"""Lesson 06's panel: one post's journey through outbox, worker and feed cache, on the follow graph that it travels.

Every step was recorded from the real stage, which handled one post while somebody looked on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.classroom.lesson.panels.journey_steps import (
    ACTIVE,
    AUTHOR,
    AWAY,
    FOLLOWERS,
    NEW,
    OLD,
    STRANGER,
    Moment,
    recorded_moments,
)
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, FAINT, INK, QUIET, Role, styled, tint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEGEND = (
    "An arrow is a follow, and a thick one a delivery that came the other way. Beside each user stands what the "
    "feed holds, newest first; filled users have the new tweet."
)
BOXES: dict[str, tuple[float, str, Role]] = {
    "shard": (1.55, "shard: tweets", "shard"),
    "outbox": (3.65, "outbox", "queue"),
    "worker": (6.1, "worker", "other"),
    "feeds": (8.55, "feed cache", "cache"),
}
PLACES = {
    AUTHOR: (5.0, 1.85),
    STRANGER: (0.6, 3.15),
    **{u: (5 - 3.6 * np.cos(np.pi * (u - 1) / 4), 1.85 + 1.5 * np.sin(np.pi * (u - 1) / 4)) for u in FOLLOWERS},
}


def journey() -> Panel:
    """Step through the journey of one post, or play it; see where it is and whose feeds hold it.

    The real system does every step. Its worker delivers to one follower at a time here, so that each can be seen.
    """
    last = len(recorded_moments()) - 1
    step = widgets.IntSlider(last // 2 + 1, 0, last, description="Step")
    panel = Panel("The journey of a post", {"step": step}, state)
    play = widgets.Play(value=step.value, min=0, max=last, interval=1_500)
    widgets.jslink((play, "value"), (step, "value"))
    title, *others = panel.children
    panel.children = (title, play, *others)
    return panel


@cache
def state(step: int) -> State:
    """The panel's state for its step."""
    moments = recorded_moments()
    moment = moments[step]
    seeing = sum(moment.has(user) for user in ACTIVE)
    finding = (
        f"Step {step} of {len(moments) - 1}: {moment.said}. {seeing} of {len(ACTIVE)} active followers can see tweet "
        f"{NEW}; deliveries so far: {moment.deliveries}; messages in the outbox: {moment.waiting}."
    )
    return State(finding, draw_journey(moment))


def draw_journey(moment: Moment) -> Picture:
    """The system's boxes above, and below them the follow graph, with each follower's feed."""
    with styled():
        figure = canvas(8.6, 5.2)
        axes = figure.subplots()
        axes.set(xlim=(-0.1, 10.1), ylim=(-0.15, 5.75))
        figure.set_layout_engine("none")
        axes.set_position((0, 0, 1, 1))
        axes.axis("off")
        draw_boxes(axes, moment)
        draw_graph(axes, moment)
        return show(figure, describe_moment(moment), LEGEND)


def box_contents(moment: Moment) -> dict[str, str]:
    """What each box holds, in words."""
    return {
        "shard": f"{NEW} is stored" if moment.stored else f"only {OLD} is stored",
        "outbox": f"{moment.waiting} message" if moment.waiting else "empty",
        "worker": f"holds the post of {NEW}" if "worker" in moment.boxes else "idle",
        "feeds": f"{sum(map(moment.has, FOLLOWERS))} feeds hold {NEW}",
    }


def draw_boxes(axes: Axes, moment: Moment) -> None:
    """The way of a post from left to right, strong where it is now; a frame says what commits together."""
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch((0.55, 4.2), 4.1, 1.05, boxstyle="round,pad=0.08", facecolor="white", edgecolor=QUIET)
    )
    axes.text(0.6, 5.42, f"one database, that of user {AUTHOR}: one transaction", fontsize=9.5, color=QUIET)
    words = box_contents(moment)
    for name, (x, title, role) in BOXES.items():
        here = name in moment.boxes
        corner, style = (x - 0.92, 4.3), "round,pad=0.02,rounding_size=0.1"
        face, width = tint(role, 0.5 if here else 0.1), 2.8 if here else 1.2
        axes.add_patch(
            FancyBboxPatch(corner, 1.84, 0.85, boxstyle=style, facecolor=face, edgecolor=COLOURS[role], linewidth=width)
        )
        axes.text(x, 4.9, title, ha="center", va="center", weight="bold" if here else "normal")
        axes.text(x, 4.53, words[name], ha="center", va="center", fontsize=9.5, color=INK)
    for start, end in ((4.68, 5.1), (7.1, 7.55)):
        axes.annotate("", (end, 4.72), (start, 4.72), arrowprops={"arrowstyle": "-|>", "color": QUIET})


def draw_graph(axes: Axes, moment: Moment) -> None:
    """Author, followers and a stranger; follows are thin arrows, deliveries thick ones the other way."""
    import networkx as nx

    graph = nx.DiGraph([(user, AUTHOR) for user in FOLLOWERS] + [(STRANGER, 2)])
    got = [user for user in FOLLOWERS if moment.has(user)]
    came = [(AUTHOR, user) for user in got if user != AWAY]
    follows = [edge for edge in graph.edges if edge[::-1] not in came]
    common: dict[str, Any] = {"ax": axes, "node_size": 520, "arrowsize": 13}
    nx.draw_networkx_edges(graph, PLACES, follows, edge_color=FAINT, width=1.2, **common)
    nx.draw_networkx_edges(nx.DiGraph(came), PLACES, edge_color=COLOURS["author"], width=2.8, **common)
    faces = {AUTHOR: COLOURS["author"]} | dict.fromkeys(got, COLOURS["cache"])
    rims = {AUTHOR: COLOURS["author"], AWAY: COLOURS["other"], STRANGER: COLOURS["other"]}
    nodes = nx.draw_networkx_nodes(
        graph,
        PLACES,
        node_size=520,
        node_color=[faces.get(user, "white") for user in graph],
        edgecolors=[rims.get(user, COLOURS["reader"]) for user in graph],
        linewidths=2,
        ax=axes,
    )
    nodes.set_linestyle(["--" if user == AWAY else "-" for user in graph])
    nx.draw_networkx_labels(graph, PLACES, font_size=11, font_color=INK, ax=axes)
    for user, words in user_captions(moment).items():
        x, y = PLACES[user]
        above = y > PLACES[AUTHOR][1] + 0.1 and user != STRANGER
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axes.text(
            x, y + (0.4 if above else -0.4), words, ha="center", va="center", fontsize=9.5, color=QUIET, bbox=ground
        )


def user_captions(moment: Moment) -> dict[int, str]:
    """What stands below each user."""
    feeds = {user: "feed: " + feed_words(feed) for user, feed in moment.feeds.items()}
    feeds[AWAY] += "" if moment.has(AWAY) else " (away)"
    return feeds | {AUTHOR: "the author", STRANGER: f"follows 2, not {AUTHOR}"}


def feed_words(feed: tuple[str, ...] | None) -> str:
    """A feed's tweets in words."""
    return "given up" if feed is None else ", ".join(feed) or "empty"


def describe_moment(moment: Moment) -> str:
    """The drawing in words."""
    boxes = "; ".join(f"{BOXES[name][1]}: {words}" for name, words in box_contents(moment).items())
    feeds = "; ".join(f"user {user} {feed_words(feed)}" for user, feed in moment.feeds.items())
    places = " and ".join(BOXES[name][1] for name in moment.boxes) or "nowhere"
    return (
        f"Users {FOLLOWERS[0]} to {FOLLOWERS[-1]} follow user {AUTHOR}, who is the author; user {AWAY} is away. "
        f"The post is now at: {places}. {boxes}. Feeds, newest first: {feeds}."
    )
