"""Where an answer keeps what it remembers is found, whatever kind of place it is."""

from __future__ import annotations

from textwrap import dedent

import pytest

from twitterlab.classroom.check.cells import run_cell
from twitterlab.classroom.check.memory import changed_places


def changed_by(source: str, calls: int = 2) -> list[str]:
    """The places that some calls of `f` have changed."""
    used, fresh = (run_cell(dedent(source), "f", f"<{n}>") for n in range(2))
    for number in range(calls):
        used.f(number)
    return changed_places(used, fresh)


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("seen = []\ndef f(n):\n    seen.append(n)", "`seen`"),
        ("def f(n, seen={}):\n    seen[n] = n", "a default argument of f"),
        ("def f(n):\n    f.calls = n", "`f.calls`"),
        ("last = 0\ndef f(n):\n    global last\n    last = n + 1", "`last`"),
        ("from functools import cache\n@cache\ndef f(n):\n    return n", "the cache of f"),
        ("class Kept:\n    times = {}\ndef f(n):\n    Kept.times[n] = n", "`Kept.times`"),
        ("def made():\n    seen = []\n    def f(n):\n        seen.append(n)\n    return f\nf = made()", "`seen`"),
        ("from itertools import count\nturns = count()\ndef f(n):\n    next(turns)", "`turns`"),
        ("class F:\n    calls = 0\n    def __call__(self, n):\n        self.calls += 1\nf = F()", "`f`"),
    ],
)
def test_each_kind_of_place_is_found(source: str, place: str) -> None:
    assert changed_by(source) == [place]
    assert changed_by(source, calls=0) == []


def test_what_remembers_nothing_has_no_such_place() -> None:
    assert changed_by("import heapq\nLIMIT = 20\nclass Head:\n    pass\ndef f(n):\n    return [Head()] * LIMIT") == []
