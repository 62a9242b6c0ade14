"""Every answer of `tests/answers/` is judged as is meant for it: its kind, the misconception named, and the words."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.answering import ANY, judge_cell, known_answer, known_answers, read_answer
from support.depth import CI

from twitterlab.classroom.check.exercise import exercise_named, exercise_names
from twitterlab.classroom.course import my_parts

CHAINED = "def merge_newest(sources):\n    return [row for source in sources for row in source]\n"


@pytest.mark.parametrize("name", known_answers())
def test_an_answer_gets_the_verdict_that_is_meant_for_it(name: str) -> None:
    known = known_answer(name)
    verdict = judge_cell(known.exercise, known.source)
    assert verdict.kind == known.kind, verdict.text
    assert known.why in (ANY, verdict.why), verdict.text
    assert not verdict.why or exercise_named(known.exercise).texts.wrong[verdict.why].says in verdict.text
    assert known.is_told(verdict.says), verdict.text


@pytest.mark.skipif(not CI, reason="nbval has ours judged in solutions/: set CI=true")
@pytest.mark.parametrize("name", exercise_names())
def test_ours_is_right(name: str) -> None:
    verdict = judge_cell(name, my_parts.our_source(name))
    assert verdict.kind == "right", verdict.text


@pytest.mark.parametrize("name", exercise_names())
def test_an_exercise_has_right_answers_that_are_written_differently_from_ours(name: str) -> None:
    right = [known for known in known_answers().values() if (known.exercise, known.kind) == (name, "right")]
    assert len(right) >= 2


# How a file is read


def written(folder: Path, head: str) -> Path:
    """A file with this head."""
    path = folder / "merge_newest" / "chained.py"
    path.parent.mkdir()
    path.write_text(f"{head}\n\n{CHAINED}", encoding="utf-8")
    return path


def test_the_head_is_no_part_of_the_cell(tmp_path: Path) -> None:
    known = read_answer(written(tmp_path, "# wrong: chained\n#\n# Source 0 gives t1;\n# source 1 gives t2.\n#\n# …"))
    assert (known.kind, known.why, known.source) == ("wrong", "chained", CHAINED)
    assert known.says == "Source 0 gives t1; source 1 gives t2.\n\n…"
    assert known.value([[1], [2]]) == [1, 2]


@pytest.mark.parametrize("head", ["", "# Wrong: chained", "# wrong, chained", "# chained"])
def test_a_file_without_a_verdict_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(ValueError, match=r"chained\.py begins with no verdict"):
        read_answer(written(tmp_path, head))


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("# right", True),
        ("# right\n#\n# …", True),
        ("# right\n#\n# Three (3) rows.\n#\n# No more.", True),
        ("# right\n#\n# Three…\n#\n# …more.", True),
        ("# right\n#\n# …(3)…", True),
        ("# right\n#\n# Three (3) rows.", False),
        ("# right\n#\n# …more", False),
        ("# right\n#\n# Three (4) rows.\n#\n# …", False),
        ("# right\n#\n# …No more.…Three…", False),
    ],
)
def test_the_words_of_a_head_stand_for_themselves_and_dots_for_whatever_else(
    tmp_path: Path, head: str, told: bool
) -> None:
    assert read_answer(written(tmp_path, head)).is_told(("Three (3) rows.", "No more.")) is told
