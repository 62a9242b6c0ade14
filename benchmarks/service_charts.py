"""The figure of the service: a page at each stage under load, with the requests a second and the rows behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.drawing import READ, Chart, canvas, column, dots, plain, short, words

if TYPE_CHECKING:
    from benchmarks.charts import Saved
    from benchmarks.common import Table


def service(saved: Saved) -> list[Chart]:
    """A page at each stage, median and p99."""
    rows: Table = next(iter(saved["tables"].values()), [])
    rates = column(rows, "requests/s")
    if not rates:
        return []
    names = [f"stage {row['stage']}, {row['class']}" for row in rows]
    pairs = [[float(row[f"page {name} ms"]) for name in ("p50", "p99")] for row in rows]
    told = [f"{words(row['requests/s'])} requests/s, {short(row['rows a page'])} rows a page" for row in rows]
    figure, ((axes,),) = canvas(1, 1, 11, 0.55 * len(rows) + 1.2)
    plain(axes, x="milliseconds for a page over HTTP: median (full) and p99 (open), logarithmic")
    dots(axes, names, pairs, told, ours=lambda _: READ)
    each = "; ".join(
        f"{name}, {' and '.join(map(words, pair))} ({said})"
        for name, pair, said in zip(names, pairs, told, strict=True)
    )
    best, callers = rates.index(max(rates)), saved["settings"].get("callers", "as many")
    caption = (
        f"With {callers} callers who ask again at once, {names[best]}, answers {words(rates[best])} requests a second, "
        f"{words(rates[best] / rates[0])} times as many as {names[0]}."
    )
    return [Chart("service", figure, f"Milliseconds for a page over HTTP, median and p99: {each}.", caption)]
