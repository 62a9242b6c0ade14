"""Exercise 4.2: each known wrong merge is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from answering import judged, refused

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


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_merge_is_accepted(how: str) -> None:
    assert judged("merge_newest", RIGHT[how]).kind == "right"
