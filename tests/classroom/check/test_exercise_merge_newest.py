"""Exercise 4.2: each known wrong merge is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

WRONG = {
    "chained": """
        from itertools import chain

        def merge_newest(sources):
            return chain(*sources)
    """,
    "share_from_each": """
        from itertools import islice

        def merge_newest(sources):
            share = 20 // max(len(sources), 1)
            rows = [row for source in sources for row in islice(source, share)]
            return iter(sorted(rows, reverse=True)[:20])
    """,
    "in_turn": """
        from itertools import zip_longest

        def merge_newest(sources):
            for rows in zip_longest(*sources):
                yield from (row for row in rows if row is not None)
    """,
    "oldest_first": """
        import heapq

        def merge_newest(sources):
            return heapq.merge(*[sorted(source) for source in sources])
    """,
}
EAGER = """
    def merge_newest(sources):
        rows = []
        for source in sources:
            rows.extend(source)
        rows.sort(reverse=True)
        return iter(rows)
"""
FETCHES_EARLY = """
    import heapq

    def merge_newest(sources):
        sources = [iter(source) for source in sources]
        heads = [(-row[0], n, row) for n, row in enumerate(next(source, None) for source in sources) if row]
        heapq.heapify(heads)
        while heads:
            _, n, row = heapq.heappop(heads)
            following = next(sources[n], None)
            if following:
                heapq.heappush(heads, (-following[0], n, following))
            yield row
"""
IDS_ALONE = """
    import heapq

    def merge_newest(sources):
        for row in heapq.merge(*sources, reverse=True):
            yield row[0]
"""
EMPTY_HEAD = """
    def merge_newest(sources):
        heads = [next(source) for source in sources]
        while heads:
            newest = heads.index(max(heads))
            yield heads[newest]
            heads[newest] = next(sources[newest])
"""
FOR_EVER = """
    def merge_newest(sources):
        rows = sorted((row for source in sources for row in source), reverse=True)
        while rows:
            yield from rows
"""
RIGHT = {
    "heapq.merge": """
        import heapq

        def merge_newest(sources):
            return heapq.merge(*sources, key=lambda row: row[0], reverse=True)
    """,
    "heads in a list": """
        def merge_newest(sources):
            sources = [iter(source) for source in sources]
            heads = [next(source, None) for source in sources]
            while any(head is not None for head in heads):
                newest = max((n for n, head in enumerate(heads) if head is not None), key=lambda n: heads[n][0])
                row = heads[newest]
                yield row
                heads[newest] = next(sources[newest], None)
    """,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_merge_is_told_what_it_believes(why: str) -> None:
    assert refused("merge_newest", WRONG[why]) == ("wrong", why)


def test_a_merge_that_takes_everything_is_over_budget() -> None:
    assert refused("merge_newest", EAGER) == ("over budget", "reads_ahead")


def test_a_merge_that_fetches_before_it_is_asked_is_over_budget() -> None:
    assert refused("merge_newest", FETCHES_EARLY) == ("over budget", "fetched_early")


def test_rows_come_out_as_they_came_in() -> None:
    verdict = judged("merge_newest", IDS_ALONE)
    assert verdict.kind == "wrong"
    assert verdict.says[1] == "1 came out of your merge. Every row must come out as it came in."


def test_an_empty_source_is_told_with_the_line_that_fails() -> None:
    verdict = judged("merge_newest", EMPTY_HEAD)
    assert verdict.kind == "error"
    assert verdict.says[0] == "Source 0 gives nothing."
    assert verdict.says[1].startswith("line 2: heads = ")


def test_a_merge_without_an_end_is_wrong_at_once() -> None:
    verdict = judged("merge_newest", FOR_EVER)
    assert verdict.kind == "wrong"
    assert verdict.says[1] == "Yours gave t1, t1, t1, t1; expected was t1."


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_merge_is_accepted(how: str) -> None:
    assert judged("merge_newest", RIGHT[how]).kind == "right"


def test_a_merge_of_no_source_is_empty() -> None:
    verdict = judged(
        "merge_newest",
        """
        def merge_newest(sources):
            waiting = [next(source, None) for source in sources]
            newest = waiting[0]
            while any(waiting):
                number = max((n for n, row in enumerate(waiting) if row), key=lambda n: waiting[n][0])
                yield waiting[number]
                waiting[number] = next(sources[number], None)
        """,
    )
    assert verdict.kind == "error"
    assert "There is no source: the reader follows nobody." in verdict.text
