"""Exercise 6.2: follows and unfollows that reach a feed in any order, and more than once.

After an unfollow a feed may be short: it is not filled up here. So the tweets that it holds in the end depend on the
order of arrival, and an answer is held to each arrival by itself, where one feed alone is right. An event that is not
the newest so far on its followee leaves the feed as it was; else a follow makes it the newest `length` of what it held
and all that the followee has posted, and an unfollow takes the followee's tweets out. So no tweet is left of a followee
whose last intent is unfollow, whatever came last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations, product
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import Misbehaved, Unreachable, call_answer, short_repr

Row = tuple[int, int]  # a tweet's ID and its author
READER, FRIEND = 0, 9  # the reader, and one whom they follow all the time
USERS, POSTS, LENGTH, MANY = 5, 60, 20, 10**6  # of the run in the real stage: posts by each followee, room in a feed
LENGTHY = 1_500  # tweets of each author in the longest history
BESIDES = {
    "": "",
    "posts": " Before each of them arrives, its followee posts once more.",
    "fails": " At each follow the shard cannot be reached at first, and the event comes once more.",
    "beside": " While the followee's tweets are read, the same event is applied to another reader's empty feed.",
}
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
    besides: str = ""  # "posts": before each arrival its followee posts; "fails", "beside": as the story says

    @property
    def rows(self) -> list[Row]:
        """All tweets that are there at first, newest first."""
        return list(enumerate(self.authors, 1))[::-1]

    def rows_at(self, arrival: int) -> list[Row]:
        """All tweets that are there when an event arrives, newest first."""
        arrived = [self.events[position - 1].followee for position in self.arrivals[: arrival + 1]]
        return list(enumerate((*self.authors, *arrived * (self.besides == "posts")), 1))[::-1]

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
    for besides, count in product(("posts", "fails", "beside"), (1, 2, 3)):
        for events in event_sequences(count):
            yield History(3, (1, FRIEND, 2), events, tuple(range(1, count + 1)), besides)
    many = tuple(1 + 8 * (n * n % 2) for n in range(2 * LENGTHY))  # of user 1 and the friend, by turns
    yield History(2 * LENGTHY, many, (Event(1, "follow", 1), Event(2, "unfollow", 1)), (1, 2))


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
    besides = st.sampled_from(("", "", "posts", "fails", "beside"))
    return st.builds(
        lambda length, who, two, also: History(length, who, two[0], two[1], also),
        *(st.integers(1, 6), authors, drawn, besides),
    )


def story(history: History) -> str:
    """Who posted, what the feed holds, what the reader did, and in which order it arrives."""
    posts = ", ".join(f"user {author} posts t{number}" for number, author in enumerate(history.authors, 1))
    feed = f"The feed of user 0 has room for {history.length} and holds {row_names(history.feed)}."
    acts = ", ".join(f"{event.kind}s user {event.followee} (position {event.position})" for event in history.events)
    order = f"The positions arrive in this order: {', '.join(map(str, history.arrivals))}."
    if len(history.authors) > 2 * LENGTH:
        posts = f"users 1 and {FRIEND} post {len(history.authors):,} tweets by turns"
    return f"{(posts or 'nobody posts').capitalize()}. {feed} Then user 0 {acts}. {order}{BESIDES[history.besides]}"


def row_names(feed: Sequence[Any]) -> str:
    """The tweets of a feed as t1, t2 and so on."""
    names = [f"t{row[0]}" if isinstance(row, tuple) and row else short_repr(row) for row in feed[:LENGTH]]
    return ", ".join(names) + ", …" * (len(feed) > LENGTH) or "nothing"


# Right or wrong


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether each arrival leaves the one feed that is right."""
    given, before = GivenEdges(answer, history, look), list[Event]()
    for arrival, position in enumerate(history.arrivals):
        event, rows, feed = history.events[position - 1], history.rows_at(arrival), given.feed
        right = feed_after(feed, is_news(event, before), event, rows, history.length)
        if history.besides == "fails" and is_news(event, before) and not given.fails_aloud(event, rows):
            return WrongAnswer("a feed, as if nothing had failed", "the error of newest_of")
        got = given.apply(event, rows)
        when = f"when position {position} arrived{' again' * (event in before)}"
        if got != right:
            wrong = WRONG.items() if history.besides != "posts" else ()
            why = tuple(key for key, made in wrong if got in made(feed, before, event, history))
            return WrongAnswer(f"{row_names(got)} {when}", row_names(right), why)
        before.append(event)
        kept = {one.followee: one.position for one in sorted(before)}
        if look != PLAIN and given.latest != kept:  # in plain numbers the feed shows by which belief
            return WrongAnswer(f"{given.latest} as latest {when}", str(kept))
    return None


