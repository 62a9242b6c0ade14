"""Lesson 05's panel: a cache's size and policy, and what they mean for lookups, for pages and for the shards."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import ipywidgets as widgets

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.figures.charts import number
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, QUIET, styled
from twitterlab.parts.cache.eviction import FIFO, LRU, S3FIFO, SIEVE
from twitterlab.studies.cache_lookups import (
    FULL,
    SKEW,
    STORED,
    CacheOutcome,
    CachePolicy,
    Lookups,
    page_lookups,
    policy_outcome,
)
from twitterlab.workloads.graph import FollowGraph

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POLICIES: dict[str, CachePolicy] = {"LRU": LRU, "FIFO": FIFO, "SIEVE": SIEVE, "S3-FIFO": S3FIFO}
SHARES = (0.2, 0.5, 1, 2, 5, 10, 20, 50)  # cache sizes, in per cent of the tweets stored at the start
SKEWS = {"0: all alike": 0.0, "0.8: as in this lesson": SKEW, "1.2: a few write most": 1.2}


def caches(graph: FollowGraph | None = None) -> Panel:
    """Choose the cache's size, its policy, and how unequally people write; see hits, whole pages and shard requests.

    Lookups are those of the lecture's mix on this graph; full pages of the second half are measured.
    """
    graph = graph or FollowGraph.synthetic(users=5_000, mean_follows=25, seed=7)
    for skew in SKEWS.values():
        outcomes_by_size(graph, skew, "LRU")
    names = [(f"{number(share)} % of the tweets", place) for place, share in enumerate(SHARES)]
    controls = {
        "at": widgets.SelectionSlider(options=names, value=SHARES.index(10), description="Cache"),
        "policy": widgets.ToggleButtons(options=list(POLICIES), description="Rule"),
        "skew": widgets.SelectionSlider(options=SKEWS, value=SKEW, description="Skew of who writes"),
    }
    return Panel("What a cache is worth", controls, partial(state, graph))


def tweets_in(share: float) -> int:
    """How many tweets a cache of this share, in per cent, has room for."""
    return round(share / 100 * STORED)


def outcomes_by_size(graph: FollowGraph, skew: float, policy: str) -> list[CacheOutcome]:
    """What a policy makes of the same lookups at every size."""
    return [policy_outcome(graph, POLICIES[policy], tweets_in(share), skew) for share in SHARES]


def whole_if_independent(hits: float) -> float:
    """Modelled: the share of pages without a miss if each lookup were a hit by its own luck."""
    return hits**FULL


def state(graph: FollowGraph, at: int, policy: str, skew: float) -> State:
    """The panel's state for its controls."""
    outcomes = outcomes_by_size(graph, skew, policy)
    here, plain = outcomes[at], outcomes_by_size(graph, skew, "LRU")[at]
    beside = "" if policy == "LRU" else f" LRU finds {per_cent(plain.hits)} in the same room."
    finding = (
        f"{policy} with room for {tweets_in(SHARES[at]):,} tweets finds {per_cent(here.hits)} of what pages look up, "
        f"and {per_cent(here.whole)} of the pages find all of theirs. If misses fell independently, "
        f"{per_cent(whole_if_independent(here.hits))} would (modelled).{beside}"
    )
    numbers = {
        "hit ratio": per_cent(here.hits),
        "pages without a miss": per_cent(here.whole),
        "pages without a miss, modelled": per_cent(whole_if_independent(here.hits)),
        "shard requests a page, to fetch what is missing": f"{here.fetching:.2f}",
        "shard requests a page, to find its IDs": f"{finding_requests(page_lookups(graph, skew)):.2f}",
    }
    return State(finding, draw_shares(outcomes, outcomes_by_size(graph, skew, "LRU"), at, policy), numbers)


def per_cent(share: float) -> str:
    """A share for the eye."""
    return f"{100 * share:.1f} %"


def finding_requests(asked: Lookups) -> float:
    """Shard requests that find the IDs of a full page of the second half, on average."""
    half = len(asked.pages) // 2
    full = [place for place in range(half, len(asked.pages)) if len(asked.pages[place]) == FULL]
    return float(asked.finding[full].mean()) if full else 0.0


def draw_shares(outcomes: list[CacheOutcome], plain: list[CacheOutcome], at: int, policy: str) -> Picture:
    """Hit ratio, whole pages, and whole pages as modelled, over the cache's size, with the chosen size marked."""
    with styled():
        figure = canvas(8.2, 3.7)
        axes = figure.subplots()
        if policy != "LRU":
            axes.plot(SHARES, [100 * o.hits for o in plain], ":", color=COLOURS["cache"], label="hit ratio of LRU")
        hits, whole = [100 * o.hits for o in outcomes], [100 * o.whole for o in outcomes]
        modelled = [100 * whole_if_independent(o.hits) for o in outcomes]
        axes.plot(SHARES, hits, "o-", color=COLOURS["cache"], label="hit ratio")
        axes.plot(SHARES, whole, "s--", color=COLOURS["reader"], label="pages without a miss")
        axes.plot(SHARES, modelled, "-.", color=COLOURS["other"], label="the same, modelled\n(independent misses)")
        mark_size(axes, SHARES[at], (hits[at], whole[at], modelled[at]))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        points = "; ".join(
            f"at {number(share)} % hit ratio {hits[i]:.1f}, whole pages {whole[i]:.1f}, modelled {modelled[i]:.1f}"
            for i, share in enumerate(SHARES)
        )
        caption = f"{policy}: the hit ratio rises first; pages without a miss follow late."
        return show(
            figure, f"Lines over the cache's size, in per cent: {points}. Marked: {number(SHARES[at])} %.", caption
        )


def mark_size(axes: Axes, share: float, values: tuple[float, ...]) -> None:
    """A line at the chosen size with its values beside it, and scales that stay where they are."""
    axes.axvline(share, color=QUIET, linewidth=1, linestyle=":")
    axes.set_xscale("log")
    axes.set_xticks(SHARES, [number(each) for each in SHARES])
    axes.set_xticks([], minor=True)
    axes.set(xlim=(0.16, 65), ylim=(0, 104), xlabel="cache size (% of the tweets)", ylabel="share (%)")
    for value in values:
        if value < 10:  # no room below the point
            axes.text(share / 1.06, value + 1, f"{value:.0f}", ha="right", va="bottom", weight="bold")
        else:
            axes.text(share * 1.06, value - 1, f"{value:.0f}", ha="left", va="top", weight="bold")
