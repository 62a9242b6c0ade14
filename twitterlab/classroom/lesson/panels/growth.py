"""Lesson 01's panel: what a page of one unordered table reads as its history grows, and when one core is too slow."""

from __future__ import annotations

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from twitterlab.classroom.lesson.panel import Panel, State
from twitterlab.classroom.lesson.panels.capacity import value_slider
from twitterlab.figures.charts import number, short_number
from twitterlab.figures.figure import Picture, canvas, show
from twitterlab.figures.palette import COLOURS, INK, styled, tint
from twitterlab.studies.estimate import Givens

DAY_S, CENTURY = 86_400, 36_525  # seconds in a day, days in a hundred years
PAGES_A_DAY: float = Givens().active * Givens().read / Givens().page / Givens().users  # of each user: 1 G by 500 M
USERS = [size * ten for ten in (1e3, 1e4, 1e5, 1e6, 1e7, 1e8) for size in (1, 2, 5)]


class GivenTable(NamedTuple):
    """A table's users, the follows of each, their tweets of a day, and how many days it has been written to."""

    users: float
    follows: float
    tweets: float
    days: float


class PageRows(NamedTuple):
    """Rows that one page reads."""

    follows: float
    tweets: float

    @property
    def both(self) -> float:
        """All of them."""
        return self.follows + self.tweets


def growth() -> Panel:
    """Move users, follows, tweets and days; see what a page reads, and how many cores the lecture's readers need.

    Rows are what `SingleTable` counts for a reader who follows somebody. Rates are *modelled*: each user reads as many
    pages a day as the lecture's, at any hour alike, and a core scans what is stated.
    """
    controls = {
        "users": value_slider("Users", USERS, 2e5),
        "follows": value_slider("Follows of each", [10, 20, 50, 100, 200, 500], 100),
        "tweets": value_slider("Tweets of each, a day", [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5], 0.1),
        "days": widgets.IntSlider(365, 1, 730, description="Days of history"),
        "scan": value_slider("Rows a core scans in a second, stated", [1e7, 2e7, 5e7, 1e8, 2e8, 5e8, 1e9], 1e8),
    }
    return Panel("What a page of one table reads as its history grows", controls, state)


def state(users: float, follows: float, tweets: float, days: float, scan: float) -> State:
    """The panel's state for its controls."""
    table = GivenTable(users, follows, tweets, days)
    rows, pages = rows_of(table), pages_a_second(users)
    cores = rows.both * pages / scan
    finding = (
        f"After {number(days)} days a page reads {short_number(rows.both)} rows: {short_number(rows.follows)} follows "
        f"and {short_number(rows.tweets)} tweets. Modelled: {short_number(pages)} pages a second are "
        f"{short_number(rows.both * pages)} rows a second, {work_of(cores)}. {last_day_words(last_day(table, scan))}"
    )
    numbers = {
        "rows read for a page": short_number(rows.both),
        "pages a second, modelled": short_number(pages),
        "rows read a second, modelled": short_number(rows.both * pages),
        "rows a page that one core has time for, modelled": short_number(scan / pages),
    }
    return State(finding, draw_rows_over_days(table, scan / pages, last_day(table, scan)), numbers)


def rows_of(table: GivenTable) -> PageRows:
    """What a page reads in an unordered table: every follow and every tweet of everybody."""
    return PageRows(table.users * table.follows, table.users * table.tweets * table.days)


def pages_a_second(users: float) -> float:
    """*Modelled*: the lecture's page rate for so many users."""
    return users * PAGES_A_DAY / DAY_S


def last_day(table: GivenTable, scan: float) -> float:
    """*Modelled*: until which day one core that scans so many rows a second keeps up; below 0 where it never does."""
    room = scan / pages_a_second(table.users) - rows_of(table).follows
    return float(room // (table.users * table.tweets))


def work_of(cores: float) -> str:
    """How many cores are busy, in words."""
    return f"the work of {short_number(cores)} cores" if cores >= 0.001 else "less than a thousandth of one core's work"


def last_day_words(day: float) -> str:
    """How long one core keeps up, in words."""
    if day < 0:
        return "One core is too slow from the first day on."
    return f"One core keeps up until day {number(day)}." if day < CENTURY else "One core keeps up for over a century."


def draw_rows_over_days(table: GivenTable, room: float, last: float) -> Picture:
    """Rows a page over the days, follows below and tweets above, with the rows for which one core has time."""
    days = np.linspace(0, table.days, 51)
    rows = rows_of(table)
    top = rows.both * 1.3
    with styled():
        figure = canvas(8.2, 3.3)
        axes = figure.subplots()
        colours = [tint("shard", 0.85), tint("shard", 0.4)]
        heights = [np.full(51, rows.follows), days * table.users * table.tweets]
        axes.stackplot(days, heights, labels=["follows", "tweets"], colors=colours)
        axes.axhline(room, color=INK, linestyle="--", label="one core's time, modelled")
        if room > top:
            words = f"one core has time for {short_number(room)} rows (modelled)"
            axes.text(0.01, 0.97, f"above: {words}", transform=axes.transAxes, va="top", color=COLOURS["other"])
        axes.set(xlim=(0, table.days), ylim=(0, top), xlabel="days of history", ylabel="rows read for a page")
        axes.yaxis.set_major_formatter(lambda value, _: short_number(value))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), reverse=True)
        points = ", ".join(f"{short_number(heights[1][at])} on day {number(round(days[at]))}" for at in (0, 25, 50))
        alt = (
            f"Areas over days of history, rows read for a page: follows {short_number(rows.follows)} on every day; "
            f"tweets {points}. Modelled line: one core has time for {short_number(room)} rows."
        )
        return show(figure, alt, f"Each tweet ever written is read again by every page. {last_day_words(last)}")
