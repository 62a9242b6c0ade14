"""The capstone: parts are told apart, each is really used, and a wrong or wasteful one is found by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support import wrong_parts

import twitterlab as tl
from twitterlab.classroom.capstone.blame import Finding, all_ours, find_failure
from twitterlab.classroom.capstone.budgets import day_budgets
from twitterlab.classroom.capstone.history import draw_history
from twitterlab.classroom.capstone.parts import NAMES
from twitterlab.classroom.capstone.picture import PLACES
from twitterlab.classroom.capstone.run import CostReport, HistoryReport, my_timeline
from twitterlab.classroom.capstone.timeline import Timeline
from twitterlab.classroom.course import my_parts

MERGE = "import heapq\n\n\ndef merge_newest(sources):\n    return heapq.merge(*sources, reverse=True)\n"
WRONG = {  # a variant of each part that random histories find out
    "feed_sql": "oldest first",
    "layout": "loses the rows",
    "newest": "includes the cursor's own tweet",
    "apply_log": "applies whatever comes",
    "choose_replica": "does not look how far it is",
    "shard_of": "one too many",
    "merge_newest": "oldest first",
    "feed_page": "skips a tweet",
    "hydrate": "hits first",
    "deliver": "at the top",
    "apply_edge": "whatever its position",
    "hybrid_page": "by the last rule",
}
WASTEFUL = {  # and variants that answer rightly and cost too much
    "layout": "no index",
    "LRU": "keeps all",
    "choose_replica": "always the leader",
    "push_edge": "pulls all",
}


def with_wrong(part: str, variant: str) -> object:
    """Our parts, but for one."""
    return replace(all_ours(), **{part: wrong_parts.WRONG[part][variant]})


def test_every_part_has_its_place_in_the_drawing() -> None:
    assert sorted(part for place in PLACES for part in place.parts) == sorted(NAMES)
    assert set(WRONG) | set(WASTEFUL) == set(NAMES)


def test_our_parts_hold_and_are_within_their_budgets() -> None:
    finding = find_failure(all_ours())
    assert finding is None
    assert HistoryReport(finding, 30).right
    counted = CostReport(day_budgets(all_ours()))
    assert counted.day.over == []
    assert counted.advice == "Nothing is over budget."
    assert min(counted.day.ours[c] for c in ("rows_read", "cache_misses", "deliveries", "pulls")) > 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", WRONG)
def test_a_wrong_part_is_found_by_a_story_and_by_name(part: str) -> None:
    finding = find_failure(with_wrong(part, WRONG[part]))
    assert isinstance(finding, Finding)
    assert finding.blame == (part,)
    assert part in finding.advice
    assert finding.text.startswith("\n".join([*finding.story, finding.says]))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", WASTEFUL)
def test_a_wasteful_part_is_over_budget_and_named(part: str) -> None:
    counted = CostReport(day_budgets(with_wrong(part, WASTEFUL[part])))
    assert counted.day.over
    assert counted.advice.endswith(f"Look at {part}.")


def test_the_same_seed_draws_the_same_history_and_another_seed_another() -> None:
    assert draw_history(7, 3) == draw_history(7, 3)
    assert draw_history(7, 3) != draw_history(8, 3)


def test_a_learners_part_stands_in_its_place_and_a_broken_one_is_told(tmp_path: Path) -> None:
    my_parts.save_part(tmp_path, "merge_newest", "4.2", MERGE)
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
