"""Exercise 6.2: what the oracle ends with is what was meant last, whatever order the events came in."""

from __future__ import annotations

from twitterlab.classroom.check.exercises import apply_edge
from twitterlab.classroom.check.exercises.apply_edge import FRIEND, History, feed_after, is_news


def final(history: History) -> list[apply_edge.Row]:
    """The feed that is right once everything has arrived."""
    feed, before = history.feed, list[apply_edge.Event]()
    for position in history.arrivals:
        event = history.events[position - 1]
        feed = feed_after(feed, is_news(event, before), event, history.rows, history.length)
        before.append(event)
    return feed


def test_in_the_end_nothing_is_left_of_whom_the_reader_last_unfollowed() -> None:
    for history in apply_edge.small_histories():
        followed = {FRIEND} | {event.followee for event in last_intents(history) if event.kind == "follow"}
        assert {author for _, author in final(history)} <= followed


def test_where_nothing_is_pushed_out_the_order_of_arrival_makes_no_difference() -> None:
    for history in apply_edge.small_histories():
        if history.length == len(history.authors):
            followed = {FRIEND} | {event.followee for event in last_intents(history) if event.kind == "follow"}
            assert final(history) == [row for row in history.rows if row[1] in followed]


def last_intents(history: History) -> list[apply_edge.Event]:
    """The last event on each followee, as it was meant."""
    return list({event.followee: event for event in history.events}.values())
