"""Exercise 7.1: each known wrong page is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

HELD = """
        import heapq
        from itertools import islice, takewhile

        def held(rules, author, tweet_id):
            rule = "push"
            for from_id, it in rules.get(author, []):
                if from_id <= tweet_id:
                    rule = it
            return rule
"""
WRONG = {
    "no_filter": """
        def hybrid_page(pushed, timelines, rules, limit):
            sources = [pushed] + [timelines[author] for author in timelines]
            rows = heapq.merge(*sources, reverse=True)
            return [tweet_id for tweet_id, author in islice(rows, limit)]
    """,
    "copies_vanish": """
        def hybrid_page(pushed, timelines, rules, limit):
            rows = [row for row in pushed if row[1] not in timelines]
            for author, timeline in timelines.items():
                rows += [row for row in timeline if held(rules, author, row[0]) == "pull"]
            rows.sort(reverse=True)
            return [tweet_id for tweet_id, _ in rows[:limit]]
    """,
    "rule_of_today": """
        def hybrid_page(pushed, timelines, rules, limit):
            celebrities = [author for author in timelines if rules[author][-1][1] == "pull"]
            rows = {row for row in pushed if row[1] not in celebrities}
            for author in celebrities:
                rows.update(timelines[author])
            return sorted((tweet_id for tweet_id, _ in rows), reverse=True)[:limit]
    """,
    "holds_after": """
        def hybrid_page(pushed, timelines, rules, limit):
            def is_pulled(row):
                rule = "push"
                for from_id, it in rules[row[1]]:
                    if row[0] > from_id:
                        rule = it
                return rule == "pull"

            pulled = [filter(is_pulled, timeline) for timeline in timelines.values()]
            return [row[0] for row in islice(heapq.merge(pushed, *pulled, reverse=True), limit)]
    """,
    "crosses_once": """
        def hybrid_page(pushed, timelines, rules, limit):
            def since_fame(author):
                began = [from_id for from_id, rule in rules[author] if rule == "pull"][0]
                return takewhile(lambda row: row[0] >= began, timelines[author])

            rows = heapq.merge(pushed, *[since_fame(author) for author in timelines], reverse=True)
            return [tweet_id for tweet_id, _ in islice(rows, limit)]
    """,
    "oldest_first": """
        def hybrid_page(pushed, timelines, rules, limit):
            ids = {tweet_id for tweet_id, _ in pushed}
            for timeline in timelines.values():
                ids |= {tweet_id for tweet_id, _ in timeline}
            return sorted(ids)[:limit]
    """,
}
COSTLY = {
    "sorts_all": """
        def hybrid_page(pushed, timelines, rules, limit):
            rows = list(pushed)
            for author, timeline in timelines.items():
                rows += [row for row in timeline if held(rules, author, row[0]) == "pull"]
            return [tweet_id for tweet_id, _ in sorted(rows, reverse=True)][:limit]
    """,
    "filter_goes_on": """
        def hybrid_page(pushed, timelines, rules, limit):
            def pulled(author):
                return (row for row in timelines[author] if held(rules, author, row[0]) == "pull")

            rows = heapq.merge(pushed, *map(pulled, timelines), reverse=True)
            return [tweet_id for tweet_id, _ in islice(rows, limit)]
    """,
    "page_of_each": """
        def hybrid_page(pushed, timelines, rules, limit):
            ids = {tweet_id for tweet_id, _ in islice(pushed, limit)}
            for timeline in timelines.values():
                ids |= {tweet_id for tweet_id, _ in islice(timeline, limit)}
            return sorted(ids, reverse=True)[:limit]
    """,
    "takes_copies": """
        def hybrid_page(pushed, timelines, rules, limit):
            page = []
            for tweet_id, _ in heapq.merge(pushed, *timelines.values(), reverse=True):
                if len(page) == limit:
                    break
                if tweet_id not in page:
                    page.append(tweet_id)
            return page
    """,
}
ALSO_WRONG = {
    "a page too long": """
        def hybrid_page(pushed, timelines, rules, limit):
            ids = {row[0] for source in (pushed, *timelines.values()) for row in source}
            return sorted(ids, reverse=True)[: limit + 1]
    """,
    "rows for IDs": """
        def hybrid_page(pushed, timelines, rules, limit):
            rows = {row for source in (pushed, *timelines.values()) for row in source}
            return sorted(rows, reverse=True)[:limit]
    """,
    "pulled tweets alone": """
        def hybrid_page(pushed, timelines, rules, limit):
            rows = [row for author in timelines for row in timelines[author] if held(rules, *row[::-1]) == "pull"]
            return [tweet_id for tweet_id, _ in sorted(rows, reverse=True)][:limit]
    """,
    "every list has a timeline": """
        def hybrid_page(pushed, timelines, rules, limit):
            ids = {row[0] for row in pushed}
            for author in rules:
                ids |= {row[0] for row in timelines[author]}
            return sorted(ids, reverse=True)[:limit]
    """,
    "every list with a pull has a timeline": """
        def hybrid_page(pushed, timelines, rules, limit):
            ids = {row[0] for row in pushed}
            for author in rules:
                if "pull" in dict(map(reversed, rules[author])):
                    ids |= {row[0] for row in timelines[author]}
            return sorted(ids, reverse=True)[:limit]
    """,
    "what the first rule says": """
        def hybrid_page(pushed, timelines, rules, limit):
            pulled = [timelines[author] for author in timelines if rules[author][0][1] == "pull"]
            ids = {row[0] for source in (pushed, *pulled) for row in source}
            return sorted(ids, reverse=True)[:limit]
    """,
    "rules used up": """
        def hybrid_page(pushed, timelines, rules, limit):
            ids = {row[0] for row in pushed}
            for author in timelines:
                while rules[author]:
                    rules[author].pop()
                ids |= {row[0] for row in timelines[author]}
            return sorted(ids, reverse=True)[:limit]
    """,
}
RIGHT = {
    "heads in a dictionary, the rule asked after": """
        def hybrid_page(pushed, timelines, rules, limit):
            first = {a: min(from_id for from_id, rule in rules[a] if rule == "pull") for a in timelines}
            sources = {"feed": pushed, **timelines}
            heads = {name: next(source, None) for name, source in sources.items()}
            page = []
            while len(page) < limit:
                heads = {n: row for n, row in heads.items() if row and (n == "feed" or row[0] >= first[n])}
                if not heads:
                    break
                newest = max(heads, key=lambda name: heads[name][0])
                row = heads[newest]
                if newest == "feed" or held(rules, newest, row[0]) == "pull":
                    page.append(row[0])
                heads[newest] = next(sources[newest], None)
            return page
    """,
    "takewhile and a filter": """
        def hybrid_page(pushed, timelines, rules, limit):
            def pulled(author):
                pulls = [from_id for from_id, rule in rules[author] if rule == "pull"]
                young = takewhile(lambda row: row[0] >= pulls[0], timelines[author])
                return (row for row in young if held(rules, author, row[0]) == "pull")

            rows = heapq.merge(pushed, *map(pulled, timelines), key=lambda row: -row[0])
            return [tweet_id for tweet_id, _ in islice(rows, limit)]
    """,
}


def cell(source: str) -> str:
    return f"{HELD}\n{source}"


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_page_is_told_what_it_believes(why: str) -> None:
    assert refused("hybrid_page", cell(WRONG[why])) == ("wrong", why)


@pytest.mark.parametrize("why", COSTLY)
def test_a_right_page_that_takes_too_many_rows_is_over_budget(why: str) -> None:
    assert refused("hybrid_page", cell(COSTLY[why])) == ("over budget", why)


@pytest.mark.parametrize("how", ALSO_WRONG)
def test_other_mistakes_are_refused(how: str) -> None:
    assert judged("hybrid_page", cell(ALSO_WRONG[how])).kind in ("wrong", "error")


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_page_is_accepted(how: str) -> None:
    assert judged("hybrid_page", cell(RIGHT[how])).kind == "right"


def test_the_smallest_history_tells_who_crossed_where() -> None:
    verdict = judged("hybrid_page", cell(WRONG["rule_of_today"]))
    assert verdict.says[:2] == (
        "User 0 follows them all: 1 posts t1, then 1 posts t2. Author 1 is pulled, then pushed from t2 on. "
        "A page of 2 is asked for.",
        "Yours gave t2; expected was t2, t1.",
    )
