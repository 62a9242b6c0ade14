"""What a test of all stages asks for by name: each of the classes in turn, and a small system of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.systems import small

import twitterlab as tl
from twitterlab.stages.base import Stage


@pytest.fixture(params=tl.STAGES, ids=lambda stage: stage.__name__)
def stage(request: pytest.FixtureRequest) -> type[Stage]:
    """A class of stage."""
    return request.param


@pytest.fixture
def system(stage: type[Stage]) -> Iterator[Stage]:
    """A small system in memory, for one test."""
    with small(stage) as opened:
        yield opened
