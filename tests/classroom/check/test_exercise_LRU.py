"""Exercise 5.1: each known wrong cache is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import json
import lzma
from textwrap import dedent, indent
from typing import Any

import numpy as np
import pytest
from support.answering import judged, refused
from support.places import SHARED

from twitterlab.classroom.check.answers import Answer, fresh
from twitterlab.classroom.check.exercises import lru
from twitterlab.classroom.course import my_parts
from twitterlab.parts.cache.eviction import FIFO, LRU
from twitterlab.studies.cache_lookups import play_lookups

GIVEN = """\
class LRU:
    def __init__(self, capacity):
        self.capacity = capacity
        self.kept = {}

    def discard(self, key):
        self.kept.pop(key, None)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept
"""
GET = """
def get(self, key):
    if key not in self.kept:
        return None
    value = self.kept.pop(key)
    self.kept[key] = value
    return value
"""
PUT = """
def put(self, key, value):
    self.kept.pop(key, None)
    while len(self.kept) >= self.capacity:
        self.kept.pop(next(iter(self.kept)))
    self.kept[key] = value
"""
WRONG = {
    "reading_is_no_use": {
        "get": """
            def get(self, key):
                return self.kept.get(key)
        """
    },
    "newest_leaves": {
        "put": """
            def put(self, key, value):
                if key in self.kept:
                    del self.kept[key]
                elif len(self.kept) == self.capacity:
                    self.kept.popitem()
                self.kept[key] = value
        """
    },
    "room_for_one_more": {
        "put": """
            def put(self, key, value):
                self.kept.pop(key, None)
                if len(self.kept) > self.capacity:
                    del self.kept[list(self.kept)[0]]
                self.kept[key] = value
        """
    },
    "room_for_one_less": {
        "put": """
            def put(self, key, value):
                self.kept.pop(key, None)
                self.kept[key] = value
                if len(self.kept) >= self.capacity:
                    del self.kept[list(self.kept)[0]]
        """
    },
    "every_put_evicts": {
        "put": """
            def put(self, key, value):
                if len(self.kept) == self.capacity:
                    oldest = list(self.kept)[0]
                    self.kept.pop(oldest)
                self.kept.pop(key, None)
                self.kept[key] = value
        """
    },
    "writing_again_is_no_use": {
        "put": """
            def put(self, key, value):
                if key not in self.kept and len(self.kept) >= self.capacity:
                    self.kept.pop(next(iter(self.kept)))
                self.kept[key] = value
        """
    },
    "get_creates": {
        "get": """
            def get(self, key):
                value = self.kept.pop(key, None)
                self.kept[key] = value
                return value
        """
    },
}
OTHERS = {  # what a tired learner might write besides: refused, with any words
    "both wrong, a plain FIFO": {
        "get": WRONG["reading_is_no_use"]["get"],
        "put": WRONG["writing_again_is_no_use"]["put"],
    },
    "the newcomer leaves": {
        "put": """
            def put(self, key, value):
                self.kept.pop(key, None)
                self.kept[key] = value
                if len(self.kept) > self.capacity:
                    self.kept.popitem()
        """
    },
    "known keys keep their value": {
        "put": """
            def put(self, key, value):
                if key in self.kept:
                    value = self.kept.pop(key)
                elif len(self.kept) == self.capacity:
                    self.kept.pop(next(iter(self.kept)))
                self.kept[key] = value
        """
    },
    "full means empty it": {
        "put": """
            def put(self, key, value):
                if key not in self.kept and len(self.kept) == self.capacity:
                    self.kept.clear()
                self.kept.pop(key, None)
                self.kept[key] = value
        """
    },
    "get raises": {"get": "def get(self, key):\n    self.kept[key] = self.kept.pop(key)\n    return self.kept[key]"},
    "get gives the key": {"get": GET.replace("return value", "return key")},
    "a get takes out": {"get": "def get(self, key):\n    return self.kept.pop(key, None)"},
    "least used, not least recently": {
        "get": """
            def get(self, key):
                if key in self.kept:
                    self.uses[key] += 1
                return self.kept.get(key)
        """,
        "put": """
            uses = {}

            def put(self, key, value):
                self.uses.setdefault(key, 0)
                if key not in self.kept and len(self.kept) == self.capacity:
                    del self.kept[min(self.kept, key=lambda one: self.uses[one])]
                self.kept[key] = value
        """,
    },
}
RIGHT = {
    "an OrderedDict": """
        from collections import OrderedDict

        class LRU:
            def __init__(self, capacity):
                self.capacity = capacity
                self.kept = OrderedDict()

            def discard(self, key):
                self.kept.pop(key, None)

            def __len__(self):
                return len(self.kept)

            def __contains__(self, key):
                return key in self.kept

            def get(self, key):
                if key in self.kept:
                    self.kept.move_to_end(key)
                return self.kept.get(key)

            def put(self, key, value):
                self.kept[key] = value
                self.kept.move_to_end(key)
                if len(self.kept) > self.capacity:
                    self.kept.popitem(last=False)
    """,
    "the time of the last use": """
        from itertools import count

        class LRU:
            def __init__(self, capacity):
                self.capacity = capacity
                self.kept = {}
                self.used = {}
                self.now = 0

            def discard(self, key):
                self.kept.pop(key, None)

            def __len__(self):
                return len(self.kept)

            def __contains__(self, key):
                return key in self.kept

            def use(self, key):
                self.now += 1
                self.used[key] = self.now

            def get(self, key):
                if key not in self.kept:
                    return None
                self.use(key)
                return self.kept[key]

            def put(self, key, value):
                if key not in self.kept and len(self.kept) >= self.capacity:
                    oldest = min(self.kept, key=self.used.get)
                    del self.kept[oldest]
                self.kept[key] = value
                self.use(key)
    """,
    "a list beside the dict": """
        class LRU:
            def __init__(self, capacity):
                self.capacity, self.kept, self.order = capacity, {}, []

            def discard(self, key):
                if key in self.kept:
                    del self.kept[key]
                    self.order.remove(key)

            def __len__(self):
                return len(self.kept)

            def __contains__(self, key):
                return key in self.kept

            def get(self, key):
                if key in self.kept:
                    self.order.remove(key)
                    self.order.insert(0, key)
                    return self.kept[key]

            def put(self, key, value):
                self.discard(key)
                self.order.insert(0, key)
                self.kept[key] = value
                if len(self.order) > self.capacity:
                    self.discard(self.order[-1])
    """,
}


def cell(get: str = GET, put: str = PUT) -> str:
    """The starter's class with these two methods."""
    return GIVEN + "".join(f"\n{indent(dedent(method).strip(), '    ')}\n" for method in (get, put))


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_cache_is_told_what_it_believes(why: str) -> None:
    assert refused("LRU", cell(**WRONG[why])) == ("wrong", why)


