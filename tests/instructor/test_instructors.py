"""The plans for a workshop add up, and say of each exercise what the exercise says of itself."""

from __future__ import annotations

import re

import pytest

from authoring.verify import ROOT
from twitterlab.classroom.course.exercise_texts import texts_of
from twitterlab.classroom.course.outline import outline

PLANS = re.findall(
    r"^## (.+)\n\n\| minutes \| part \|\n\|.+\n((?:\|.+\n)+)", (ROOT / "docs/instructors.md").read_text(), re.MULTILINE
)
CORE = [key for lesson in outline().before_the_capstone for key in lesson.exercises if texts_of(key).core]


def rows(plan: str) -> list[tuple[int, str]]:
    """Minutes and part of each line, without the sum."""
    return [(int(minutes), part) for minutes, part in re.findall(r"^\| (\d+) \| (.+) \|$", plan, re.MULTILINE)]


def test_there_is_a_plan_for_half_a_day_and_one_for_a_day() -> None:
    assert [title.partition(":")[0] for title, _ in PLANS] == ["Half a day", "A day"]


@pytest.mark.parametrize(("title", "plan"), PLANS, ids=[title for title, _ in PLANS])
def test_a_plan_adds_up_and_gives_an_exercise_its_minutes(title: str, plan: str) -> None:
    (together,) = re.findall(r"\*\*(\d+)\*\*", plan)
    assert sum(minutes for minutes, _ in rows(plan)) == int(together)
    planned = {key: minutes for minutes, part in rows(plan) for key in re.findall(r"Exercise (\d+\.\d+)", part)}
    assert planned == {key: texts_of(key).minutes for key in planned}
    assert set(planned) <= set(CORE)


def test_a_day_has_every_core_exercise_up_to_the_capstone() -> None:
    assert re.findall(r"Exercise (\d+\.\d+)", PLANS[1][1]) == CORE
