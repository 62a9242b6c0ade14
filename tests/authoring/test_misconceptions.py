"""The page of misconceptions is what the exercises say, and every known wrong answer has its words."""

from __future__ import annotations

import re

import pytest
from support.answering import known_answers

from authoring.misconceptions import PAGE, misconceptions_page
from authoring.verify import ROOT
from twitterlab.classroom.course.exercise_texts import all_texts
from twitterlab.classroom.course.outline import outline


def test_the_committed_page_is_what_a_fresh_making_gives() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == misconceptions_page()


@pytest.mark.parametrize("key", all_texts())
def test_an_exercise_has_three_hints_and_words_for_its_wrong_answers(key: str) -> None:
    one = all_texts()[key]
    assert len(set(one.hints)) == 3
    assert all(len(hint) > 40 for hint in one.hints)
    assert len(one.wrong) >= 3 if one.core else len(one.wrong) >= 2
    assert 5 <= one.minutes <= 25
    for wrong in one.wrong.values():
        assert not re.search(r"[.?!]$", wrong.misconception)  # the check puts a question mark behind it
        assert len(wrong.says) > 60


def test_each_lesson_with_exercises_has_one_core_exercise() -> None:
    core = [one.lesson for one in all_texts().values() if one.core]
    assert core == [lesson.number for lesson in outline().with_exercises]


@pytest.mark.parametrize("key", all_texts())
def test_every_wrong_answer_that_has_words_is_tried(key: str) -> None:
    one = all_texts()[key]
    tried = {known.why for known in known_answers().values() if known.exercise == one.name}
    assert [wrong for wrong in one.wrong if wrong not in tried] == []
