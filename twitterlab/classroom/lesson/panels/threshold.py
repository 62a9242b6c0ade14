"""Lesson 07's panel: what pushing and pulling cost as the celebrity threshold moves, and where the two curves cross."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.figures.charts import number
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, INK, styled
from twitterlab.parts.feeds.policy import post_and_view_counts
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.mixes import lecture

Amounts = NDArray[np.float64]
EVENTS, SEED = 60_000, 7


class StreamCosts(NamedTuple):
    """A stream's work on a graph, a value an edge and a value a threshold: deliveries, and pulled authors."""

    thresholds: NDArray[np.int64]  # shape (candidates,): from "nobody is pushed" to "everybody is"
    pushes: Amounts  # shape (candidates,): deliveries where authors below the threshold are pushed
    pulls: Amounts  # shape (candidates,): pulled authors where all others are pulled, at one page a post
    posts: Amounts  # shape (edges,): what an edge costs when it is pushed
    views: Amounts  # shape (edges,): what it costs when it is pulled, at one page a post


def threshold(graph: FollowGraph | None = None) -> Panel:
    """Move the threshold, the pages read for each post, and what a push costs beside a pull; see who pays.

    Posts and readers are those of the lecture's stream in which the most followed write most; the pages are scaled.
    """
    graph = graph or FollowGraph.synthetic(users=5_000, mean_follows=25, seed=SEED)
    work = stream_costs(graph)
    names = [(threshold_words(limit), place) for place, limit in enumerate(work.thresholds.tolist())]
    near = int(np.argmin(work.pushes + 20 * work.pulls))
    controls = {
        "at": widgets.SelectionSlider(options=names, value=min(near + 4, len(names) - 1), description="Threshold"),
        "pages": widgets.SelectionSlider(
            options=[0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000], value=20, description="Pages read for each post"
        ),
        "ratio": widgets.SelectionSlider(
            options=[0.1, 0.2, 0.5, 1, 2, 5, 10, 50], value=1, description="Cost of a push, in pulls"
        ),
    }
    return Panel("Where push and pull cross", controls, partial(state, work))


def threshold_words(limit: int) -> str:
    """A threshold in words."""
    return "0: all are pulled" if limit == 0 else f"{limit:,} follower{'s' * (limit != 1)}"


@lru_cache(4)
def stream_costs(graph: FollowGraph) -> StreamCosts:
    """The lecture's stream on this graph, summed over all follows for every threshold that could matter."""
    posts, views = post_and_view_counts(lecture(graph, EVENTS, SEED, correlation=1.0), graph.users)
    views *= posts.sum() / views.sum()
    readers, authors = graph.edge_arrays()
    followers = graph.follower_counts
    limits = np.unique(np.concatenate([[0], np.geomspace(1, followers.max() + 1, 48).round()])).astype(np.int64)
    order = np.argsort(followers, kind="stable")
    pushing = np.concatenate([[0.0], np.cumsum((posts * followers)[order])])
    pulled = np.bincount(authors, weights=views[readers], minlength=graph.users)[order]
    pulling = np.concatenate([[0.0], np.cumsum(pulled)])
    below = np.searchsorted(followers[order], limits)  # how many authors are below each threshold, and so are pushed
    return StreamCosts(limits, pushing[below], pulling[-1] - pulling[below], posts[authors], views[readers])


def state(work: StreamCosts, at: int, pages: float, ratio: float) -> State:
    """The panel's state for its controls; costs are in pulls."""
    pushes, pulls = work.pushes * ratio, work.pulls * pages
    total = pushes + pulls
    best, edges = int(total.argmin()), float(np.minimum(work.posts * ratio, work.views * pages).sum())
    finding = (
        f"Modelled: this threshold costs {number(total[at] / total[best])} times what the best one drawn costs. "
        f"Pushing all costs {number(total[-1] / total[best])} times that, pulling all "
        f"{number(total[0] / total[best])} times, and the per-edge rule {number(edges / total[best], 2)} of it."
    )
    numbers = {
        "chosen threshold": threshold_words(int(work.thresholds[at])),
        "best threshold": f"{threshold_words(int(work.thresholds[best]))}, of those drawn",
        "pushes, in pulls": f"{pushes[at]:,.0f}",
        "pulls": f"{pulls[at]:,.0f}",
        "the per-edge rule, in pulls": f"{edges:,.0f}",
    }
    return State(finding, draw_costs(work.thresholds, pushes, pulls, edges, at), numbers)


def draw_costs(limits: NDArray[np.int64], pushes: Amounts, pulls: Amounts, edges: float, at: int) -> Picture:
    """The two curves, their sum, the per-edge rule, and the chosen threshold."""
    with styled():
        figure = canvas(8.2, 3.7)
        axes = figure.subplots()
        total = pushes + pulls
        axes.plot(limits, pushes, color=COLOURS["author"], label="push: authors below it")
        axes.plot(limits, pulls, color=COLOURS["reader"], linestyle="--", label="pull: all others")
        axes.plot(limits, total, color=INK, linewidth=3, label="both")
        axes.axhline(edges, color=COLOURS["other"], linestyle=":", label="per-edge rule")
        axes.axvline(limits[at], color=COLOURS["other"], linewidth=1)
        axes.plot(limits[at], total[at], "o", color=INK, markersize=9)
        axes.set_xscale("symlog", linthresh=1)
        axes.set_yscale("symlog", linthresh=max(edges / 10, 1.0))
        axes.set_ylim(bottom=0, top=float(total.max()) * 3)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: number(value))
        axes.set(
            xlabel="threshold (followers; from here on authors are pulled)",
            ylabel="cost of the stream (pulls, modelled)",
        )
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        shown = np.linspace(0, len(limits) - 1, 6).round().astype(int)
        points = "; ".join(
            f"at {limits[i]:,} push {pushes[i]:,.0f}, pull {pulls[i]:,.0f}, both {total[i]:,.0f}" for i in shown
        )
        alt = f"Curves over the threshold in followers, cost in pulls: {points}. Per-edge rule {edges:,.0f}. "
        cheapest = threshold_words(int(limits[total.argmin()]))
        caption = f"A higher threshold pushes more and pulls less; the cheapest sum drawn is at {cheapest}."
        return show(figure, f"{alt}The dot is at {limits[at]:,}, {total[at]:,.0f}.", caption)
