"""The growth panel's rows are what the single table counts, and its modelled rates are the lecture's."""

from __future__ import annotations

import pytest

import twitterlab as tl
from twitterlab.classroom.lesson import panels
from twitterlab.classroom.lesson.panels.growth import GivenTable, last_day, pages_a_second, rows_of, state
from twitterlab.studies.estimate import estimate

USERS, FOLLOWS, TWEETS, DAYS = 60, 5, 2, 7
DEFAULT = {"users": 2e5, "follows": 100, "tweets": 0.1, "days": 365, "scan": 1e8}


def test_a_page_reads_what_the_engine_counts():
    pairs = [(user, (user + step) % USERS) for user in range(USERS) for step in range(1, FOLLOWS + 1)]
    graph = tl.FollowGraph.from_edges(*zip(*pairs, strict=True), users=USERS)
    clock = tl.ManualClock()
    with tl.SingleTable(graph, clock=clock) as system:
        for day in range(1, DAYS + 1):
            system.post_many([(user, "hello") for user in range(USERS)] * TWEETS)
            clock.advance(86_400_000)
            for reader, limit in ((0, 20), (USERS - 1, 1)):
                before = system.work
                system.feed(reader, limit)
                assert (system.work - before).rows_read == rows_of(GivenTable(USERS, FOLLOWS, TWEETS, day)).both


def test_the_page_rate_is_the_lectures():
    rows = estimate()
    lecture = rows["pages read a second"].quantity.magnitude
    assert pages_a_second(rows["users"].quantity.magnitude) == pytest.approx(lecture)


def test_one_core_keeps_up_until_the_last_day_and_no_longer():
    table, scan = GivenTable(2e5, 100, 0.1, 365), 1e8
    day = last_day(table, scan)
    needed = [rows_of(table._replace(days=d)).both * pages_a_second(table.users) for d in (day, day + 1)]
    assert needed[0] <= scan < needed[1]
    assert last_day(table._replace(users=1e6), scan) < 0


def test_twice_the_users_are_four_times_the_rows_of_a_second():
    one, two = (
        rows_of(GivenTable(users, 100, 0.1, 30)).both * pages_a_second(users) for users in (DEFAULT["users"], 4e5)
    )
    assert two == pytest.approx(4 * one)


def test_the_default_state_tells_of_the_day_and_every_control_changes_the_finding():
    panel = panels.growth()
    first = panel.state().finding
    assert first in panel.default["text/plain"]
    assert "Modelled" in first
    assert f"until day {last_day(GivenTable(2e5, 100, 0.1, 365), 1e8):.0f}." in first
    for name, other in {"users": 1e6, "follows": 50, "tweets": 0.5, "days": 30, "scan": 1e9}.items():
        assert state(**DEFAULT | {name: other}).finding != first
