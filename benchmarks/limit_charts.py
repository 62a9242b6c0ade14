"""The figures of the limit: rates beside it, the parts of a drain, and the lines of a delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.drawing import WRITE, Chart, bars, canvas, column, dots, plain, short, words
from twitterlab.figures.palette import INK, QUIET

if TYPE_CHECKING:
    from benchmarks.charts import Saved

LONGEST = 6  # lines that are told in words


def limit(saved: Saved) -> list[Chart]:
    """What of it the saved tables have."""
    return [*rates(saved), *parts(saved), *lines(saved)]


def rates(saved: Saved) -> list[Chart]:
    """Writes and deliveries a second."""
    rows, figures = saved["tables"].get("writes and deliveries", []), saved["figures"]
    found = column(rows, "a second")
    if not found:
        return []
    names = [row["way"] for row in rows]
    figure, ((axes,),) = canvas(1, 1, 11, 0.55 * len(rows) + 1.2)
    plain(axes, x="a second, on one core, logarithmic")
    labels = [f"{short(rate)}/s: {of_limit(row['of the limit'])}" for rate, row in zip(found, rows, strict=True)]
    dots(axes, names, [[rate] for rate in found], labels, ours=lambda name: WRITE if "deliver" in name else None)
    each = "; ".join(f"{name}, {words(rate)}" for name, rate in zip(names, found, strict=True))
    caption = (
        f"Fan-out as a whole makes {words(figures['drain_per_s'])} deliveries a second, "
        f"{of_limit(figures['drain_of_limit'])}; delivering alone makes {words(figures['deliver_per_s'])}, "
        f"{of_limit(figures['deliver_of_limit'])}, each with {words(figures['accesses_a_delivery'])} random accesses "
        "where the limit has 1."
    )
    return [Chart("limit", figure, f"A second on one core: {each}.", caption)]


def of_limit(share: float) -> str:
    """A rate beside the limit."""
    if share == 1:
        return "the limit"
    return f"{words(share)} times the limit" if share > 1 else f"{percent(share)} of the limit"


def percent(share: float) -> str:
    """A share with two digits that say something."""
    return f"{100 * share:.2g}%" if share < 0.995 else "100%"


def parts(saved: Saved) -> list[Chart]:
    """Where a drain's time goes."""
    rows = saved["tables"].get("drain, by part", [])
    shares = column(rows, "share")
    if not shares:
        return []
    names = [row["part"] for row in rows]
    figure, ((axes,),) = canvas(1, 1, 11, 0.45 * len(rows) + 1.2)
    plain(axes, x="per cent of the time of a drain, under cProfile")
    bars(axes, names, [100 * share for share in shares], list(map(percent, shares)), [WRITE] * len(rows))
    each = "; ".join(f"{name}, {percent(share)}" for name, share in zip(names, shares, strict=True))
    top = " and ".join(f"{name} ({percent(share)})" for name, share in list(zip(names, shares, strict=True))[:2])
    return [
        Chart("limit-parts", figure, f"Shares of a drain's time: {each}.", f"A drain's time goes first into {top}.")
    ]


def lines(saved: Saved) -> list[Chart]:
    """Where a delivery's time goes."""
    rows = saved["tables"].get("deliver, by line", [])
    times = column(rows, "ns a delivery")
    if not times:
        return []
    names, accesses = [row["line"] for row in rows], column(rows, "random accesses") or [0.0] * len(rows)
    figure, ((axes,),) = canvas(1, 1, 13, 0.34 * len(rows) + 1.4)
    plain(axes, x="nanoseconds a delivery; vermilion: lines with random accesses, and how many")
    labels = [f"{short(t)} ns" + (f", {words(n)} random" if n else "") for t, n in zip(times, accesses, strict=True)]
    bars(axes, names, times, labels, [WRITE if n else QUIET for n in accesses])
    for label in axes.get_yticklabels():
        label.set(fontfamily="monospace", fontsize=9, color=INK)
    random = sum(time for time, n in zip(times, accesses, strict=True) if n) / sum(times)
    longest = sorted(zip(times, names, strict=True), reverse=True)[:LONGEST]
    each = "; ".join(f"{name}, {words(time)}" for time, name in longest)
    caption = (
        f"Lines with random accesses take {percent(random)} of the time of `deliver`. At the limit's pace, as many "
        f"accesses would take {percent(saved['figures']['accesses_of_deliver'])} of it."
    )
    return [
        Chart(
            "limit-lines",
            figure,
            f"Nanoseconds a delivery, {len(rows)} lines of which the longest are: {each}.",
            caption,
        )
    ]
