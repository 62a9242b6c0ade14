"""`--plain` runs any of these tests with the fast paths of stages 6 and 7 off: the same tests, the same answers."""

from __future__ import annotations

import pytest

import twitterlab as tl


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--plain", action="store_true", help="run stages 6 and 7 with fast_paths=False unless a test says")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--plain"):
        for stage in (tl.PrecomputedFeeds, tl.HybridFeeds):
            stage.__init__.__kwdefaults__["fast_paths"] = False
