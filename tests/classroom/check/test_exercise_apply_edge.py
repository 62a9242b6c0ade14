"""Exercise 6.2: each known wrong backfill is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

from twitterlab.classroom.check.exercises import apply_edge
from twitterlab.classroom.check.exercises.apply_edge import FRIEND, History, after, fresh
from twitterlab.classroom.course import my_parts

WRONG = {
    "arrival_is_intent": """
        def apply_edge(feed, latest, event, newest_of, length):
            latest[event.followee] = event.position
            if event.kind == "follow":
                rows = set(feed) | set(newest_of(event.followee, length))
                return sorted(rows, reverse=True)[:length]
            return [row for row in feed if row[1] != event.followee]
    """,
    "unfollow_leaves_no_note": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, -1):
                return feed
            if event.kind == "unfollow":
                return [(tweet_id, author) for tweet_id, author in feed if author != event.followee]
            latest[event.followee] = event.position
            rows = set(feed + newest_of(event.followee, length))
            return sorted(rows, reverse=True)[:length]
    """,
    "one_position_for_all": """
        def apply_edge(feed, latest, event, newest_of, length):
            if latest and event.position <= max(latest.values()):
                return feed
            latest[event.followee] = event.position
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
    """,
    "backfill_appends": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return (feed + newest_of(event.followee, length))[:length]
    """,
    "no_end": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)
    """,
}
REPEATS = """
    def apply_edge(feed, latest, event, newest_of, length):
        have, author = list(feed), event.followee
        if event.kind == "follow" and event.position >= latest.get(author, 0):
            have = sorted({*feed, *newest_of(author, length)}, reverse=True)
        if event.kind == "unfollow" and event.position > latest.get(author, 0):
            have = [row for row in feed if row[1] != author]
        latest[author] = max(event.position, latest.get(author, 0))
        return have[:length]
"""
DEAR = {
    "whole_history": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            others = [row for row in feed if row[1] != event.followee]
            if event.kind == "follow":
                others = sorted(others + newest_of(event.followee, 1_000_000), reverse=True)
            return others[:length]
    """,
    "reads_first": """
        def apply_edge(feed, latest, event, newest_of, length):
            theirs = newest_of(event.followee, length)
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return sorted(set(feed + theirs), reverse=True)[:length]
    """,
}
OTHERS = {
    "notes the event and not its position": """
        def apply_edge(feed, latest, event, newest_of, length):
            last = latest.get(event.followee)
            if last is not None and last.position >= event.position:
                return feed
            latest[event.followee] = event
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
    """,
    "an unfollow is applied whenever it comes": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.kind == "unfollow":
                latest[event.followee] = max(event.position, latest.get(event.followee, 0))
                return [row for row in feed if row[1] != event.followee]
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
    """,
    "the note goes back": """
        def apply_edge(feed, latest, event, newest_of, length):
            before = latest.get(event.followee, 0)
            latest[event.followee] = event.position
            if event.position <= before:
                return feed
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
    """,
    "nothing is noted": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return feed
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
    """,
    "repeats stay": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            return sorted(feed + newest_of(event.followee, length), reverse=True)[:length]
    """,
    "changed in place": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position > latest.get(event.followee, 0):
                latest[event.followee] = event.position
                feed[:] = [row for row in feed if row[1] != event.followee]
                if event.kind == "follow":
                    feed.extend(newest_of(event.followee, length))
                    feed.sort(reverse=True)
            return feed[:length]
    """,
    "stale events give nothing": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position > latest.get(event.followee, 0):
                latest[event.followee] = event.position
                if event.kind == "unfollow":
                    return [row for row in feed if row[1] != event.followee]
                return sorted({*feed, *newest_of(event.followee, length)}, reverse=True)[:length]
    """,
    "the feed is the followee's": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            return newest_of(event.followee, length) if event.kind == "follow" else []
    """,
    "only newer ones than the feed's": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return feed
            latest[event.followee] = event.position
            if event.kind == "unfollow":
                return [row for row in feed if row[1] != event.followee]
            new = [row for row in newest_of(event.followee, length) if not feed or row[0] > feed[0][0]]
            return (new + feed)[:length]
    """,
}
RIGHT = {
    "out first, then in": """
        def apply_edge(feed, latest, event, newest_of, length):
            if event.position <= latest.get(event.followee, 0):
                return list(feed)
            latest[event.followee] = event.position
            if event.kind == "unfollow":
                return list(filter(lambda row: row[1] != event.followee, feed))
            theirs = newest_of(event.followee, length)
            known = {tweet_id for tweet_id, _ in theirs}
            merged = theirs + [row for row in feed if row[0] not in known]
            merged.sort(key=lambda row: row[0], reverse=True)
            return merged[:length]
    """,
    "a merge": """
        import heapq

        def apply_edge(feed, latest, event, newest_of, length):
            author = event.followee
            if author in latest and latest[author] >= event.position:
                return feed
            latest.update({author: event.position})
            if event.kind != "follow":
                return [row for row in feed if row[1] != author]
            page = []
            for row in heapq.merge(feed, newest_of(author, length), reverse=True):
                if len(page) == length:
                    break
                if not page or page[-1] != row:
                    page.append(row)
            return page
    """,
}


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_backfill_is_told_what_it_believes(why: str) -> None:
    assert refused("apply_edge", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("why", DEAR)
def test_a_backfill_that_reads_too_much_is_over_budget(why: str) -> None:
    assert refused("apply_edge", DEAR[why]) == ("over budget", why)


def test_a_repeat_that_is_applied_again_is_refused() -> None:
    assert refused("apply_edge", REPEATS) == ("wrong", "repeat_is_news")


@pytest.mark.parametrize("how", OTHERS)
def test_other_mistakes_are_refused_too(how: str) -> None:
    assert judged("apply_edge", OTHERS[how]).kind in ("wrong", "error")


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_backfill_is_accepted(how: str) -> None:
    assert judged("apply_edge", RIGHT[how]).kind == "right"


def test_ours_is_right() -> None:
    assert judged("apply_edge", my_parts.ours("apply_edge")).kind == "right"


def test_the_counterexample_is_a_short_story() -> None:
    said = judged("apply_edge", WRONG["arrival_is_intent"]).says
    assert said[0] == (
        "User 1 posts t1. The feed of user 0 has room for 1 and holds t1. Then user 0 unfollows user 1 (position 1), "
        "follows user 1 (position 2). The positions arrive in this order: 2, 1."
    )
    assert said[1] == "Yours gave nothing when position 1 arrived; expected was t1."


def final(history: History) -> list[apply_edge.Row]:
    """The feed that is right once everything has arrived."""
    feed, before = history.feed, list[apply_edge.Event]()
    for position in history.arrivals:
        event = history.events[position - 1]
        feed = after(feed, fresh(event, before), event, history)
        before.append(event)
    return feed


def test_in_the_end_nothing_is_left_of_whom_the_reader_last_unfollowed() -> None:
    for history in apply_edge.small():
        followed = {FRIEND} | {event.followee for event in last_intents(history) if event.kind == "follow"}
        assert {author for _, author in final(history)} <= followed


def test_where_nothing_is_pushed_out_the_order_of_arrival_makes_no_difference() -> None:
    for history in apply_edge.small():
        if history.length == len(history.authors):
            followed = {FRIEND} | {event.followee for event in last_intents(history) if event.kind == "follow"}
            assert final(history) == [row for row in history.rows if row[1] in followed]


def last_intents(history: History) -> list[apply_edge.Event]:
    """The last event on each followee, as it was meant."""
    return list({event.followee: event for event in history.events}.values())
