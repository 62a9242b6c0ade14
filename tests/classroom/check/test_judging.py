"""How answers are judged: each kind of verdict, the smallest counterexample, the learner's own line, and no way out."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from twitterlab.classroom.check import guard, judging
from twitterlab.classroom.check.answers import Answer
from twitterlab.classroom.check.disguise import PLAIN
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import call_answer
from twitterlab.classroom.check.judging import FICKLE, judge_answer
from twitterlab.classroom.check.verdict import Verdict


def histories():
    from hypothesis import strategies as st

    return st.lists(st.integers(0, 1000), max_size=8)


def problem(answer, numbers, look=PLAIN):
    got = call_answer(answer, numbers)
    why = ("chained", "in_turn") if got == 0 else ("in_turn",)
    return None if got == sum(numbers) else WrongAnswer(f"{got}", f"{sum(numbers)}", why)


SUM = Exercise(  # a toy: add up some numbers; its words are those of exercise 4.2
    "4.2",
    small_histories=lambda: ([], [1], [1, 2], [2, 2]),
    longer_histories=histories,
    story=lambda numbers: f"The numbers are {numbers}.",
    problem=problem,
    stage_costs=lambda answer: [StageCost("numbers read", answer([3]), 3, "reads_ahead")],
    says_when_right="That is all.",
)


def judged(source: str, exercise: Exercise = SUM, random: int = 200) -> Verdict:
    source = dedent(source).strip() + "\n"
    return judge_answer(exercise, Answer("merge_newest", object(), source), random)


def test_a_right_answer_is_told_what_it_cost():
    verdict = judged("def merge_newest(numbers):\n    return sum(numbers)")
    assert (verdict.kind, verdict.why) == ("right", "")
    assert verdict.says == ("numbers read: 3, at most 3", "That is all.")
    assert [verdict.points(n) for n in (4, 1)] == [4, 1]


def test_a_wrong_answer_is_shown_the_smallest_history_and_the_misconception_that_explains_all():
    verdict = judged("def merge_newest(numbers):\n    return 0")
    assert (verdict.kind, verdict.why) == ("wrong", "chained")
    assert verdict.says[:2] == ("The numbers are [1].", "Yours gave 0; expected was 1.")
    assert verdict.says[2].startswith("One source after the other? ")
    assert verdict.points(4) == 0


def test_a_misconception_that_does_not_explain_every_failure_is_not_named():
    verdict = judged("def merge_newest(numbers):\n    return 7 * (len(numbers) > 1)")
    assert (verdict.kind, verdict.why) == ("wrong", "in_turn")


def test_what_only_long_histories_show_is_made_small():
    verdict = judged("def merge_newest(numbers):\n    return sum(number for number in numbers if number < 700)")
    assert verdict.says[:2] == ("The numbers are [700].", "Yours gave 0; expected was 700.")


def test_the_same_answer_is_judged_the_same_each_time():
    source = "def merge_newest(numbers):\n    return sum(numbers) if sum(numbers) < 1234 else 5"
    assert judged(source).says == judged(source).says


def test_a_dear_answer_is_right_but_over_budget():
    dear = replace(
        SUM, stage_costs=lambda answer: [StageCost("numbers read", 4, 3, "reads_ahead"), StageCost("shards", 1, 2)]
    )
    verdict = judged("def merge_newest(numbers):\n    return sum(numbers)", dear)
    assert (verdict.kind, verdict.why, verdict.points(4)) == ("over budget", "reads_ahead", 2)
    assert verdict.says[0] == "numbers read: 4, at most 3"


GIVEN = 'import heapq\n\n\ndef merge_newest(sources):\n    """One iterator."""\n    pass  # your code here\n'


@pytest.mark.parametrize(
    "source",
    [GIVEN, GIVEN.replace("import heapq", "import heapq, math  # for later"), GIVEN.replace("    pass", "\n    pass")],
)
def test_only_a_cell_as_it_was_given_is_no_attempt(source):
    verdict = judged(source)
    assert (verdict.kind, verdict.points(4)) == ("not attempted", 0)


@pytest.mark.parametrize(
    "source",
    [
        GIVEN.replace("    pass", "    numbers = 3\n    pass"),
        "def merge_newest(numbers):\n    return None",
        "merge_newest = None",
        "class merge_newest:\n    def get(self):\n        return 1\n    def put(self):\n        pass",
    ],
)
def test_what_was_begun_is_judged(source):
    assert judged(source).kind == "wrong" or "takes no arguments" in judged(source).text


def test_ours_handed_in_is_told_so_and_earns_nothing():
    verdict = judged("from twitterlab.parts.store.sharding import merge_newest")
    assert (verdict.kind, verdict.points(4)) == ("wrong", 0)
    assert "twitterlab's own merge_newest" in verdict.text


def test_an_attempt_may_have_a_helper_that_passes():
    source = """
        def merge_newest(numbers):
            def nothing():
                pass
            nothing()
            return sum(numbers)
    """
    assert judged(source).kind == "right"


def test_an_error_is_told_with_the_learners_line():
    verdict = judged("def merge_newest(numbers):\n    total = 0\n    return total / len(numbers)")
    assert verdict.kind == "error"
    assert verdict.says == (
        "The numbers are [].",
        "line 3: return total / len(numbers)",
        "ZeroDivisionError: division by zero",
    )


def test_an_answer_that_needs_another_cell_is_told_to_be_one_cell():
    verdict = judged("def merge_newest(numbers):\n    return math.fsum(numbers)")
    assert verdict.kind == "error"
    assert "NameError" in verdict.text
    assert "one cell that needs no other" in verdict.text


def test_an_answer_that_is_no_function_is_refused():
    verdict = judged("merge_newest = 3")
    assert verdict.kind == "wrong"
    assert "Your answer is 3, and a function was asked for." in verdict.text


def test_exit_is_an_error_and_ends_nothing():
    verdict = judged("def merge_newest(numbers):\n    raise SystemExit")
    assert verdict.kind == "error"
    assert "SystemExit" in verdict.text


def test_a_loop_without_end_is_stopped_and_told_on_which_history(monkeypatch):
    monkeypatch.setattr(guard, "CASE_S", 0.2)
    monkeypatch.setattr(guard.call_answer, "__kwdefaults__", {**guard.call_answer.__kwdefaults__, "seconds": 0.2})
    verdict = judged("def merge_newest(numbers):\n    while numbers:\n        x = 1\n    return 0")
    assert verdict.kind == "error"
    assert verdict.says[0] == "The numbers are [1]."
    assert "did not end here" in verdict.says[1]


def test_what_it_prints_is_told_and_cut():
    verdict = judged("def merge_newest(numbers):\n    print('looking at', numbers)\n    return 0")
    assert "It printed: looking at []" in verdict.text


def test_an_answer_that_guesses_is_told_so():
    source = """
        import itertools

        turns = itertools.count()

        def merge_newest(numbers):
            return sum(numbers) + (len(numbers) > 2 and next(turns) % 7 == 3)
    """
    verdict = judged(source)
    assert verdict.kind == "wrong"
    assert "it remembers something of them: see `turns`" in verdict.text


def test_an_answer_that_draws_by_chance_is_told_that_it_gave_two_answers():
    source = """
        import random

        def merge_newest(numbers):
            return sum(numbers) + (random.SystemRandom().random() < 0.4)
    """
    verdicts = [judged(source) for _ in range(4)]
    assert {verdict.kind for verdict in verdicts} == {"wrong"}
    assert any(FICKLE in verdict.says for verdict in verdicts)


def test_what_fails_in_the_real_stage_alone_is_told():
    def budget(answer):
        raise guard.Misbehaved("the page is empty.")

    verdict = judged("def merge_newest(numbers):\n    return sum(numbers)", replace(SUM, stage_costs=budget))
    assert verdict.kind == "wrong"
    assert verdict.says[1] == "the page is empty."


def test_a_loop_that_only_long_histories_show_is_told_before_long(monkeypatch):
    monkeypatch.setattr(guard.call_answer, "__kwdefaults__", {**guard.call_answer.__kwdefaults__, "seconds": 0.1})
    monkeypatch.setattr(judging, "SHRINKING_S", 0.5)
    asked = []

    def counted(answer, numbers, look=PLAIN):
        asked.extend([numbers] if len(numbers) > 3 else [])
        return problem(answer, numbers)

    loops = "def merge_newest(numbers):\n    while len(numbers) > 3:\n        x = 1\n    return sum(numbers)"
    verdict = judged(loops, replace(SUM, problem=counted))
    assert verdict.kind == "error"
    assert "did not end here" in verdict.text
    assert len(asked) < 20  # each takes its time, and Hypothesis would try hundreds to find the smallest


def test_a_slow_answer_is_held_to_fewer_histories(monkeypatch):
    monkeypatch.setattr(judging, "TOGETHER_S", 0.0)
    asked = []
    counting = replace(SUM, problem=lambda answer, numbers, look: asked.append(numbers))
    assert "What takes so long?" in judged("def merge_newest(numbers):\n    return sum(numbers)", counting).text
    assert len(asked) == 1
