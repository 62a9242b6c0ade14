"""The estimate: the design's table from its givens, with units that refuse to be mixed."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pint
import pytest

from twitterlab.studies.estimate import Givens, estimate, estimate_table, readable_quantity, unit_registry

Q = unit_registry().Quantity

DESIGN = [  # the table as the lecture says it: quantity, value, unit, digits that are meant
    ("users", 500e6, "user", 3),
    ("active users", 200e6, "user", 3),
    ("tweets read", 20e9, "tweet/day", 3),
    ("pages read", 1e9, "page/day", 3),
    ("pages read a second", 11.6e3, "page/s", 3),
    ("tweets written", 50e6, "tweet/day", 3),
    ("tweets written a second", 580, "tweet/s", 2),
    ("tweets written at peak", 5_800, "tweet/s", 2),
    ("pages read for each post", 20, "page/tweet", 3),
    ("text written", 50, "GB/day", 3),
    ("text written a month", 1.5, "TB/month", 2),
    ("text written a year", 18, "TB/year", 2),
    ("deliveries", 58e3, "delivery/s", 2),
    ("deliveries at peak", 580e3, "delivery/s", 2),
    ("feed cache", 100 * 200e6, "id", 3),
    ("feed cache memory", 160, "GB", 3),
    ("staleness accepted", 5, "s", 3),
    ("staleness at worst", 20, "s", 3),
]


@pytest.mark.parametrize(("name", "value", "unit", "digits"), DESIGN)
def test_the_estimate_is_the_designs_table(name: str, value: float, unit: str, digits: int) -> None:
    assert float(f"{estimate()[name].quantity.to(unit).magnitude:.{digits}g}") == value


def test_every_row_is_in_that_table_and_says_what_it_follows_from() -> None:
    rows = estimate()
    assert set(rows) == {name for name, *_ in DESIGN}
    assert all(row.name == name and row.follows_from for name, row in rows.items())


def test_tweets_a_day_over_tweets_a_page_are_pages_a_day() -> None:
    pages = Q(20e9, "tweet/day") / Q(20, "tweet/page")
    assert pages.units == unit_registry().Unit("page/day")
    assert pages.magnitude == 1e9


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [(Q(1, "tweet/day"), "page/day"), (Q(1, "byte"), "dimensionless"), (Q(1, "tweet"), "delivery"), (Q(1, "s"), "id")],
)
def test_units_are_not_mixed(quantity: pint.Quantity, unit: str) -> None:
    with pytest.raises(pint.DimensionalityError):
        quantity.to(unit)
    with pytest.raises(pint.DimensionalityError):
        quantity + Q(1, unit)


@pytest.mark.parametrize("given", [field.name for field in dataclasses.fields(Givens)])
def test_each_given_refuses_a_wrong_unit_and_matters(given: str) -> None:
    with pytest.raises(pint.DimensionalityError):
        estimate(dataclasses.replace(Givens(), **{given: Q(3, "page/user**2")}))
    doubled = estimate(dataclasses.replace(Givens(), **{given: 2 * Givens().quantity(given)}))
    assert any(row.quantity != doubled[name].quantity for name, row in estimate().items())


def test_a_given_is_a_number_or_any_quantity_of_its_dimension() -> None:
    number = estimate(Givens(written=100e6, staleness=60))
    quantity = estimate(Givens(written=Q(100e6 / 24, "tweet/hour"), staleness=Q(1, "minute")))
    assert number["deliveries"].quantity.magnitude == pytest.approx(quantity["deliveries"].quantity.magnitude)
    assert quantity["staleness accepted"].quantity == number["staleness accepted"].quantity


def test_a_month_has_30_days_and_a_year_365() -> None:
    assert Q(1, "month").to("day").magnitude == 30
    assert Q(1, "year").to("day").magnitude == 365
    assert Q(1, "day").to("s").magnitude == 86_400


def test_twice_the_page_halves_the_pages() -> None:
    assert estimate(Givens(page=40))["pages read"].quantity == estimate()["pages read"].quantity / 2


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Q(160e9, "byte"), "160 GB"),
        (Q(160, "GB").to("byte"), "160 GB"),
        (Q(11_574, "page/s"), "11.6 k page/s"),
        (Q(999.9, "tweet/s"), "1 k tweet/s"),
        (Q(578.7, "tweet/s"), "579 tweet/s"),
        (Q(12, "byte"), "12 B"),
        (Q(0, "s"), "0 s"),
        (Q(10, "dimensionless"), "10"),
    ],
)
def test_quantities_are_readable(quantity: pint.Quantity, text: str) -> None:
    assert readable_quantity(quantity) == text


def test_the_table_shows_values_with_units() -> None:
    shown = estimate_table()
    assert shown.loc["pages read a second", "value"] == "11.6 k page/s"
    assert shown.loc["feed cache memory", "value"] == "160 GB"
    assert list(shown.columns) == ["value", "follows from"]
    assert len(shown) == len(DESIGN)


def test_importing_the_module_does_not_import_pint() -> None:
    code = "import sys, twitterlab.studies.estimate; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
