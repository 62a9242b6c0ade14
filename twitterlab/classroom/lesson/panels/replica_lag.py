"""Lesson 03's panel: how old the pages of replicas get when the link that ships the log fails, and what that risks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, FAINT, QUIET, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECONDS, BREAKS = 120, 20  # how long we look, and when the link fails
ACCEPTED = (5, 20)  # the lecture's seconds until a tweet shows: as a rule, and at worst
CAPTION = "A backlog grows as fast as people post, and shrinks only by what the link can do beyond that."


class LagCourse(NamedTuple):
    """What was so at the end of each second; both of shape (seconds, replicas)."""

    missing: NDArray[np.int64]  # posts that the replica has not applied
    ages: NDArray[np.int64]  # age of the oldest of them, in seconds


def replica_lag() -> Panel:
    """Choose how many replicas there are, how fast people post and the link ships, and how long the link is out.

    *Modelled*, second by second as `ReadReplicas` does it: posts are stored, the link ships so many entries, each to
    the replica furthest behind, then people read, on all replicas alike.
    """
    controls = {
        "replicas": widgets.IntSlider(2, 1, 6, description="Replicas"),
        "posts": widgets.IntSlider(2, 1, 20, description="Posts a second"),
        "shipped": widgets.IntSlider(6, 1, 60, description="Entries shipped a second, to all replicas together"),
        "outage": widgets.IntSlider(25, 0, 60, description="The link is out for (s)"),
    }
    return Panel("When the link is out", controls, state)


def state(replicas: int, posts: int, shipped: int, outage: int) -> State:
    """The panel's state for its controls."""
    course = modelled_lag(replicas, posts, shipped, outage)
    ages, lost = course.ages, int(course.missing.min(1).max())
    late = int((ages.max(1) > ACCEPTED[0]).sum())
    finding = (
        f"Modelled: with the link out for {outage} s, the stalest page is {ages.max()} s old, and for {late} s some "
        f"replica shows pages older than {ACCEPTED[0]} s. {recovery_words(course, outage)} A leader that dies at the "
        f"worst moment takes {lost:,} posts along."
    )
    numbers = {
        "greatest staleness": f"{ages.max()} s",
        "share of reads that are stale": per_cent(course.missing > 0),
        **{f"share of reads staler than {bound} s": per_cent(ages > bound) for bound in ACCEPTED},
        "entries to ship a second, to keep up": f"{posts * replicas}",
        "posts lost with the leader, at worst": f"{lost:,}",
    }
    return State(finding, draw_ages(course, outage), numbers)


def modelled_lag(replicas: int, posts: int, shipped: int, outage: int) -> LagCourse:
    """*Modelled*: each second posts come, the link ships unless it is out, and then we look."""
    applied, positions = [0] * replicas, []
    for second in range(SECONDS):
        leader = posts * (second + 1)
        left = 0 if BREAKS <= second < BREAKS + outage else shipped
        while left and min(applied) < leader:
            last = applied.index(min(applied))
            sent = min(left, leader - applied[last])
            applied[last] += sent
            left -= sent
        positions.append(list(applied))
    seconds, reached = np.arange(SECONDS)[:, np.newaxis], np.array(positions)
    return LagCourse(posts * (seconds + 1) - reached, np.maximum(seconds - reached // posts, 0))


def recovery_words(course: LagCourse, outage: int) -> str:
    """When all replicas have everything again, in words."""
    behind = np.flatnonzero(course.missing.max(1))
    if not len(behind):
        return "No replica is ever behind."
    if behind[-1] == SECONDS - 1:
        return f"At the end, after {SECONDS} s, it has not caught up."
    return f"All is shipped again {behind[-1] + 1 - BREAKS - outage} s after the link is back."


def per_cent(which: NDArray[np.bool_]) -> str:
    """A share for the eye."""
    return f"{100 * which.mean():.0f} %"


def draw_ages(course: LagCourse, outage: int) -> Picture:
    """The age of the stalest and the freshest replica over time, the outage, and what users accept."""
    stalest, freshest = course.ages.max(1), course.ages.min(1)
    with styled():
        figure = canvas(8.2, 3.5)
        axes = figure.subplots()
        axes.plot(stalest, color=COLOURS["shard"], label="stalest replica")
        axes.plot(freshest, color=COLOURS["shard"], linestyle="--", linewidth=1.4, label="freshest replica")
        mark_outage(axes, outage)
        for bound in ACCEPTED:
            axes.axhline(bound, color=QUIET, linestyle=":", linewidth=1.3)
            axes.annotate(f"{bound} s", (1.0, bound), (3, 0), ("axes fraction", "data"), "offset points", va="center")
        axes.set(xlim=(0, SECONDS), ylim=(0, max(24, stalest.max() * 1.15)))
        axes.set(xlabel="time (s, modelled)", ylabel="age of the oldest\npost missing (s)")
        axes.legend(loc="upper left", bbox_to_anchor=(1.05, 1.0))
        at = range(0, SECONDS, 15)
        points = [", ".join(f"{ages[t]} at {t}" for t in at) for ages in (stalest, freshest)]
        alt = (
            f"Lines over time in seconds, age of the oldest post missing in seconds: stalest replica {points[0]}; "
            f"freshest {points[1]}. The link is out from {BREAKS} to {BREAKS + outage}. Marks at 5 and 20 seconds."
        )
        return show(figure, alt, CAPTION)


def mark_outage(axes: Axes, outage: int) -> None:
    """The time without a link, shaded and named; nothing where there is none."""
    if outage:
        axes.axvspan(BREAKS, BREAKS + outage, color=FAINT, alpha=0.35, linewidth=0)
        axes.text(BREAKS, 1.01, "link out", transform=axes.get_xaxis_transform(), color=QUIET, va="bottom")
