"""The figures of what was measured: each from one part's saved result, with its words from the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.drawing import READ, SHADE, WRITE, Chart, canvas, column, dots, logarithmic, plain, short, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from benchmarks.common import Table

Saved = dict[str, Any]  # a result as its JSON keeps it
PERCENTILES = {"p50": "-", "p99": "--", "p99.9": ":"}
LATENCIES = {"page": ("a page", READ), "visible": ("a post until it shows", WRITE)}  # from when each was due
LEGEND: dict[str, Any] = {
    "fontsize": 10,
    "frameon": False,
    "loc": "lower right",
    "bbox_to_anchor": (1.0, 0.98),
    "ncols": 3,
}


def rate(saved: Saved) -> list[Chart]:
    """Latencies against the multiple of the lecture's rate, a column for each call that reads pages."""
    tables = {title: rows for title, rows in saved["tables"].items() if column(rows, "multiple")}
    if not tables:
        return []
    figure, panels = canvas(2, len(tables), 5.6 * len(tables) + 0.6, 8, sharex="col", sharey="row")
    for row, (of, (what, colour)) in enumerate(LATENCIES.items()):
        drawn = [v for rows in tables.values() for name in PERCENTILES for v in column(rows, f"{of} {name} ms")]
        for place, (title, rows) in enumerate(tables.items()):
            axes = panels[row][place]
            x = "multiple of the lecture's average rate" if row else ""
            plain(axes, "" if row else title, x, "" if place else f"milliseconds for {what}")
            latency(axes, rows, of, colour)
            logarithmic(axes.yaxis, drawn)
            axes.tick_params(labelbottom=True)
        if drawn:
            panels[row][-1].legend(**LEGEND)
    found = "; ".join(held(title, rows) for title, rows in tables.items())
    alt = "Lines of latency against load, logarithmic; a page as it is read, a post until it is visible. " + " ".join(
        map(tried, tables, tables.values())
    )
    return [
        Chart(
            "rate",
            figure,
            alt,
            f"{capital(found)}. Crosses on grey no longer hold: what waits, waits longer and longer.",
        )
    ]


def capital(sentence: str) -> str:
    """A sentence with its first letter."""
    return sentence[:1].upper() + sentence[1:]


def latency(axes: Axes, rows: Table, of: str, colour: str) -> None:
    """Percentiles of one latency; crosses where the load no longer holds, on grey ground."""
    multiples = column(rows, "multiple")
    for name, style in PERCENTILES.items():
        values = column(rows, f"{of} {name} ms")
        if not values:
            continue
        axes.plot(multiples, values, style, color=colour, linewidth=1.8, label=name)
        for kind, marker in ((True, "o"), (False, "X")):
            some = [(m, v) for m, v, row in zip(multiples, values, rows, strict=True) if holds(row) is kind]
            axes.plot([m for m, _ in some], [v for _, v in some], marker, color=colour, markersize=7)
    logarithmic(axes.xaxis, multiples)
    low, high = axes.get_xlim()
    failed = [row["multiple"] for row in rows if not holds(row)]
    if failed:
        axes.axvspan(min(failed), high, color=SHADE, zorder=0)
        axes.set_xlim(low, high)


def holds(row: dict[str, Any]) -> bool:
    """Whether a load was sustained."""
    return bool(row.get("sustained", True))


def held(title: str, rows: Table) -> str:
    """The highest multiple that holds, and its latencies."""
    best = max((row for row in rows if holds(row)), key=lambda row: row["multiple"], default=None)
    if best is None:
        return f"{title}, none of the loads tried holds"
    page, visible = best.get("page p99 ms"), best.get("visible p99 ms")
    parts = [
        f"{words(page)} ms a page at p99" if page else "",
        f"a post shows in {words(visible)} ms" if visible else "",
    ]
    return (
        f"{title}, one core holds {words(best['multiple'])} times the lecture's rate ({', '.join(filter(None, parts))})"
    )


def tried(title: str, rows: Table) -> str:
    """The lowest load tried, the highest that holds and the lowest that does not, in words."""
    by_load = sorted(rows, key=lambda row: float(row["multiple"]))
    held, failed = ([row for row in by_load if holds(row) is kind] for kind in (True, False))
    told = {row["multiple"]: row for row in (*held[:1], *held[-1:], *failed[:1])}
    runs = (
        f"at {words(load)} times {', '.join(latencies(row))}{'' if holds(row) else ', which does not hold'}"
        for load, row in told.items()
    )
    return f"{capital(title)}, in milliseconds: {'; '.join(runs)}."


def latencies(row: dict[str, Any]) -> list[str]:
    """The latencies that a row has."""
    found = {f"{of} {name}": row.get(f"{of} {name} ms") for of in LATENCIES for name in PERCENTILES}
    return [f"{name} {words(value)}" for name, value in found.items() if value is not None]


