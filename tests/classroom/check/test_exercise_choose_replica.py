"""Exercise 3.2: any rule that is never stale, shares out the reads and spares the leader is right, and no other."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

from twitterlab.classroom.check.exercises.choose_replica import budget, right

WRONG = {
    "leader_needed": """
        def choose_replica(positions, at_least, turn):
            if at_least > 0:
                return None
            return turn % len(positions)
    """,
    "soon_up_to_date": """
        def choose_replica(positions, at_least, turn):
            if not positions:
                return None
            return turn % len(positions)
    """,
    "one_try": """
        def choose_replica(positions, at_least, turn):
            if not positions:
                return None
            number = turn % len(positions)
            if positions[number] < at_least:
                return None
            return number
    """,
    "further_than": """
        def choose_replica(positions, at_least, turn):
            fresh = [n for n in range(len(positions)) if positions[n] > at_least]
            return fresh[turn % len(fresh)] if fresh else None
    """,
    "freshest": """
        def choose_replica(positions, at_least, turn):
            best = max(positions, default=-1)
            return positions.index(best) if best >= at_least else None
    """,
    "any_will_do": """
        def choose_replica(positions, at_least, turn):
            for number, position in enumerate(positions):
                if position >= at_least:
                    return number
            return None
    """,
    "zero": """
        def choose_replica(positions, at_least, turn):
            fresh = [n for n, position in enumerate(positions) if position >= at_least]
            number = fresh[turn % len(fresh)] if fresh else None
            return number or None
    """,
}
MORE_WRONG = {
    "leader_needed": """
        def choose_replica(positions, at_least, turn):
            if not positions or min(positions) < at_least:
                return None  # to be safe
            return turn % len(positions)
    """,
    "soon_up_to_date": """
        def choose_replica(positions, at_least, turn):
            fresh = [position for position in positions if position >= at_least]
            return turn % len(fresh) if fresh else None
    """,
    "any_will_do": """
        def choose_replica(positions, at_least, turn):
            fresh = [position for position in positions if position >= at_least]
            return positions.index(fresh[turn % len(fresh)]) if fresh else None
    """,
}
REFUSED = {
    "a truth": """
        def choose_replica(positions, at_least, turn):
            return any(position >= at_least for position in positions)
    """,
    "a number that is no replica's": """
        def choose_replica(positions, at_least, turn):
            fresh = [n for n, position in enumerate(positions) if position >= at_least]
            return fresh[turn % len(fresh)] if fresh else -1
    """,
    "a position": """
        def choose_replica(positions, at_least, turn):
            fresh = [position for position in positions if position >= at_least]
            return fresh[turn % len(fresh)] if fresh else None
    """,
    "it sorts what is not its own": """
        def choose_replica(positions, at_least, turn):
            positions.sort(reverse=True)
            fresh = [n for n, position in enumerate(positions) if position >= at_least]
            return fresh[turn % len(fresh)] if fresh else None
    """,
    "the one that is least ahead": """
        def choose_replica(positions, at_least, turn):
            fresh = [n for n, position in enumerate(positions) if position >= at_least]
            return min(fresh, key=lambda n: positions[n], default=None)
    """,
    "chance": """
        from random import Random

        chance = Random(5)

        def choose_replica(positions, at_least, turn):
            fresh = [n for n, position in enumerate(positions) if position >= at_least]
            return chance.choice(fresh) if fresh else None
    """,
}
RIGHT = {
    "the first from the turn on": """
        def choose_replica(positions, at_least, turn):
            count = len(positions)
            for number in [(turn + step) % count for step in range(count)]:
                if positions[number] >= at_least:
                    return number
            return None
    """,
    "the one in turn, or the freshest": """
        def choose_replica(positions, at_least, turn):
            if max(positions, default=-1) < at_least:
                return None
            mine = turn % len(positions)
            fresh = [n for n, position in enumerate(positions) if position >= at_least]
            return mine if mine in fresh else fresh[turn % len(fresh)]
    """,
    "backwards, the freshest first": """
        def choose_replica(positions, at_least, turn):
            fresh = sorted((-position, n) for n, position in enumerate(positions) if position >= at_least)
            return fresh[-(turn % len(fresh))][1] if fresh else None
    """,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_rule_is_told_what_it_believes(why: str) -> None:
    assert refused("choose_replica", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("why", MORE_WRONG)
def test_the_same_belief_in_other_words_is_told_the_same(why: str) -> None:
    assert refused("choose_replica", MORE_WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("how", REFUSED)
def test_other_slips_are_refused(how: str) -> None:
    assert judged("choose_replica", REFUSED[how]).kind == "wrong"


def test_a_stale_read_is_told_as_a_story() -> None:
    story, found, words = judged("choose_replica", WRONG["one_try"]).says
    assert story == (
        "Replicas 0 and 1 are at positions 0 and 1. "
        "Reads at turns 0 and 1 ask for a node that has seen position 1."
    )  # fmt: skip
    assert found == "Yours gave None and replica 1; expected was replica 1 each time."
    assert words.startswith("The replica in turn, or else the leader?")


def test_a_turn_beyond_the_replicas_is_told_with_the_line_that_fails() -> None:
    verdict = judged(
        "choose_replica",
        """
        def choose_replica(positions, at_least, turn):
            fresh = [n for n, position in enumerate(positions) if position >= at_least]
            return fresh[turn] if fresh else None
        """,
    )
    assert verdict.kind == "error"
    assert "line 3: return fresh[turn]" in verdict.text


def test_who_promoted_the_last_replica_has_only_the_leader() -> None:
    verdict = judged(
        "choose_replica",
        """
        def choose_replica(positions, at_least, turn):
            for step in range(max(len(positions), 1)):
                number = (turn + step) % len(positions)
                if positions[number] >= at_least:
                    return number
            return None
        """,
    )
    assert verdict.kind == "error"
    assert verdict.says[0].startswith("There is no replica.")


def test_the_stages_own_run_counts_needless_reads_of_the_leader() -> None:
    (cost,) = budget(lambda positions, at_least, turn: None if at_least else turn % len(positions))
    assert cost.over
    (cost,) = budget(lambda positions, at_least, turn: None)
    assert cost.used == 50


@pytest.mark.parametrize(
    ("chosen", "fresh", "replicas", "accepted"),
    [
        ([1, 0], [0, 1], 2, True),
        ([0, 0], [0, 1], 2, False),
        ([1, 2, 1], [1, 2], 3, True),
        ([1, 1, 1], [1, 2], 3, False),
        ([1, None, 2], [1, 2], 3, False),
        ([None], [], 0, True),
    ],
)
def test_properties_are_asked_for_and_no_rule(
    chosen: list[int | None], fresh: list[int], replicas: int, accepted: bool
) -> None:
    assert right(chosen, fresh, replicas) is accepted


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_rule_is_accepted(how: str) -> None:
    assert judged("choose_replica", RIGHT[how]).kind == "right"
