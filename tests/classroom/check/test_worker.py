"""Judging in a process of its own: whatever an answer does ends there, and a verdict comes back all the same."""

from __future__ import annotations

from textwrap import dedent

import pytest
from support.answering import known_answer

from twitterlab.classroom.check import worker
from twitterlab.classroom.check.answers import Answer
from twitterlab.classroom.check.exercise import exercise_named
from twitterlab.classroom.check.verdict import Verdict
from twitterlab.classroom.check.worker import judge_apart

RIGHT = known_answer("merge_newest/heapq_merge").source


def judged(source: str) -> Verdict:
    source = dedent(source).strip() + "\n"
    return judge_apart(exercise_named("merge_newest"), Answer("merge_newest", None, source), random=10)


def test_a_right_answer_is_right_there_too() -> None:
    assert judged(RIGHT).kind == "right"


def test_a_loop_that_never_comes_back_to_python_is_ended_and_told_with_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "SILENT_S", 0.5)
    verdict = judged(
        """
        from itertools import repeat

        def merge_newest(sources):
            return [sum(repeat(0))]
        """
    )
    assert verdict.kind == "error"
    assert verdict.says[0] == "Source 0 gives nothing."
    assert verdict.says[1] == "line 4: return [sum(repeat(0))]"
    assert "did not end here" in verdict.text
    assert not verdict.lasting


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("os._exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("sys.exit('enough')", "SystemExit: enough"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("return bytearray(1 << 40)", "MemoryError"),
        ("return input()", "EOFError"),
    ],
)
def test_what_ends_a_program_is_a_verdict_here(does: str, told: str) -> None:
    verdict = judged(f"import os, sys\n\ndef merge_newest(sources):\n    {does}")
    assert verdict.kind == "error"
    assert told in verdict.text


def test_an_answer_cannot_reach_what_judges_it() -> None:
    verdict = judged(
        """
        import twitterlab.classroom.check.judging as judging

        def merge_newest(sources):
            return []
        """
    )
    assert verdict.kind == "error"
    assert "No module named" in verdict.text


def test_the_classroom_is_silent_in_an_answers_own_cell() -> None:
    first = "from twitterlab.classroom import check, hint, my_progress, TweetTable"
    then = (
        "my_progress(); hint('4.2')\nassert len(TweetTable([(1, 2)])) == 1\ncheck.merge_newest(merge_newest).points(4)"
    )
    assert judged(f"{first}\n\n{RIGHT}\n\n{then}").kind == "right"
