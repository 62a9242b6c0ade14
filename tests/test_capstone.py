"""The capstone's check: right parts pass, a wrong one in any place is found, and it is the one that is named."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache

import pytest
from reference_parts import PARTS
from wrong_parts import WRONG

from twitterlab.classroom import assembly_budgets, assembly_check
from twitterlab.classroom.assembly import NAMES, assemble
from twitterlab.classroom.assembly_budgets import LIMITS, Budgets, Unfinished, budgets, cure, measure, over
from twitterlab.classroom.assembly_check import SEED, Failure, all_ours, blame, failure, hold, smallest
from twitterlab.classroom.assembly_history import History, Step, draw

CI = os.environ.get("CI") == "true"
FEW, MANY = 8, 300 if CI else 30

# How each wrong part is found: by the number of the first history that goes wrong, or by the counters over budget.
FOUND = {}


def wrong(part, name):
    return replace(PARTS, **{part: WRONG[part][name]})


@lru_cache(1)
def counts():
    return measure(PARTS)


class TestRightParts:
    def test_go_right_in_every_history(self):
        assert [number for number in range(MANY) if failure(PARTS, draw(SEED, number))] == []

    def test_ours_go_right_in_some_of_another_seed(self):
        assert hold(all_ours(), FEW, seed=100) is None

    def test_ours_cost_what_the_reference_costs(self):
        assert over(measure(all_ours()), counts()) == []
        assert over(counts(), measure(all_ours())) == []