@pytest.mark.parametrize("how", OTHERS)
def test_other_mistakes_are_refused_too(how: str) -> None:
    assert judged("LRU", cell(**OTHERS[how])).kind in ("wrong", "error")


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_cache_is_accepted(how: str) -> None:
    assert judged("LRU", RIGHT[how]).kind == "right"


def test_ours_is_right_and_says_what_a_fifo_would_have_cost() -> None:
    verdict = judged("LRU", my_parts.ours("LRU"))
    assert verdict.kind == "right"
    (_, asked) = lru.stream()
    misses = {rule: sum(map(len, play_lookups(asked.pages, rule(lru.ROOM)))) for rule in (FIFO, LRU)}
    assert f"{misses[FIFO]:,} of them" in verdict.text
    assert f"{misses[LRU]:,}, at most {misses[LRU]:,}" in verdict.text
    assert misses[LRU] < misses[FIFO]


def test_the_counterexample_is_a_short_story() -> None:
    said = judged("LRU", cell(**WRONG["reading_is_no_use"])).says
    assert said[0] == "A cache with room for 2: put t1, put t2, get t1, put t3."
    assert said[1] == "Yours gave a cache that holds t2 and t3 after put t3; expected was one that holds t1 and t3."


def test_one_method_alone_is_not_attempted() -> None:
    assert judged("LRU", cell(put="def put(self, key, value):\n    pass  # your code here")).kind == "not attempted"


def test_a_cache_that_never_ends_is_stopped() -> None:
    endless = PUT.replace("self.kept.pop(next(iter(self.kept)))", "pass\n    pass")
    verdict = judged("LRU", cell(put=endless))
    assert verdict.kind == "error"
    assert "did not end" in verdict.text


def test_a_cache_that_grows_where_it_is_large_is_found_in_the_real_stage() -> None:
    grows = PUT.replace("self.capacity:", "self.capacity + (self.capacity > 6):")
    verdict = judged("LRU", cell(put=grows))
    assert verdict.kind == "wrong"
    assert "kept more" in verdict.text


def test_the_oracle_keeps_what_twitterlabs_own_keeps() -> None:
    for history in lru.small():
        assert lru.seen(LRU(history.room), history.calls) == lru.ruled(lru.Rule(), history)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the web07 trace is not here: no folder shared/datasets beside us")
def test_hits_of_ours_on_a_real_trace_are_those_of_libcachesim() -> None:
    ours: Any = fresh(Answer("LRU", None, my_parts.ours("LRU")))
    trace = np.frombuffer(lzma.decompress((SHARED / "web07.trace.xz").read_bytes()), dtype=">i4").tolist()
    rows = json.loads((SHARED / "web07_reference.json").read_text())["rows"]
    assert len(rows) == 4
    for row in rows:
        misses = len(play_one_by_one(ours(row["capacity"]), trace))
        assert len(trace) - misses == row["LRU_hits"]


def play_one_by_one(cache: Any, keys: list[int]) -> list[list[int]]:
    """The keys that a cache misses, each looked up and put by itself."""
    return [missed for missed in play_lookups(([key] for key in keys), cache) if missed]