class GivenEdges:
    """A feed and what is kept of its events, as the answer is given them in the numbers of a look."""

    def __init__(self, answer: Any, history: History, look: Look) -> None:
        self._answer, self._history, self._look = answer, history, look
        self.feed, self._latest = history.feed, dict[int, int]()
        self._rows = history.rows
        self._before: Callable[[], object] = list
        self._newest_of = self._rows_of  # the same for all arrivals

    @property
    def latest(self) -> dict[int, int]:
        """The newest position of each followee."""
        return {self._look.user_number(followee): position for followee, position in self._latest.items()}

    def apply(self, event: Event, rows: list[Row]) -> list[Row]:
        """The feed that the answer makes of an event, where these tweets are there."""
        self._rows = rows
        self._before = partial(self._apply_beside, event) if self._history.besides == "beside" else list
        self.feed = self._made(self.feed, self._latest, event)
        return self.feed

    def fails_aloud(self, event: Event, rows: list[Row]) -> bool:
        """Whether an event whose tweets cannot be read is an error, or needs none; whoever called takes it back."""
        self._rows, self._before, kept = rows, self._fail, dict(self._latest)
        try:
            self._made(self.feed, self._latest, event)
        except Unreachable:
            noted = {self._look.user(event.followee): event.position}
            if self._latest not in (kept, kept | noted):
                raise Misbehaved(f"newest_of failed, and `latest` is {self._latest} now. It was {kept}.") from None
            return True
        finally:
            self._latest = kept
        return event.kind == "unfollow"

    def _made(self, feed: list[Row], latest: dict[int, int], event: Event) -> list[Row]:
        look, given = self._look, [(self._look.tweet(n), self._look.user(author)) for n, author in feed]
        edge = event._replace(followee=look.user(event.followee))
        asked = given, latest, edge, self._newest_of, self._history.length
        got = call_answer(self._answer, *asked, may_change=(1,), gives=list)
        return [self._row_told(row) for row in got]

    def _row_told(self, row: Any) -> Any:
        if not isinstance(row, tuple) or len(row) != 2:
            return row
        return self._look.tweet_number(row[0]), self._look.user_number(row[1])

    def _rows_of(self, author: int, limit: int | None = None) -> list[Row]:
        self._before()
        look, wanted = self._look, self._look.user_number(author)
        return [(look.tweet(number), author) for number, who in self._rows if who == wanted][:limit]

    def _fail(self) -> None:
        raise Unreachable("the shard cannot be reached")

    def _apply_beside(self, event: Event) -> None:
        self._before = list
        got, right = self._made([], {}, event), feed_after([], True, event, self._rows, self._history.length)
        if got != right:
            raise Misbehaved(f"The other reader's feed is {row_names(got)}, and should be {row_names(right)}.")


def is_news(event: Event, before: Sequence[Event]) -> bool:
    """Whether an event is newer than all that arrived on its followee."""
    return all(event.position > other.position for other in before if other.followee == event.followee)


def feed_after(feed: list[Row], news: bool, event: Event, rows: list[Row], length: int) -> list[Row]:
    """The feed after an event, made from everything that there is."""
    if not news:
        return feed
    if event.kind == "unfollow":
        return [row for row in feed if row[1] != event.followee]
    return sorted({*feed, *followee_rows(event, rows)}, reverse=True)[:length]


def followee_rows(event: Event, rows: list[Row]) -> list[Row]:
    """All tweets of an event's followee, newest first."""
    return [row for row in rows if row[1] == event.followee]


def wrongly_after(feed: list[Row], news: bool, event: Event, history: History) -> list[list[Row]]:
    """The feed after an event that is taken for news or not."""
    return [feed_after(feed, news, event, history.rows, history.length)]


def with_backfill(feed: list[Row], event: Event, history: History) -> list[list[Row]]:
    """What becomes of a feed where the newest of a followee are put to it, and not among it."""
    if event.kind != "follow":
        return []
    found = followee_rows(event, history.rows)[: history.length]
    return [rows[: history.length] for rows in (feed + found, found + feed, sorted(feed + found, reverse=True))]


Wrongly = Callable[[list[Row], list[Event], Event, History], list[list[Row]]]  # what a mistake makes of a right feed
WRONG: dict[str, Wrongly] = {
    "repeat_is_news": lambda feed, before, event, history: wrongly_after(
        feed, is_news(event, [other for other in before if other != event]), event, history
    ),
    "unfollow_leaves_no_note": lambda feed, before, event, history: wrongly_after(
        feed, is_news(event, [other for other in before if other.kind == "follow"]), event, history
    ),
    "one_position_for_all": lambda feed, before, event, history: wrongly_after(
        feed, all(event.position > other.position for other in before), event, history
    ),
    "arrival_is_intent": lambda feed, before, event, history: wrongly_after(feed, True, event, history),
    "backfill_appends": lambda feed, before, event, history: with_backfill(feed, event, history),
    "no_end": lambda feed, before, event, history: wrongly_after(feed, True, event, history._replace(length=MANY)),
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
            answer, feed, latest, event, source.newest_of, LENGTH, may_change=(1,), gives=list, seconds=5.0
        )
        if event.kind == "follow" and is_news(event, arrivals[:place]):
            follows = max(follows, source.rows)
        else:
            others += source.rows
    newest = {event.followee: event.position for event in sorted(arrivals)}
    if {followee: latest.get(followee) for followee in newest} != newest:
        raise Misbehaved(f"The feed is right, and `latest` is {short_repr(latest)} in the end. It should be {newest}.")
    return feed, follows, others


EXERCISE = Exercise("6.2", small_histories, longer_histories, story, problem, stage_costs, looks=LOOKS)
