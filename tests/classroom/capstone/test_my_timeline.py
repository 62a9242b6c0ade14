"""The capstone: parts are told apart, each is really used, and a wrong or wasteful one is found by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.answering import known_answer
from support.depth import CI

import twitterlab as tl
from twitterlab.classroom.capstone import blame
from twitterlab.classroom.capstone.blame import Finding, all_ours, find_failure
from twitterlab.classroom.capstone.budgets import day_budgets
from twitterlab.classroom.capstone.history import draw_history
from twitterlab.classroom.capstone.parts import NAMES, Parts
from twitterlab.classroom.capstone.picture import PLACES
from twitterlab.classroom.capstone.run import CostReport, HistoryReport, my_timeline
from twitterlab.classroom.capstone.timeline import Timeline
from twitterlab.classroom.course import my_parts

WRONG = [  # an answer to each exercise that random histories find out, in few replays
    "feed_sql/followers",
    "layout/forgets_the_follows",
    "newest/the_newest_of_each",
    "apply_log/exactly_once",
    "choose_replica/soon_up_to_date",
    "shard_of/from_one_on",
    "merge_newest/oldest_first",
    "feed_page/strangers",
    "hydrate/order_by_itself",
    "deliver/comes_once",
    "apply_edge/without_a_backfill",
    "hybrid_page/pulled_tweets_alone",
]
FOUND_LATER = [  # and such as take more histories, or more replays until they are told as a small one
    "feed_sql/oldest_first",
    "newest/cursor_included",
    "feed_page/skips_one",
    "deliver/arrival_order",
    "apply_edge/arrival_is_intent",
    "hybrid_page/the_last_rule_for_all_of_theirs",
]
WASTEFUL = [  # and such as answer rightly here, and cost too much
    "layout/both_ordered_and_no_index",
    "LRU/keeps_all",
    "choose_replica/always_the_leader",
    "push_edge/never",
]
HISTORIES = blame.HISTORIES if CI else 8  # nbval runs the capstone of solutions/, which holds ours to all of them


def with_wrong(name: str) -> Parts:
    """Our parts, but for one."""
    wrong = known_answer(name)
    return replace(all_ours(), **{wrong.exercise: wrong.value})


def test_every_part_has_its_place_in_the_drawing() -> None:
    assert sorted(part for place in PLACES for part in place.parts) == sorted(NAMES)
    assert {known_answer(name).exercise for name in WRONG + WASTEFUL} == set(NAMES)


def test_our_parts_hold_and_are_within_their_budgets() -> None:
    finding = find_failure(all_ours(), HISTORIES)
    assert finding is None
    assert HistoryReport(finding, HISTORIES).right
    counted = CostReport(day_budgets(all_ours()))
    assert counted.day.over == []
    assert counted.advice == "Nothing is over budget."
    assert min(counted.day.ours[c] for c in ("rows_read", "cache_misses", "deliveries", "pulls")) > 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", WRONG + (FOUND_LATER if CI else []))
def test_a_wrong_part_is_found_by_a_story_and_by_name(name: str) -> None:
    finding = find_failure(with_wrong(name))
    assert isinstance(finding, Finding)
    part = known_answer(name).exercise
    assert finding.blame == (part,)
    assert part in finding.advice
    assert finding.text.startswith("\n".join([*finding.story, finding.says]))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", WASTEFUL)
def test_a_wasteful_part_is_over_budget_and_named(name: str) -> None:
    counted = CostReport(day_budgets(with_wrong(name)))
    assert counted.day.over
    assert counted.advice.endswith(f"Look at {known_answer(name).exercise}.")


def test_the_same_seed_draws_the_same_history_and_another_seed_another() -> None:
    assert draw_history(7, 3) == draw_history(7, 3)
    assert draw_history(7, 3) != draw_history(8, 3)


def test_a_learners_part_stands_in_its_place_and_a_broken_one_is_told(tmp_path: Path) -> None:
    my_parts.save_part(tmp_path, "merge_newest", "4.2", known_answer("merge_newest/heapq_merge").source)
    my_parts.save_part(tmp_path, "deliver", "6.1", "def deliver(:\n    pass\n")
    mine = my_timeline(tmp_path)
    assert mine.loaded.whose["merge_newest"] == "yours"
    assert list(mine.loaded.whose.values()).count("ours") == len(NAMES) - 1
    assert list(mine.loaded.failed) == ["deliver"]
    shown = mine._repr_mimebundle_()
    assert "Your deliver could not be loaded" in shown["text/plain"]
    assert "merge_newest (yours)" in shown["text/html"]
    assert "1 of 14 parts are yours." in shown["text/plain"]


def test_a_timeline_of_parts_keeps_the_contract() -> None:
    graph = tl.FollowGraph.from_edges([1, 2], [0, 0], users=4)
    with Timeline(graph, all_ours(), tl.ManualClock()) as system:
        tweet = system.post(0, "hello")
        assert system.feed(1).tweets == []
        system.drain()
        assert system.feed(1) == tl.SingleTable(graph, clock=tl.ManualClock()).feed(3)._replace(tweets=[tweet])
        with pytest.raises(tl.NotTheAuthor):
            system.delete(1, tweet.id)
        system.delete(0, tweet.id)
        assert system.feed(1).tweets == []
        with pytest.raises(tl.InvalidFollow):
            system.follow(1, 1)
    with pytest.raises(tl.SystemClosed):
        system.feed(1)
