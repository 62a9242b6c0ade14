"""Exercise 4.3: pages that repeat, skip, end wrongly or ask too many are refused with the words meant for it."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

HOMES = """
        def homes_of(places, followees):
            homes = {}
            for followee in followees:
                homes.setdefault(places[followee], []).append(followee)
            return homes

        def newest(shards, homes, before, limit):
            found = [tweet for shard in homes for tweet in shards[shard].newest(homes[shard], before, limit)]
            return sorted(found, reverse=True)
"""
WRONG = {
    "offset": """
        def feed_page(shards, places, followees, cursor, limit):
            skip = cursor or 0
            found = newest(shards, homes_of(places, followees), None, skip + limit + 1)
            page = found[skip : skip + limit]
            return page, skip + limit if len(found) > skip + limit else None
    """,
    "inclusive": """
        def feed_page(shards, places, followees, cursor, limit):
            before = None if cursor is None else cursor + 1  # so that the cursor's tweet is found
            found = newest(shards, homes_of(places, followees), before, limit + 1)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "skips_one": """
        def feed_page(shards, places, followees, cursor, limit):
            found = newest(shards, homes_of(places, followees), cursor, limit + 1)
            return found[:limit], found[limit] if len(found) > limit else None
    """,
    "one_a_shard": """
        def feed_page(shards, places, followees, cursor, limit):
            homes = {places[followee]: [followee] for followee in followees}
            found = newest(shards, homes, cursor, limit + 1)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "own_cursors": """
        def feed_page(shards, places, followees, cursor, limit):
            cursors = dict(cursor or {})
            found = []
            for shard, authors in homes_of(places, followees).items():
                found += [(tweet, shard) for tweet in shards[shard].newest(authors, cursors.get(shard), limit + 1)]
            found.sort(reverse=True)
            for tweet, shard in found[:limit]:
                cursors[shard] = tweet
            return [tweet for tweet, _ in found[:limit]], cursors if len(found) > limit else None
    """,
    "deleted": """
        def feed_page(shards, places, followees, cursor, limit):
            rest = newest(shards, homes_of(places, followees), None, 10**6) if cursor is None else cursor
            return rest[:limit], rest[limit:] or None
    """,
    "strangers": """
        def feed_page(shards, places, followees, cursor, limit):
            asked = {places[followee] for followee in followees}
            homes = {n: [user for user, place in enumerate(places) if place == n] for n in asked}
            found = newest(shards, homes, cursor, limit + 1)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "shard_by_shard": """
        def feed_page(shards, places, followees, cursor, limit):
            found = []
            for shard, authors in homes_of(places, followees).items():
                found += shards[shard].newest(authors, cursor, limit + 1)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "share_of_each": """
        def feed_page(shards, places, followees, cursor, limit):
            homes = homes_of(places, followees)
            page = newest(shards, homes, cursor, limit // max(len(homes), 1))
            return page, page[-1] if page else None
    """,
    "ends_early": """
        def feed_page(shards, places, followees, cursor, limit):
            found = newest(shards, homes_of(places, followees), cursor, limit)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "ends_late": """
        def feed_page(shards, places, followees, cursor, limit):
            page = newest(shards, homes_of(places, followees), cursor, limit)[:limit]
            return page, page[-1] if len(page) == limit else None
    """,
    "remembers": """
        last = {}

        def feed_page(shards, places, followees, cursor, limit):
            before = last.get("seen") if cursor else None
            found = newest(shards, homes_of(places, followees), before, limit + 1)
            if len(found) <= limit:
                return found, None
            last["seen"] = found[limit - 1]
            return found[:limit], "go on"
    """,
}
OVER = {
    "asks_everybody": """
        def feed_page(shards, places, followees, cursor, limit):
            found = []
            for shard in shards:
                found += shard.newest(followees, cursor, limit + 1)
            found.sort(reverse=True)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "asks_again": """
        def feed_page(shards, places, followees, cursor, limit):
            homes = homes_of(places, followees)
            page = newest(shards, homes, cursor, limit)[:limit]
            more = page and newest(shards, homes, page[-1], 1)
            return page, page[-1] if more else None
    """,
    "asks_for_all": """
        def feed_page(shards, places, followees, cursor, limit):
            found = newest(shards, homes_of(places, followees), cursor, 1_000_000)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
}
ASKS_FOR_EACH_FOLLOWEE = """
        def feed_page(shards, places, followees, cursor, limit):
            found = []
            for followee in followees:
                found += shards[places[followee]].newest([followee], cursor, limit + 1)
            found.sort(reverse=True)
            return found[:limit], found[limit - 1] if len(found) > limit else None
"""
REFUSED = {
    "one too many": """
        def feed_page(shards, places, followees, cursor, limit):
            found = newest(shards, homes_of(places, followees), cursor, limit + 1)[: limit + 1]
            return found, found[-1] if len(found) > limit else None
    """,
    "the oldest first": """
        def feed_page(shards, places, followees, cursor, limit):
            found = sorted(newest(shards, homes_of(places, followees), cursor, limit + 1))
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "no cursor": """
        def feed_page(shards, places, followees, cursor, limit):
            return newest(shards, homes_of(places, followees), cursor, limit)[:limit]
    """,
    "never at the end": """
        def feed_page(shards, places, followees, cursor, limit):
            page = newest(shards, homes_of(places, followees), cursor, limit)[:limit]
            return page, page[-1] if page else None
    """,
    "a little more than a share": """
        def feed_page(shards, places, followees, cursor, limit):
            homes = homes_of(places, followees)
            share = limit // max(len(homes), 1) + 1
            found = newest(shards, homes, cursor, share)
            return found[:limit], found[limit - 1] if len(found) > limit else None
    """,
    "a generator for a cursor": """
        def feed_page(shards, places, followees, cursor, limit):
            def pages(before=None):
                while True:
                    found = newest(shards, homes_of(places, followees), before, limit + 1)
                    yield found[:limit], len(found) > limit
                    before = found[limit - 1]

            cursor = cursor or pages()
            page, more = next(cursor)
            return page, cursor if more else None
    """,
}
RIGHT = {
    "a lazy merge": """
        from heapq import merge
        from itertools import islice

        def feed_page(shards, places, followees, cursor, limit):
            homes = homes_of(places, followees)
            answers = [shards[shard].newest(authors, cursor, limit + 1) for shard, authors in homes.items()]
            merged = merge(*answers, reverse=True)
            page = list(islice(merged, limit))
            return page, page[-1] if next(merged, None) else None
    """,
    "a cursor that says where it comes from": """
        def feed_page(shards, places, followees, cursor, limit):
            before = int(cursor.removeprefix("below ")) if cursor else None
            found = newest(shards, homes_of(places, followees), before, limit + 1)
            return tuple(found[:limit]), f"below {found[limit - 1]}" if len(found) > limit else None
    """,
    "the next tweet, and one above it": """
        def feed_page(shards, places, followees, cursor, limit):
            found = newest(shards, homes_of(places, followees), cursor, limit + 1)
            return found[:limit], found[limit] + 1 if len(found) > limit else None
    """,
}


def whole(source: str) -> str:
    """A cell with the helpers that most of these answers use."""
    return f"{HOMES}\n{source}"


@pytest.mark.parametrize("why", WRONG)
def test_wrong_pages_are_told_what_they_come_from(why: str) -> None:
    assert refused("feed_page", whole(WRONG[why])) == ("wrong", why)


@pytest.mark.parametrize("why", OVER)
def test_right_pages_that_ask_too_much_are_over_budget(why: str) -> None:
    assert refused("feed_page", whole(OVER[why])) == ("over budget", why)


def test_a_request_for_each_followee_is_more_than_one_a_shard() -> None:
    assert refused("feed_page", ASKS_FOR_EACH_FOLLOWEE) == ("over budget", "asks_again")


@pytest.mark.parametrize("how", REFUSED)
def test_other_slips_are_refused(how: str) -> None:
    assert judged("feed_page", whole(REFUSED[how])).kind == "wrong"


def test_a_repeat_is_told_as_a_story() -> None:
    story, found, words = judged("feed_page", whole(WRONG["offset"])).says
    assert story == (
        "User 0 follows users 1 on shard 1, 2 on shard 2, 3 on shard 1. User 1 posts t1, user 1 posts t2. "
        "A page has room for 1 tweet. After the first page user 1 posts t3."
    )
    assert found == "Yours gave t2 and a cursor, then t2 and a cursor; expected was t2 and a cursor, then t1 and None."
    assert words.startswith("An offset finds the place again?")


def test_a_cursor_that_is_changed_in_place_is_refused() -> None:
    changed = WRONG["own_cursors"].replace("dict(cursor or {})", "cursor or {}")
    verdict = judged("feed_page", whole(changed))
    assert verdict.kind == "wrong"
    assert "work on a copy" in verdict.text


@pytest.mark.parametrize("how", RIGHT)
def test_right_pages_are_accepted(how: str) -> None:
    verdict = judged("feed_page", whole(RIGHT[how]))
    assert verdict.kind == "right"
    assert verdict.says[1] == "shard requests, in 7 pages from 3 shards: 21, at most 21"


def test_a_cursor_one_below_the_last_tweet_skips_one() -> None:
    source = """
        def feed_page(shards, places, followees, cursor, limit):
            found = newest(shards, homes_of(places, followees), cursor, limit + 1)
            return found[:limit], found[limit - 1] - 1 if len(found) > limit else None
    """
    assert refused("feed_page", whole(source))[0] == "wrong"
