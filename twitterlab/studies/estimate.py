"""Estimates: the size of the system from a few givens, by arithmetic that carries its units.

Tweets, pages, users, deliveries, IDs and bytes are dimensions of their own, so that a number of tweets cannot pass for
a number of pages: tweets/day divided by tweets/page *is* pages/day, and anything else is a `pint.DimensionalityError`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_type_hints

if TYPE_CHECKING:
    import pandas as pd
    import pint

DEFINITIONS = """
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
second = [time] = s
minute = 60 * second = min
hour = 60 * minute = h
day = 24 * hour
month = 30 * day
year = 365 * day
byte = [information] = B
user = [user]
tweet = [tweet]
page = [page]
delivery = [delivery]
id = [id]
"""


@cache
def unit_registry() -> pint.UnitRegistry[float]:
    """The one registry of our units, made at the first call: `registry().Quantity(20, "tweet/page")`."""
    import pint

    units: pint.UnitRegistry[float] = pint.UnitRegistry(None)
    for definition in DEFINITIONS.split("\n"):
        if definition:
            units.define(definition)
    return units


@dataclass(frozen=True)
class Givens:
    """What the lecture is told or assumes; each is a number in the unit beside it, or a quantity of that dimension."""

    users: Annotated[Any, "user"] = 500e6
    active: Annotated[Any, "user"] = 200e6
    read: Annotated[Any, "tweet / user / day"] = 100  # by each active user
    page: Annotated[Any, "tweet / page"] = 20
    written: Annotated[Any, "tweet / day"] = 50e6
    tweet_size: Annotated[Any, "byte / tweet"] = 1000  # with its author, time and indexes; media apart
    followers: Annotated[Any, "delivery / tweet"] = 100  # of an average author: one delivery for each
    feed_length: Annotated[Any, "id / user"] = 100
    id_size: Annotated[Any, "byte / id"] = 8
    peak: Annotated[Any, "dimensionless"] = 10  # times the mean
    staleness: Annotated[Any, "second"] = 5
    worst_staleness: Annotated[Any, "second"] = 20

    def quantity(self, name: str) -> pint.Quantity[float]:
        """One given with its unit; `pint.DimensionalityError` where it has another dimension."""
        _, unit = get_args(get_type_hints(Givens, include_extras=True)[name])
        value, units = getattr(self, name), unit_registry()
        return value.to(unit) if isinstance(value, units.Quantity) else units.Quantity(float(value), unit)


class EstimateRow(NamedTuple):
    """One line of the estimate: a name, a pint quantity, and what it follows from."""

    name: str
    quantity: Any
    follows_from: str

    @property
    def text(self) -> str:
        """The quantity to three digits, with k, M, G or T before its unit."""
        return readable_quantity(self.quantity)


def estimate(givens: Givens | None = None) -> dict[str, EstimateRow]:
    """The rows by name; nothing but `givens` enters, each unit is what the arithmetic makes it.

    Raises `pint.DimensionalityError` where a given has the wrong dimension.
    """
    g = {f.name: (givens or Givens()).quantity(f.name) for f in fields(Givens)}
    tweets_read = g["active"] * g["read"]
    pages = tweets_read / g["page"]
    stored = g["written"] * g["tweet_size"]
    deliveries = g["written"] * g["followers"]
    cached = g["active"] * g["feed_length"]
    rows = [
        EstimateRow("users", g["users"], "given"),
        EstimateRow("active users", g["active"], "given"),
        EstimateRow("tweets read", tweets_read.to("tweet/day"), "active users x tweets read by each"),
        EstimateRow("pages read", pages.to("page/day"), "tweets read / tweets a page"),
        EstimateRow("pages read a second", pages.to("page/s"), "pages read"),
        EstimateRow("tweets written", g["written"], "given"),
        EstimateRow("tweets written a second", g["written"].to("tweet/s"), "tweets written"),
        EstimateRow("tweets written at peak", (g["written"] * g["peak"]).to("tweet/s"), "tweets written x peak factor"),
        EstimateRow("pages read for each post", pages / g["written"], "pages read / tweets written"),
        EstimateRow("text written", stored.to("byte/day"), "tweets written x size of a tweet"),
        EstimateRow("text written a month", stored.to("byte/month"), "text written, 30 days"),
        EstimateRow("text written a year", stored.to("byte/year"), "text written, 365 days"),
        EstimateRow("deliveries", deliveries.to("delivery/s"), "tweets written x followers of an average author"),
        EstimateRow("deliveries at peak", (deliveries * g["peak"]).to("delivery/s"), "deliveries x peak factor"),
        EstimateRow("feed cache", cached.to("id"), "active users x length of a feed"),
        EstimateRow("feed cache memory", (cached * g["id_size"]).to("byte"), "feed cache x size of an ID: IDs alone"),
        EstimateRow("staleness accepted", g["staleness"], "given"),
        EstimateRow("staleness at worst", g["worst_staleness"], "given"),
    ]
    return {row.name: row for row in rows}


def estimate_table(givens: Givens | None = None) -> pd.DataFrame:
    """The estimate for the eye: value and origin, indexed by quantity."""
    import pandas as pd

    rows = [(row.name, row.text, row.follows_from) for row in estimate(givens).values()]
    return pd.DataFrame(rows, columns=["quantity", "value", "follows from"]).set_index("quantity")


def readable_quantity(quantity: Any) -> str:
    """Three digits, a prefix, and the unit: 11.6 k page/s, 160 GB."""
    value, unit = quantity.magnitude, f"{quantity.units:~P}"
    for size, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 0.9995:
            return f"{value / size:.3g} {prefix}{'' if unit.startswith('B') else ' '}{unit}"
    return f"{value:.3g} {unit}".strip()
