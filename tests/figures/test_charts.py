"""The charts: what is drawn is also said, one colour means one thing, and labels keep clear of each other."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from matplotlib.colors import to_hex

from twitterlab.figures import canvas, charts, styled
from twitterlab.figures.palette import COLOURS

PAGES = charts.Lines("pages", [10, 100], {"1": [2.0, 20.0], "2": [5.0, 5.0]}, "reader", "users", "rows", "stage")


def labels_of(axes: Any) -> list[str]:
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (12_296.4, "12,296"), (0.0521, "0.0521"), (3.0, "3"), (1_000_000, "1,000,000")]
)
def test_a_number_is_whole_or_has_three_digits(value: float, text: str) -> None:
    assert charts.number(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (999.6, "1 k"), (48_712, "48.7 k"), (4.05e6, "4.05 M")])
def test_a_short_number_has_a_prefix(value: float, text: str) -> None:
    assert charts.short_number(value) == text


def test_dots_say_their_values_and_notes() -> None:
    rows = {"ours\nhere": [0.5, 2.0], "theirs": [1.0, 4.0]}
    plain = charts.dots(rows, roles=["reader", "other"], label="ms", caption="found")
    assert plain.alt == "Dots, ms: ours, here, 0.5 and 2; theirs, 1 and 4."
    noted = charts.dots(rows, roles=["reader", "other"], label="ms", caption="found", notes=["fast", "slow"])
    assert noted.alt == "Dots, ms: ours, here, 0.5 and 2 (fast); theirs, 1 and 4 (slow)."
    assert noted.text == f"found\n{noted.alt}"


def test_dots_have_the_colours_of_their_roles_and_a_ticked_axis() -> None:
    with styled():
        axes = canvas().subplots()
        charts.draw_dots(axes, {"ours": [0.5, 2.0], "theirs": [1.0, 4.0]}, ["reader", "other"], ["a", "b"])
    assert {to_hex(line.get_color()).upper() for line in axes.get_lines()} == {COLOURS["reader"], COLOURS["other"]}
    assert axes.get_xscale() == "log"
    assert labels_of(axes) == ["a", "b"]


def test_every_panel_of_lines_is_said() -> None:
    picture = charts.line_panels([[PAGES, PAGES._replace(title="posts")]], "found", share=True)
    each = "stage 1: 2 at 10, 20 at 100. stage 2: 5 at 10, 5 at 100."
    assert picture.alt == f"Lines, pages, rows over users. {each} Lines, posts, rows over users. {each}"
    assert picture.png.startswith(b"\x89PNG")


def test_lines_are_named_at_their_ends_and_share_a_label_where_they_lie_on_each_other() -> None:
    with styled():
        axes = canvas().subplots()
        panel = PAGES._replace(curves={"3": [7.0, 5.0], "1": [2.0, 20.0], "2": [5.0, 5.0]})
        charts.draw_lines(axes, panel.x, panel.curves, ["reader"] * 3)
        charts.name_ends(axes, panel)
    assert labels_of(axes) == ["stages 2, 3", "stage 1"]


@pytest.mark.parametrize(("values", "scale"), [([1.0, 1.1], "log"), ([0.0, 50.0], "symlog")])
def test_a_scale_upwards_spans_a_decade_and_has_a_place_for_zero(values: list[float], scale: str) -> None:
    axes = canvas().subplots()
    axes.plot([1, 2], values)
    charts.log_scale(axes.yaxis, values)
    low, high = axes.get_ylim()
    assert axes.get_yscale() == scale
    assert low < min(values) <= max(values) < high
    assert low < 0 or high / low >= 9.99


@pytest.mark.parametrize("heights", [[], [0.3], [0.1, 0.9], [0.5, 0.5, 0.5], [0.1, 0.12, 0.2, 0.8, 0.81], [0.0, 0.07]])
def test_labels_that_would_overlap_move_apart(heights: list[float]) -> None:
    moved = charts.spread_heights(heights)
    assert all(b - a >= charts.CLOSE - 1e-9 for a, b in pairwise(moved))
    assert sum(moved) == pytest.approx(sum(heights))
    if all(b - a >= charts.CLOSE for a, b in pairwise(heights)):
        assert moved == heights


def test_bars_of_nothing_can_be_drawn_too() -> None:
    picture = charts.bars({"stage 1": 0, "stage 2": 0}, role="author", label="deliveries", caption="none", log=True)
    assert picture.alt == "Bars, deliveries: stage 1 0; stage 2 0."
