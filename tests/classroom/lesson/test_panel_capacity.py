"""The capacity panel's numbers are the estimate's, and this machine stays out of what a notebook keeps."""

from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest

from twitterlab.classroom.lesson.panels.capacity import LAPTOP, THIS, capacity, machines_needed, rows_of, state
from twitterlab.studies.estimate import estimate

LECTURE = {"active": 200e6, "read": 100, "followers": 100, "feed_length": 100, "id_size": 8}


def test_the_default_is_the_lectures_estimate():
    rows, lecture = rows_of(**LECTURE), estimate()
    assert {name: row.text for name, row in rows.items()} == {name: row.text for name, row in lecture.items()}
    told = capacity().default["text/plain"]
    rates, size = "Modelled: 11.6 k pages and 579 posts a second, 20 pages", "takes 160 GB"
    for words in (rates, size, "that is 10 laptops of 16 GB, stated."):
        assert words in told


def test_a_case_worked_by_hand():
    # 1 M users: 250 k tweets and 10 M tweets read a day, 500 k pages; 1 M feeds of 500 whole tweets are 500 GB
    given = {"active": 1e6, "read": 10, "followers": 1000, "feed_length": 500, "id_size": 1000}
    now = state(LAPTOP, peak=100, **given)
    assert now.numbers["posts a second, mean and peak"] == "2.89 and 289"
    assert now.numbers["pages a second, mean and peak"] == "5.79 and 579"
    assert now.numbers["deliveries a second, mean and peak"] == "2.89 k and 289 k"
    assert now.numbers["feed cache"] == "500 GB"
    assert now.numbers["text a year"] == "91.2 GB"
    assert "2 pages for each post" in now.finding
    assert now.finding.endswith("that is 32 laptops of 16 GB, stated.")  # 31.25 of them


@pytest.mark.parametrize(("needed", "count"), [(160e9, 10), (160e9 + 1e-3, 10), (161e9, 11), (1.0, 1)])
def test_machines_are_whole_and_no_rounding_error_fills_one(needed, count):
    assert machines_needed(needed, 16e9) == count


def test_more_followers_cost_deliveries_and_no_pages():
    few, many = (state(LAPTOP, peak=10, **LECTURE | {"followers": count}).numbers for count in (100, 200))
    changed = {name for name in few if few[name] != many[name]}
    assert changed == {"deliveries a second, mean and peak"}


def test_this_machine_is_shown_live_and_never_kept(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=123e9))
    panel = capacity()
    kept = dict(panel.default)
    panel.controls["machine"].value = THIS
    assert "123 GB" in panel.view.value
    assert "that is 2 machines like this one." in panel.view.value
    assert panel.default == kept
    assert "123 GB" not in kept["text/plain"] + kept["text/html"]
