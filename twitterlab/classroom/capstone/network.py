"""A simulated network: what it carries comes twice, late or not at all, as its seed says."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

LOST, AGAIN, LATE, IDLE = 0.2, 0.25, 0.4, 0.5


class Network:
    """What happens between machines; seed 0 is a calm network, on which nothing ever goes wrong.

    Nothing is lost for ever: what did not come is sent again, so whoever goes on asking gets all of it.
    """

    def __init__(self, seed: int = 0) -> None:
        self._chance = Random(seed) if seed else None

    def idles(self) -> bool:
        """Whether the copies have to wait for this step."""
        return self._happens(IDLE)

    def arrived_batch(self, sent: Sequence[T]) -> list[T]:
        """What arrives of a batch: some of it twice, some not at all, and perhaps in another order."""
        if self._chance is None:
            return list(sent)
        came = [entry for entry in sent if not self._happens(LOST)]
        came += [entry for entry in came if self._happens(AGAIN)]
        if self._happens(LATE):
            self._chance.shuffle(came)
        return came

    def next_message(self, waiting: int) -> tuple[int, bool]:
        """Which of `waiting` messages comes next, counted from 0, and whether it will come once more."""
        late = self._chance is not None and self._happens(LATE)
        return (self._chance.randrange(waiting) if self._chance and late else 0), self._happens(AGAIN)

    def _happens(self, share: float) -> bool:
        return self._chance is not None and self._chance.random() < share
