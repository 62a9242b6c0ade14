"""Exercise 3.2: any rule that is never stale, shares out the reads and spares the leader is right, and no other."""

from __future__ import annotations

import pytest

from twitterlab.classroom.check.exercises.choose_replica import History, serves_rightly, stage_costs


def test_the_stages_own_run_counts_needless_reads_of_the_leader() -> None:
    (cost,) = stage_costs(lambda positions, at_least, turn: None if at_least else turn % len(positions))
    assert cost.over
    (cost,) = stage_costs(lambda positions, at_least, turn: None)
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
    history = History(tuple(int(number in fresh) for number in range(replicas)), 1)
    assert history.fresh == fresh
    assert serves_rightly(chosen, history) is accepted