def peers(saved: Saved) -> list[Chart]:
    """Deliveries a second, and milliseconds a page, ours and the peer's."""
    return [*peer_deliveries(saved), *peer_pages(saved)]


def mine(colour: str) -> Callable[[str], str | None]:
    """The colour of what is ours."""
    return lambda name: colour if name.startswith(("twitterlab", "stage")) and "by hand" not in name else None


def peer_deliveries(saved: Saved) -> list[Chart]:
    """Deliveries a second, a line for each way."""
    rows = saved["tables"].get("deliveries", [])
    rates = column(rows, "deliveries/s")
    if not rates:
        return []
    peer, best = saved["settings"].get("peer", "the peer"), max(rates[1:], default=rates[0])
    names = [f"{row['way']}\n{row.get('connection', '')}" for row in rows]
    labels = [
        f"{short(value)}/s" + (f", ours {words(rates[0] / value)} times" if i else "") for i, value in enumerate(rates)
    ]
    figure, ((axes,),) = canvas(1, 1, 11, 0.7 * len(rows) + 1.2)
    plain(axes, x="deliveries a second, logarithmic")
    dots(axes, names, [[value] for value in rates], labels, ours=mine(WRITE))
    each = "; ".join(f"{row['way']}, {words(value)}" for row, value in zip(rows, rates, strict=True))
    alt = f"Deliveries a second beside {peer}, a line for each way: {each}."
    caption = (
        f"We deliver {words(rates[0])} a second: {words(rates[0] / rates[1])} times {rows[1]['way']} on {peer}, and "
        f"{words(rates[0] / best)} times its best way."
        if len(rates) > 1
        else f"We deliver {words(rates[0])} a second."
    )
    return [Chart("peers-deliveries", figure, alt, caption)]


def peer_pages(saved: Saved) -> list[Chart]:
    """Milliseconds for a page, median and p99, a line for each way."""
    rows = table_with(saved, "p50")
    if not rows:
        return []
    figure, ((axes,),) = canvas(1, 1, 11, 0.55 * len(rows) + 1.2)
    plain(axes, x="milliseconds for a page: median (full) and p99 (open), logarithmic")
    pairs, names = [percentile_pair(row, "p50", "p99") for row in rows], [row["way"] for row in rows]
    dots(axes, names, pairs, [" to ".join(map(short, pair)) + " ms" for pair in pairs], ours=mine(READ))
    each = "; ".join(f"{name}, {' and '.join(map(words, pair))}" for name, pair in zip(names, pairs, strict=True))
    figures = saved["figures"]
    ratios = [figures.get(f"page_{name}_ratio") for name in ("p50", "p99")]
    caption = f"A page takes us {words(pairs[0][0])} ms at the median and {words(pairs[0][-1])} ms at p99"
    if None not in ratios:
        caption += f", {words(ratios[0])} and {words(ratios[1])} of what it takes the peer over its public connection"
    return [Chart("peers-pages", figure, f"Milliseconds for a page, median and p99: {each}.", caption + ".")]


def table_with(saved: Saved, name: str) -> Table:
    """The first table that has a column."""
    return next((rows for rows in saved["tables"].values() if column(rows, name)), [])


def percentile_pair(row: dict[str, Any], *names: str) -> list[float]:
    """The percentiles that a row has."""
    return [float(row[name]) for name in names if row.get(name) is not None]


def stages(saved: Saved) -> list[Chart]:
    """A page at each stage, by hand and from SQLite."""
    rows = table_with(saved, "p50 ms")
    if not rows:
        return []
    names = [row["system"] for row in rows]
    pairs = [percentile_pair(row, "p50 ms", "p99 ms") for row in rows]
    figure, ((axes,),) = canvas(1, 1, 11, 0.5 * len(rows) + 1.2)
    plain(axes, x="milliseconds for a first page: median (full) and p99 (open), logarithmic")
    dots(axes, names, pairs, [" to ".join(map(short, pair)) + " ms" for pair in pairs], ours=mine(READ))
    each = "; ".join(f"{name}, {' and '.join(map(words, pair))}" for name, pair in zip(names, pairs, strict=True))
    medians = dict(zip(names, (pair[0] for pair in pairs), strict=True))
    first, *_, last = [name for name in names if mine(READ)(name)] * 2
    caption = (
        f"A page falls from {words(medians[first])} ms ({first}) to {words(medians[last])} ms ({last}), "
        f"{words(medians[first] / medians[last])} times"
    )
    hands = {n: saved["figures"].get(f"stage{n}_overhead") for n in (1, 2)}
    told = [f"stage {n} takes {words(value)} times as long as its SQL by hand" for n, value in hands.items() if value]
    return [
        Chart("stages", figure, f"Milliseconds for a page, median and p99: {each}.", "; ".join([caption, *told]) + ".")
    ]
