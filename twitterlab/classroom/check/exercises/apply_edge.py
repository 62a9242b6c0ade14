"""Exercise 6.2: follows and unfollows that reach a feed in any order, and more than once.

After an unfollow a feed may be short: it is not filled up here. So the tweets that it holds in the end depend on the
order of arrival, and an answer is held to each arrival by itself, where one feed alone is right. An event that is not
the newest so far on its followee leaves the feed as it was; else a follow makes it the newest `length` of what it held
and all that the followee has posted, and an unfollow takes the followee's tweets out. So no tweet is left of a followee
whose last intent is unfollow, whatever came last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check.disguise import PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import Misbehaved, call_answer, short_repr

Row = tuple[int, int]  # a tweet's ID and its author
READER, FRIEND = 0, 9  # the reader, and one whom they follow all the time
USERS, POSTS, LENGTH, MANY = 5, 60, 20, 10**6  # of the run in the real stage: posts by each followee, room in a feed
EDGES = "+1 +2 +3 -2 +4 -1 +1 -3 +2"  # there the reader follows and unfollows so, one after the other


class Event(NamedTuple):
    """The reader follows or unfollows; positions number the events in the order in which they were meant, from 1."""

    position: int
    kind: str
    followee: int


class History(NamedTuple):
    """Tweets by their authors, in the order of their posting; events as meant; the positions as they arrive."""

    length: int
    authors: tuple[int, ...]
    events: tuple[Event, ...]
    arrivals: tuple[int, ...]

    @property
    def rows(self) -> list[Row]:
        """All tweets, newest first."""
        return list(enumerate(self.authors, 1))[::-1]

    @property
    def followed(self) -> set[int]:
        """Whom the reader follows at the start: the friend, and whoever is unfollowed before being followed."""
        first = {event.followee: event.kind for event in self.events[::-1]}
        return {FRIEND, *(followee for followee, kind in first.items() if kind == "unfollow")}

    @property
    def feed(self) -> list[Row]:
        """The feed at the start."""
        return [row for row in self.rows if row[1] in self.followed][: self.length]


# Histories

LAYOUTS = ((1,), (1, 1), (1, FRIEND), (FRIEND, 1), (1, 2), (2, 1), (1, 2, 1), (1, FRIEND, 2))


def small_histories() -> Iterator[History]:
    """Up to three events on up to two followees, in every order of arrival; up to two of them with one repeat."""
    for count in range(1, 4):
        orders = [*permutations(range(1, count + 1)), *(arrivals_with_repeat(count) if count < 3 else ())]
        for arrivals, events in product(sorted(orders, key=len), event_sequences(count)):
            for authors, length in product(LAYOUTS, (1, 2, 3)):
                if length <= len(authors) and {event.followee for event in events} <= {*authors}:
                    yield History(length, authors, events, arrivals)


def arrivals_with_repeat(count: int) -> Iterator[tuple[int, ...]]:
    """Arrivals of so many events of which one comes twice."""
    for order in product(range(1, count + 1), repeat=count + 1):
        if len(set(order)) == count:
            yield order


def event_sequences(count: int) -> Iterator[tuple[Event, ...]]:
    """All sequences of so many events on followees 1 and 2, beginning with 1; on each, the two kinds alternate."""
    for first, *others in product((1, 2), repeat=count):
        if first == 1:
            followees = [first, *others]
            for starts in product((1, 0), repeat=len(set(followees))):
                yield alternating_events(followees, starts)


def alternating_events(followees: Sequence[int], starts: Sequence[int]) -> tuple[Event, ...]:
    """An event on each of these followees; `starts` says with which kind each of them begins."""
    kinds = ("follow", "unfollow")
    seen = [followees[:place].count(followee) for place, followee in enumerate(followees)]
    pairs = enumerate(zip(followees, seen, strict=True), 1)
    return tuple(Event(n, kinds[(times + starts[followee - 1]) % 2], followee) for n, (followee, times) in pairs)


def longer_histories() -> Any:
    """More tweets and more events, on followees of higher numbers."""
    from hypothesis import strategies as st

    def arriving(events: tuple[Event, ...]) -> Any:
        whole = st.permutations(range(1, len(events) + 1))
        return st.tuples(whole, st.lists(st.integers(1, len(events)), max_size=4)).map(lambda two: (*two[0], *two[1]))

    events = st.builds(
        alternating_events, st.lists(st.integers(1, 4), min_size=1, max_size=8), st.tuples(*[st.integers(0, 1)] * 4)
    ).map(lambda made: tuple(event._replace(followee=300 + event.followee) for event in made))
    authors = st.lists(st.sampled_from((301, 302, 303, 304, FRIEND)), max_size=14).map(tuple)
    drawn = events.flatmap(lambda made: st.tuples(st.just(made), arriving(made)))
    return st.builds(lambda length, who, two: History(length, who, *two), st.integers(1, 6), authors, drawn)


def story(history: History) -> str:
    """Who posted, what the feed holds, what the reader did, and in which order it arrives."""
    posts = ", ".join(f"user {author} posts t{number}" for number, author in enumerate(history.authors, 1))
    feed = f"The feed of user 0 has room for {history.length} and holds {row_names(history.feed)}."
    acts = ", ".join(f"{event.kind}s user {event.followee} (position {event.position})" for event in history.events)
    order = f"The positions arrive in this order: {', '.join(map(str, history.arrivals))}."
    return f"{(posts or 'nobody posts').capitalize()}. {feed} Then user 0 {acts}. {order}"


def row_names(feed: Sequence[Any]) -> str:
    """The tweets of a feed as t1, t2 and so on."""
    return ", ".join(f"t{row[0]}" if isinstance(row, tuple) and row else short_repr(row) for row in feed) or "nothing"


# Right or wrong


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether each arrival leaves the one feed that is right."""
    feed, latest, before = history.feed, dict[int, int](), list[Event]()

    def newest_of(author: int, limit: int | None = None) -> list[Row]:
        return [row for row in history.rows if row[1] == author][:limit]

    for position in history.arrivals:
        event = history.events[position - 1]
        right = feed_after(feed, is_news(event, before), event, history)
        got = call_answer(answer, list(feed), latest, event, newest_of, history.length, may_change=(1,), then=list)
        if got != right:
            why = tuple(key for key, wrong in WRONG.items() if got in wrong(feed, before, event, history))
            when = f"when position {position} arrived{' again' * (event in before)}"
            return WrongAnswer(f"{row_names(got)} {when}", row_names(right), why)
        feed = got
        before.append(event)
    return None


