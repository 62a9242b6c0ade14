"""Two replicas behind a leader, under a clock that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.graphs import ring

import twitterlab as tl


@pytest.fixture
def clock() -> tl.ManualClock:
    """The clock of `system`."""
    return tl.ManualClock()


@pytest.fixture
def system(clock: tl.ManualClock) -> Iterator[tl.ReadReplicas]:
    """A small system of eight users."""
    with tl.ReadReplicas(ring(8), clock=clock, replicas=2) as system:
        yield system
