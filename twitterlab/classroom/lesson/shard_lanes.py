"""The way of one page through the shards: what each of them offers, newest first, and what is taken for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, FAINT, INK, QUIET, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def page_lanes(offers: Mapping[str, Sequence[int]], limit: int, drawn: int = 40) -> Picture:
    """A lane for each shard with the IDs that it offers, newest first; the `limit` newest of all make the page.

    The first that is left over in each lane was looked at to know that it is older, and waits. At most the `drawn`
    newest are drawn.
    """
    newest = sorted((tweet for lane in offers.values() for tweet in lane), reverse=True)
    place = {tweet: at for at, tweet in enumerate(newest)}
    with styled():
        figure = canvas(8.2, 0.52 * len(offers) + 1.3)
        axes = figure.subplots()
        for line, (name, lane) in enumerate(offers.items()):
            draw_lane(axes, -line, name, [place[tweet] for tweet in lane if place[tweet] < drawn], limit)
        axes.axvline(limit - 0.5, color=INK, linewidth=1.2)
        axes.text(limit - 0.8, 0.75, "the page", ha="right", color=COLOURS["reader"], weight="bold")
        axes.text(limit - 0.2, 0.75, "older", color=QUIET)
        axes.set(
            xlim=(-1, drawn), ylim=(-len(offers) + 0.4, 1.2), xlabel="tweets in the order of their IDs, newest first"
        )
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_yticks([-line for line in range(len(offers))], list(offers))
        axes.tick_params(length=0)
        axes.set_xticks([])
        waiting = sum(any(place[tweet] >= limit for tweet in lane) for lane in offers.values())
        said = "; ".join(describe_lane(name, [place[tweet] for tweet in lane], limit) for name, lane in offers.items())
        caption = (
            f"{min(limit, len(newest))} tweets make the page. The next of each shard was looked at, {waiting} more. "
            f"The other {max(0, len(newest) - limit - waiting)} candidates never came into the merge."
        )
        return show(figure, f"Lanes of tweets, one a shard: {said}.", caption)


def draw_lane(axes: Axes, y: float, name: str, places: Sequence[int], limit: int) -> None:
    """One shard's tweets: filled and numbered on the page, ringed where one waits, faint where none was taken."""
    axes.plot([-1, 100], [y, y], color=FAINT, linewidth=0.8, zorder=0)
    older = [at for at in places if at >= limit]
    for at in places:
        if at < limit:
            axes.plot(at, y, "s", color=COLOURS["reader"], markersize=15)
            axes.text(at, y, str(at + 1), color="white", ha="center", va="center", fontsize=9, weight="bold")
        elif at == older[0]:
            axes.plot(at, y, "s", markerfacecolor="white", markeredgecolor=COLOURS["shard"], markersize=13)
            axes.text(at, y, "?", color=COLOURS["shard"], ha="center", va="center", fontsize=9, weight="bold")
        else:
            axes.plot(at, y, "o", color=FAINT, markersize=4)


def describe_lane(name: str, places: Sequence[int], limit: int) -> str:
    """A lane in words."""
    shown = [str(at + 1) for at in places if at < limit]
    left = len(places) - len(shown)
    words = f"{name} gives {', '.join(shown)} of the page" if shown else f"{name} gives nothing"
    return words + (f", its next one waits, {left - 1} are left" if left else "")