def is_news(event: Event, before: Sequence[Event]) -> bool:
    """Whether an event is newer than all that arrived on its followee."""
    return all(event.position > other.position for other in before if other.followee == event.followee)


def feed_after(feed: list[Row], news: bool, event: Event, history: History) -> list[Row]:
    """The feed after an event, made from everything that there is."""
    if not news:
        return feed
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    return sorted({*feed, *followee_rows(event, history)}, reverse=True)[: history.length]


def followee_rows(event: Event, history: History) -> list[Row]:
    """All tweets of an event's followee, newest first."""
    return [row for row in history.rows if row[1] == event.followee]


def with_backfill(feed: list[Row], event: Event, history: History) -> list[list[Row]]:
    """What becomes of a feed where the newest of a followee are put to it, and not among it."""
    found = followee_rows(event, history)[: history.length] * (event.kind == "follow")
    return [rows[: history.length] for rows in (feed + found, found + feed, sorted(feed + found, reverse=True))]


Wrongly = Callable[[list[Row], list[Event], Event, History], list[list[Row]]]  # what a mistake makes of a right feed
WRONG: dict[str, Wrongly] = {
    "repeat_is_news": lambda feed, before, event, history: [
        feed_after(feed, is_news(event, [other for other in before if other != event]), event, history)
    ],
    "unfollow_leaves_no_note": lambda feed, before, event, history: [
        feed_after(feed, is_news(event, [other for other in before if other.kind == "follow"]), event, history)
    ],
    "one_position_for_all": lambda feed, before, event, history: [
        feed_after(feed, all(event.position > other.position for other in before), event, history)
    ],
    "arrival_is_intent": lambda feed, before, event, history: [feed_after(feed, True, event, history)],
    "backfill_appends": lambda feed, before, event, history: with_backfill(feed, event, history),
    "no_end": lambda feed, before, event, history: [feed_after(feed, True, event, history._replace(length=MANY))],
}


# The real stage


class CountedSource:
    """The shards of a real system, which count the rows that they send."""

    def __init__(self, system: tl.PrecomputedFeeds) -> None:
        self.system, self.rows = system, 0

    def newest_of(self, author: int, limit: int) -> list[Row]:
        database = self.system.tables.tweets_home(author, 0)
        found = database.newest_of([author], None, limit, "id, author")
        self.rows += len(found)
        return [(tweet_id, user) for tweet_id, user in found]


def stage_costs(answer: Any) -> list[StageCost]:
    """The real log of a reader's follows, handled from its end to its beginning and then once more, beside the page."""
    graph = tl.FollowGraph.from_edges([], [], USERS)
    with tl.PrecomputedFeeds(graph, clock=tl.ManualClock(), shards=2, feed_length=LENGTH) as system:
        system.post_many([(author, "hello") for _ in range(POSTS) for author in range(1, USERS)])
        for edge in EDGES.split():
            (system.follow if edge[0] == "+" else system.unfollow)(READER, int(edge[1:]))
        log = system.tables.follows_home(READER).log_after(0, 10 * POSTS * USERS)
        events = [Event(c.position, c.kind, c.followee) for c in log if c.kind in ("follow", "unfollow")]
        feed, follows, others = handle_arrivals(answer, events[::-1] + events, CountedSource(system))
        system.drain()
        if [row[0] for row in feed] != [tweet.id for tweet in system.feed(READER, LENGTH).tweets]:
            raise Misbehaved("The feed is not the page that the stage shows, once all events have arrived.")
    return [
        StageCost("rows read for one follow", follows, LENGTH, "whole_history"),
        StageCost("rows read for unfollows, and for events that came too late or again", others, 0, "reads_first"),
    ]


def handle_arrivals(answer: Any, arrivals: list[Event], source: CountedSource) -> tuple[list[Row], int, int]:
    """The feed in the end, the most rows that a follow took which was news, and the rows of all other events."""
    feed, latest, follows, others = list[Row](), dict[int, int](), 0, 0
    for place, event in enumerate(arrivals):
        source.rows = 0
        feed = call_answer(
            answer, feed, latest, event, source.newest_of, LENGTH, may_change=(1,), then=list, seconds=5.0
        )
        if event.kind == "follow" and is_news(event, arrivals[:place]):
            follows = max(follows, source.rows)
        else:
            others += source.rows
    newest = {event.followee: event.position for event in sorted(arrivals)}
    if {followee: latest.get(followee) for followee in newest} != newest:
        raise Misbehaved(f"The feed is right, and `latest` is {short_repr(latest)} in the end. It should be {newest}.")
    return feed, follows, others


EXERCISE = Exercise("6.2", small_histories, longer_histories, story, problem, stage_costs)
