"""Exercise 2.2: each known wrong page is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused


def gathered(row: str, page: str) -> str:
    """An answer that gathers something from all rows of the authors, and makes a page of it."""
    return f"""
        def newest(table, authors, before, limit):
            found = [{row} for a in authors for p in range(table.end(a, 1), table.end(a, before))]
            return {page}
    """


WRONG = {
    "limit_first": """
        def newest(table, authors, before, limit):
            page = []
            for place in range(len(table)):
                author, tweet = table[place]
                if author in authors and (before is None or tweet < before):
                    page.append(tweet)
                if len(page) == limit:
                    break
            return sorted(page, reverse=True)
    """,
    "author_by_author": """
        def newest(table, authors, before, limit):
            page = []
            for author in authors:
                place = table.end(author, before) - 1
                while place >= 0 and table[place][0] == author and len(page) < limit:
                    page.append(table[place][1])
                    place -= 1
            return page
    """,
    "share_from_each": """
        def newest(table, authors, before, limit):
            share = max(1, limit // max(1, len(authors)))
            found = []
            for author in authors:
                start, end = table.end(author, 1), table.end(author, before)
                found += [table[place][1] for place in range(max(start, end - share), end)]
            return sorted(found)[::-1][:limit]
    """,
    "neighbours": """
        def newest(table, authors, before, limit):
            found = set()
            for author in authors:
                end = table.end(author, before)
                for place in range(max(0, end - limit), end):
                    found.add(table[place][1])
            return sorted(found, reverse=True)[:limit]
    """,
    "cursor_included": """
        def newest(table, authors, before, limit):
            if before is not None:
                before = before + 1
            found = []
            for author in authors:
                for place in range(table.end(author, 1), table.end(author, before)):
                    found.append(table[place][1])
            found.sort(reverse=True)
            return found[:limit]
    """,
    "cursor_forgotten": """
        def newest(table, authors, before, limit):
            ids = [tweet for author, tweet in table if author in authors]
            return sorted(ids, reverse=True)[:limit]
    """,
    "oldest_first": """
        import heapq

        def newest(table, authors, before, limit):
            runs = [[table[p][1] for p in range(table.end(a, 1), table.end(a, before))] for a in authors]
            return list(heapq.merge(*runs))[:limit]
    """,
}
TIRED = {
    "a row less": gathered("table[p][1]", "sorted(found, reverse=True)[: limit - 1]"),
    "twenty, whatever is asked": gathered("table[p][1]", "sorted(found, reverse=True)[:20]"),
    "pairs for IDs": gathered("table[p]", "sorted(found, key=lambda row: -row[1])[:limit]"),
    "places for IDs": gathered("p", "sorted(found, reverse=True)[:limit]"),
    "not cut": gathered("table[p][1]", "sorted(found, reverse=True)"),
    "not sorted": gathered("table[p][1]", "found[::-1][:limit]"),
    "authors sorted in place": gathered("table[p][1]", "authors.sort() or sorted(found, reverse=True)[:limit]"),
    "a row short": gathered("table[p - 1][1]", "sorted(found, reverse=True)[:limit]"),
    "a slice": gathered("table[p : p + 1][0][1]", "sorted(found, reverse=True)[:limit]"),
    "nothing before means nothing": gathered("table[p][1]", "sorted(i for i in found if i < (before or 0))[:limit]"),
    "a row too far": """
        def newest(table, authors, before, limit):
            ids = []
            for author in authors:
                place = table.end(author, before)
                while table[place][0] == author:
                    ids.append(table[place][1])
                    place -= 1
            return sorted(ids, reverse=True)[:limit]
    """,
    "no look at place 0": """
        def newest(table, authors, before, limit):
            ids = []
            for author in authors:
                place = table.end(author, before) - 1
                while table[place][0] == author:
                    ids.append(table[place][1])
                    place -= 1
            return sorted(ids, reverse=True)[:limit]
    """,
    "the newest of each": """
        def newest(table, authors, before, limit):
            places = [(author, table.end(author, before) - 1) for author in authors]
            ids = [table[p][1] for author, p in places if p >= 0 and table[p][0] == author]
            return sorted(ids, reverse=True)[:limit]
    """,
}
RIGHT = {
    "lazy runs": """
        import heapq
        from itertools import islice

        def newest(table, authors, before, limit):
            def run(author):
                for place in range(table.end(author, before) - 1, table.end(author, 1) - 1, -1):
                    yield table[place][1]

            return list(islice(heapq.merge(*(run(author) for author in authors), reverse=True), limit))
    """,
    "the best of the heads": """
        def newest(table, authors, before, limit):
            heads = {}
            for author in authors:
                place = table.end(author, before) - 1
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
    "a lookup for each row": """
        def newest(table, authors, before, limit):
            def head(author, below):
                place = table.end(author, below) - 1
                owner, tweet = table[place] if place >= 0 else (None, None)
                return tweet if owner == author else None

            heads = {author: head(author, before) for author in authors}
            page = []
            while len(page) < limit and any(heads.values()):
                author = max(heads, key=lambda one: heads[one] or 0)
                page.append(heads[author])
                heads[author] = head(author, heads[author])
            return tuple(page)
    """,
}


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_page_is_accepted(how: str) -> None:
    assert judged("newest", RIGHT[how]).kind == "right"


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_page_is_told_what_it_believes(why: str) -> None:
    assert refused("newest", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("how", TIRED)
def test_a_tired_page_is_refused(how: str) -> None:
    assert judged("newest", TIRED[how]).kind in ("wrong", "error")


def test_the_smallest_history_is_told_as_a_story() -> None:
    assert judged("newest", WRONG["limit_first"]).says[:2] == (
        "The table holds (1, t1), (1, t2). Asked is the newest tweet of the authors [1].",
        "Yours gave t1; expected was t2.",
    )


def test_a_place_without_a_row_and_a_slice_say_what_is_there() -> None:
    told = judged("newest", TIRED["no look at place 0"])
    assert (told.kind, told.says[-1]) == ("error", "IndexError: there is no row -1: the table is empty")
    assert "i is a whole number, and no slice" in judged("newest", TIRED["a slice"]).text


def test_a_loop_without_an_end_is_stopped_and_nothing_is_no_page() -> None:
    endless = """
        def newest(table, authors, before, limit):
            while True:
                try:
                    list(table)
                except Exception:
                    break
    """
    verdict = judged("newest", endless)
    assert (verdict.kind, "did not end" in verdict.text) == ("error", True)
    assert "returned None" in judged("newest", "def newest(table, authors, before, limit):\n    sorted(table)").text


def test_others_history_costs_a_right_page_nothing() -> None:
    says = judged("newest", RIGHT["the best of the heads"]).says
    assert says[0] == "rows read for the second page of 20 from 30 authors: 50, at most 50"
    assert says[1].endswith("others having posted 100 times as much: 50, at most 50")
