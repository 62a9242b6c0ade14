"""Exercise 2.2: right pages that read too many rows are over budget, and what the table that they are given counts."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

from twitterlab.classroom.check.exercises.newest import Table

OVER = {
    "whole_table": """
        def newest(table, authors, before, limit):
            wanted = set(authors)
            ids = [tweet for author, tweet in table if author in wanted and (before is None or tweet < before)]
            return sorted(ids, reverse=True)[:limit]
    """,
    "whole_runs": """
        def newest(table, authors, before, limit):
            ids = []
            for author in authors:
                place = table.end(author, before) - 1
                while place >= 0 and table[place][0] == author:
                    ids.append(table[place][1])
                    place -= 1
            ids.sort(reverse=True)
            return ids[:limit]
    """,
}
ALSO_OVER = {
    "down from the newest": """
        import heapq

        def newest(table, authors, before, limit):
            def down(author):
                for place in range(table.end(author, None) - 1, table.end(author, 1) - 1, -1):
                    if before is None or table[place][1] < before:
                        yield table[place][1]

            return [tweet for tweet, _ in zip(heapq.merge(*map(down, authors), reverse=True), range(limit))]
    """,
    "a search by hand": """
        from bisect import bisect_left

        def newest(table, authors, before, limit):
            heads = {}
            for author in authors:
                place = bisect_left(table, (author, before or 2**63)) - 1
                if place >= 0 and table[place][0] == author:
                    heads[author] = place
            page = []
            while heads and len(page) < limit:
                author = max(heads, key=lambda one: table[heads[one]][1])
                page.append(table[heads[author]][1])
                heads[author] -= 1
                if heads[author] < 0 or table[heads[author]][0] != author:
                    del heads[author]
            return page
    """,
    "lookups instead of rows": """
        def newest(table, authors, before, limit):
            page = []
            while len(page) < limit:
                last = page[-1] if page else before
                rows = [(table.end(author, last) - 1, author) for author in authors]
                ids = [table[place][1] for place, author in rows if place >= 0 and table[place][0] == author]
                if not ids:
                    break
                page.append(max(ids))
            return page
    """,
}


@pytest.mark.parametrize("why", OVER)
def test_a_page_that_reads_too_much_is_over_budget(why: str) -> None:
    assert refused("newest", OVER[why]) == ("over budget", why)


@pytest.mark.parametrize("how", ALSO_OVER)
def test_a_page_that_looks_too_often_is_over_budget(how: str) -> None:
    assert judged("newest", ALSO_OVER[how]).kind == "over budget"


def test_a_table_counts_each_row_once_and_no_lookup() -> None:
    table = Table([(1, 14), (1, 10), (2, 11)])
    assert (table.end(1, None), table.end(1, 14), table.end(0, None), table.end(3, 5)) == (2, 1, 0, 3)
    assert (table.read, table.lookups) == (set(), 4)
    assert (table[1], table[1], len(table)) == ((1, 14), (1, 14), 3)
    assert table.read == {1}
    assert list(table) == [(1, 10), (1, 14), (2, 11)]
    for place in (-1, 3):
        with pytest.raises(IndexError, match=f"no row {place}: the last is row 2"):
            table[place]
