"""Lesson 04's panel: what each shard has to do on a day, and how much more the hottest has to do than the mean one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.clock import DAY_MS
from twitterlab.figures.charts import number
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, QUIET, styled
from twitterlab.parts.feeds.policy import post_and_view_counts
from twitterlab.parts.store.sharding import placement, shard_of
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.mixes import START_MS, lecture

Amounts = NDArray[np.float64]
Places = NDArray[np.integer]

EVENTS, SEED = 60_000, 7
RULES = ("by hash", "in ranges, the most followed first")
COUNTS = ("users", "tweets", "requests", "rows read")
LABELS = {"users": "users kept", "tweets": "tweets kept", "requests": "requests of a day", "rows read": "rows of a day"}
CROWDS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


class LectureDay(NamedTuple):
    """What users do on a day, by user: tweets posted, pages of their feed read, their rank in fame (0 is the first)."""

    posts: Amounts
    pages: Amounts
    rank: NDArray[np.int64]
    celebrity: int  # whose tweets are read most: tweets times followers


def shards(graph: FollowGraph | None = None) -> Panel:
    """Choose how many shards there are and how users are dealt to them; see what each of them has to do.

    The day is that of the lecture's stream in which the most followed write most; a page is read when all of the day's
    tweets are stored. Some of the pages may ask for one celebrity's own tweets instead, as when there is news.
    """
    graph = graph or FollowGraph.synthetic(users=20_000, mean_follows=25, seed=7)  # the same as middle.parquet
    controls = {
        "count": widgets.IntSlider(16, 1, 32, description="Shards"),
        "rule": widgets.ToggleButtons(options=RULES, description="Users are dealt"),
        "crowd": widgets.SelectionSlider(
            options=[(f"{share:.0%}", share) for share in CROWDS],
            description="Pages that go to one celebrity's tweets",
        ),
        "what": widgets.ToggleButtons(options=COUNTS, value="rows read", description="Count"),
    }
    return Panel("What each shard has to do", controls, partial(state, graph))


def state(graph: FollowGraph, count: int, rule: str, crowd: float, what: str) -> State:
    """The panel's state for its controls."""
    work, places = lecture_day(graph), deal_users(graph, rule, count)
    done = shard_loads(graph, work, places, count, crowd)
    home = int(places[work.celebrity])
    hot, per_page = int(done[what].argmax()), float(done["requests"].sum() / work.pages.sum())
    finding = (
        f"Dealt {rule}, shard {hot} is the hottest of {count}: {what}, {number(heat_of(done[what]))} times the mean. "
        f"It is {'' if hot == home else 'not '}the celebrity's shard. "
        f"A page makes {number(per_page)} shard requests, on average."
    )
    numbers = {f"hottest shard over the mean, {name}": number(heat_of(load)) for name, load in done.items()}
    return State(finding, draw_loads(done[what], what, home), {**numbers, "shard requests a page": number(per_page)})


def heat_of(load: Amounts) -> float:
    """The hottest shard's load over the mean: 1 where all have the same to do."""
    return float(load.max() / load.mean())


@lru_cache(4)
def lecture_day(graph: FollowGraph) -> LectureDay:
    """A day of the lecture's stream on this graph, with the most followed writing most."""
    events = [event for event in lecture(graph, EVENTS, SEED, correlation=1.0) if event.at_ms < START_MS + DAY_MS]
    posts, pages = post_and_view_counts(events, graph.users)
    rank = np.empty(graph.users, np.int64)
    rank[np.argsort(-graph.follower_counts, kind="stable")] = np.arange(graph.users)
    return LectureDay(posts, pages, rank, int(np.argmax(posts * graph.follower_counts)))


def deal_users(graph: FollowGraph, rule: str, count: int) -> Places:
    """The shard of every user: by the real `shard_of`, or in equal ranges of users in the order of their fame."""
    return (
        placement(shard_of, graph.users, count) if rule == RULES[0] else lecture_day(graph).rank * count // graph.users
    )


def shard_loads(
    graph: FollowGraph, work: LectureDay, places: Places, count: int, crowd: float = 0.0
) -> Mapping[str, Amounts]:
    """What each shard keeps and is asked, by what is counted, each of shape (shards,).

    Of the pages the share `crowd` asks for the celebrity's tweets: one request, and that author's rows. Any other page
    asks the reader's shard for the follow list, and then every shard that keeps a followee for the followees' tweets.
    """
    readers, authors = graph.edge_arrays()
    asked = np.zeros((graph.users, count), np.bool_)
    asked[readers, places[authors]] = True
    tweets = np.bincount(places, work.posts, count)
    requests = np.bincount(places, work.pages, count) + work.pages @ asked
    rows = np.bincount(places, work.pages * graph.followee_counts, count)
    rows += np.bincount(places[authors], work.pages[readers] * work.posts[authors], count)
    visits = np.bincount([places[work.celebrity]], [crowd * work.pages.sum()], count)
    return {
        "users": np.bincount(places, minlength=count).astype(np.float64),
        "tweets": tweets,
        "requests": requests * (1 - crowd) + visits,
        "rows read": rows * (1 - crowd) + visits * work.posts[work.celebrity],
    }


def draw_loads(load: Amounts, what: str, home: int) -> Picture:
    """A column for each shard, the mean as a line, and a name over the celebrity's."""
    with styled():
        figure = canvas(8.2, 3.3)
        axes = figure.subplots()
        drawn = axes.bar(range(len(load)), load, color=COLOURS["shard"], width=0.75)
        drawn[home].set_color(COLOURS["author"])
        side = "left" if home < 2 < len(load) else "right" if home > len(load) - 3 > 0 else "center"
        axes.annotate("celebrity", (home, load[home]), ha=side, va="bottom", color=COLOURS["author"])
        axes.axhline(load.mean(), color=QUIET, linestyle="--", linewidth=1.2)
        axes.annotate("mean", (1.0, load.mean()), (3, 0), ("axes fraction", "data"), "offset points", va="center")
        axes.set_xticks(range(0, len(load), 1 if len(load) <= 16 else 4))
        axes.set(xlabel="shard", ylabel=LABELS[what], xlim=(-0.9, len(load) - 0.1), ylim=(0, load.max() * 1.15))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        said = ", ".join(f"{value:,.0f}" for value in load)
        alt = f"Columns, {LABELS[what]} by shard, from 0 on: {said}. Mean {load.mean():,.0f}. Celebrity: shard {home}."
        return show(figure, alt, f"The hottest shard stands at {number(heat_of(load))} times the mean in {what}.")
