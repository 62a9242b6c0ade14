"""Time comes from the injected clock alone: no part of a system reads another, sleeps, or draws without a seed."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.systems import GRAPH, settings_of

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_the_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = tl.ManualClock()
    assert clock.now() == clock.now() == 1_700_000_000_000
    assert clock.advance(250) == clock.now() == 1_700_000_000_250
    assert clock.advance(-1000) == clock.now() == 1_699_999_999_250
    assert tl.ManualClock(start_ms=5).now() == 5


def test_the_system_clock_is_the_wall_clock_in_whole_milliseconds() -> None:
    before, now, after = time.time_ns(), tl.SystemClock().now(), time.time_ns()
    assert type(now) is int
    assert before // 1_000_000 <= now <= after // 1_000_000


def test_without_a_clock_a_system_uses_the_wall_clock(stage: type[Stage]) -> None:
    with stage(GRAPH, **settings_of(stage)) as system:
        assert isinstance(system.clock, tl.SystemClock)
        before, tweet, after = tl.SystemClock().now(), system.post(1, "now"), tl.SystemClock().now()
        assert before <= tweet.created_at <= after
        assert (tweet.id >> 22) + 1288834974657 == tweet.created_at


def test_created_at_is_what_the_injected_clock_says(system: Stage) -> None:
    system.clock.advance(123)
    assert system.post(1, "x").created_at == 1_700_000_000_123
    assert system.post_many([(1, "y")])[0].created_at == 1_700_000_000_123


WALL = {
    "time": {"time", "time_ns", "sleep", "monotonic", "monotonic_ns", "localtime", "gmtime", "ctime", "strftime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "os": {"urandom", "times"},
    "uuid": {"uuid1", "uuid4"},
}
ROOMS = ("stages", "parts", "workloads")
DRAWS = {"seed", "random", "rand", "randn", "randint", "choice", "shuffle", "permutation", "normal", "uniform"}


def forbidden(tree: ast.AST) -> Iterator[str]:
    """Each reading of the wall clock, each sleep and each draw from a global generator, as line and words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if node.attr in WALL.get(owner.rpartition(".")[2], ()):
                yield f"{node.lineno}: {owner}.{node.attr}"
            if owner in ("random", "np.random", "numpy.random") and (owner == "random" or node.attr in DRAWS):
                yield f"{node.lineno}: {owner}.{node.attr}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("default_rng") and not node.args:
            yield f"{node.lineno}: a generator without a seed"
        if isinstance(node, ast.ImportFrom) and node.module in ("time", "random", "uuid"):
            for alias in node.names:
                if node.module != "time" or alias.name in WALL["time"]:
                    yield f"{node.lineno}: from {node.module} import {alias.name}"


@pytest.mark.parametrize(
    "line",
    [
        "time.time()",
        "from time import sleep",
        "datetime.datetime.now()",
        "date.today()",
        "random.random()",
        "np.random.rand(3)",
        "np.random.default_rng()",
        "import random; x = random.Random",
    ],
)
def test_the_search_for_hidden_clocks_and_generators_finds_them(line: str) -> None:
    assert list(forbidden(ast.parse(line)))


def engine() -> list[Path]:
    """The files that a system is made of: stages, parts, and what they import."""
    package = Path(tl.__file__).parent
    return sorted([*package.glob("*.py"), *(file for room in ROOMS for file in (package / room).rglob("*.py"))])


def test_nothing_but_the_clock_reads_time_sleeps_or_draws_from_a_global_generator() -> None:
    files = [file for file in engine() if file.name != "clock.py"]
    assert len(files) > 30
    found = [f"{file.name}:{line}" for file in files for line in forbidden(ast.parse(file.read_text()))]
    assert found == []
