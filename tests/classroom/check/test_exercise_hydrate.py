"""Exercise 5.2: the shares that a right answer is told are those of its own run."""

from __future__ import annotations

from typing import Any

from support.answering import judge_cell

from twitterlab.classroom.check.answers import Answer, value_afresh
from twitterlab.classroom.check.exercises import hydrate
from twitterlab.classroom.course import my_parts
from twitterlab.studies.cache_lookups import FULL


def test_ours_is_right_and_the_shares_it_tells_are_those_of_its_run() -> None:
    verdict = judge_cell("hydrate", my_parts.our_source("hydrate"))
    assert verdict.kind == "right"
    ours: Any = value_afresh(Answer("hydrate", None, my_parts.our_source("hydrate")))
    pages = hydrate.hydrated_pages(ours)
    full = [page for page in pages[len(pages) // 2 :] if len(page.keys) == FULL]
    hits = 1 - sum(len(page.missed) for page in full) / (FULL * len(full))
    whole = sum(page.requests == 0 for page in full) / len(full)
    assert f"the cache had {100 * hits:.1f} % of what" in verdict.text
    assert f"only {100 * whole:.0f} % of these pages" in verdict.text
    assert 0.9 < (1 - hits) * FULL < 1.1  # one miss a page
