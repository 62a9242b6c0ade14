"""Exercise 3.1: each known wrong way to apply a log is refused with the words meant for it, and right ones pass."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

WRONG = {
    "exactly_once": """
        def apply_log(position, entries, apply):
            for number, change in sorted(entries):
                apply(change)
                position = number
            return position
    """,
    "gap_is_lost": """
        def apply_log(position, entries, apply):
            for number, change in sorted(entries):
                if number <= position:
                    continue  # it has been applied
                apply(change)
                position = number
            return position
    """,
    "same_words": """
        def apply_log(position, entries, apply):
            done = set()
            for number, change in sorted(entries):
                if number == position + 1:
                    if change not in done:
                        apply(change)
                        done.add(change)
                    position = number
            return position
    """,
    "order_of_arrival": """
        def apply_log(position, entries, apply):
            for number, change in entries:
                if number == position + 1:
                    apply(change)
                    position += 1
            return position
    """,
    "first_stop": """
        def apply_log(position, entries, apply):
            for number, change in sorted(entries):
                if number != position + 1:
                    break
                apply(change)
                position = number
            return position
    """,
    "newest_seen": """
        def apply_log(position, entries, apply):
            came = dict(entries)
            following = position + 1
            while following in came:
                apply(came[following])
                following += 1
            return max([position, *came])
    """,
    "remembers": """
        applied = set()

        def apply_log(position, entries, apply):
            for number, change in sorted(entries):
                if number not in applied and number == position + 1:
                    applied.add(number)
                    apply(change)
                    position = number
            return position
    """,
}
MORE_WRONG = {
    "exactly_once": """
        def apply_log(position, entries, apply):
            last = 0
            for number, change in sorted(entries):
                if number == last:
                    continue  # twice in this batch
                if number > position + 1:
                    break
                apply(change)
                last = position = number
            return position
    """,
    "order_of_arrival": """
        def apply_log(position, entries, apply):
            for number, change in entries:
                if number != position + 1:
                    return position
                apply(change)
                position = number
            return position
    """,
    "remembers": """
        waiting = {}

        def apply_log(position, entries, apply):
            waiting.update(entries)
            while position + 1 in waiting:
                position += 1
                apply(waiting.pop(position))
            return position
    """,
}
REFUSED = {
    "keeps the old position": """
        def apply_log(position, entries, apply):
            reached = position
            for number, change in sorted(entries):
                if number == reached + 1:
                    apply(change)
                    reached = number
            return position
    """,
    "applies the whole entry": """
        def apply_log(position, entries, apply):
            for entry in sorted(entries):
                if entry[0] == position + 1:
                    apply(entry)
                    position += 1
            return position
    """,
    "sorts what is not its own": """
        def apply_log(position, entries, apply):
            entries.sort()
            for number, change in entries:
                if number == position + 1:
                    apply(change)
                    position += 1
            return position
    """,
    "returns nothing": """
        def apply_log(position, entries, apply):
            for number, change in sorted(entries):
                if number == position + 1:
                    apply(change)
                    position += 1
    """,
    "returns a truth": """
        def apply_log(position, entries, apply):
            for number, change in sorted(entries):
                if number == position + 1:
                    apply(change)
                    position += 1
            return position > 0
    """,
    "goes on applying": """
        def apply_log(position, entries, apply):
            came = dict(entries)
            while position + 1 in came:
                apply(came[position + 1])
            return position
    """,
}
RIGHT = {
    "a dictionary": """
        def apply_log(position, entries, apply):
            came = dict(entries)
            while (following := position + 1) in came:
                apply(came[following])
                position = following
            return position
    """,
    "again from the start after each": """
        def apply_log(position, entries, apply):
            for number, change in entries:
                if number == position + 1:
                    apply(change)
                    return apply_log(number, entries, apply)
            return position
    """,
    "a set, and a break at the gap": """
        def apply_log(position, entries, apply):
            for number, change in sorted(set(entries)):
                if number > position + 1:
                    break
                if number > position:
                    apply(change)
                    position = number
            return position
    """,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_way_to_apply_is_told_what_it_believes(why: str) -> None:
    assert refused("apply_log", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("why", MORE_WRONG)
def test_the_same_belief_in_other_words_is_told_the_same(why: str) -> None:
    assert refused("apply_log", MORE_WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("how", REFUSED)
def test_other_slips_are_refused(how: str) -> None:
    assert judged("apply_log", REFUSED[how]).kind == "wrong"


def test_a_gap_is_told_as_a_story() -> None:
    story, found, words = judged("apply_log", WRONG["gap_is_lost"]).says
    assert story == "A replica is at position 0. The network brings it the entries [2]."
    assert found == "Yours gave position 2 (applied: 2); expected was position 0 (applied: nothing)."
    assert words.startswith("What is newer may go first? Once the position is past a gap")


def test_a_loop_without_an_end_is_stopped() -> None:
    verdict = judged(
        "apply_log",
        """
        def apply_log(position, entries, apply):
            waiting = dict(entries)
            while waiting:
                if position + 1 in waiting:
                    position += 1
                    apply(waiting.pop(position))
            return position
        """,
    )
    assert verdict.kind == "error"
    assert "was stopped" in verdict.text


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_way_is_accepted(how: str) -> None:
    verdict = judged("apply_log", RIGHT[how])
    assert verdict.kind == "right"
    assert verdict.says == ("changes applied for a log of 48: 48, at most 48",)
