"""Streams: events in time order, what makes them valid, and their replay against any stage.

A stream is *valid* when, replayed in order from the graph that it was made for, nobody follows whom they follow
already, unfollows a stranger, or touches a tweet that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twitterlab.workloads.draws import Draw, Lengths, Numbers, draw_texts

if TYPE_CHECKING:
    from twitterlab.clock import ManualClock
    from twitterlab.model import Tweet
    from twitterlab.workloads.graph import FollowGraph

EVENT_KINDS = ("post", "follow", "unfollow", "delete", "feed", "tweets_of", "tweet", "followers")
POST, FOLLOW, UNFOLLOW, DELETE, FEED, TWEETS_OF, TWEET, FOLLOWERS = range(len(EVENT_KINDS))
TRIES = 8  # draws of a follow or unfollow before its user reads instead: enough unless nearly everybody is followed


class Event(NamedTuple):
    """One call, made by `user` at `at_ms` Unix milliseconds; its `kind` is one of `KINDS`.

    `other` is the followee (follow, unfollow), the author asked for (tweets_of), the number of an earlier post of this
    stream, counted from 0 (delete, tweet), or -1. Only a post has `text`.
    """

    at_ms: int
    kind: str
    user: int
    other: int = -1
    text: str = ""


@dataclass(frozen=True)
class Stream:
    """Events as columns of equal length; `kind` holds indexes into `KINDS`."""

    at_ms: Numbers
    kind: Numbers
    user: Numbers
    other: Numbers


class People(NamedTuple):
    """Who calls, who writes, and whose tweets are asked for."""

    readers: Draw
    writers: Draw
    asked: Draw


def draw_stream(rng: np.random.Generator, at_ms: Numbers, shares: dict[int, float], people: People) -> Stream:
    """A stream with kinds in proportion to `shares`; follows, unfollows, deletes and tweets are still to be settled."""
    n = len(at_ms)
    totals = np.cumsum(list(shares.values()))
    kind = np.array(list(shares))[np.searchsorted(totals, rng.random(n) * totals[-1], side="right")]
    user = np.where(kind == POST, people.writers(rng, n), people.readers(rng, n))
    return Stream(at_ms, kind, user, np.where(kind == TWEETS_OF, people.asked(rng, n), -1))


class StreamState:
    """Who follows whom and which posts are there, as the stream goes on; it settles each event that depends on that.

    `settle` takes a kind, its user and `TRIES` numbers in [0, 1), and returns a kind, user and other that are valid.
    """

    def __init__(self, graph: FollowGraph) -> None:
        followers, followees = graph.edge_arrays()
        self.users, self.followees = graph.users, followees
        self.pairs = followers.astype(np.int64) * graph.users + followees  # sorted, as the edges are
        self.changed: dict[int, bool] = {}
        self.added: list[int] = []
        self.authors: list[int] = []
        self.alive: list[int] = []

    def settle_event(self, kind: int, user: int, chances: list[float]) -> tuple[int, int, int]:
        """The event that these chances make of a kind and its user: (kind, user, other), valid at this point."""
        if kind == FOLLOW:
            return self._settle_follow(user, chances)
        if kind == UNFOLLOW:
            return self._settle_unfollow(user, chances)
        if kind == POST or (kind == TWEET and not self.alive):  # a tweet asked for before there is one becomes it
            return self._settle_post(user)
        if not self.alive:
            return FEED, user, -1
        at = int(chances[0] * len(self.alive))
        return (TWEET, user, self.alive[at]) if kind == TWEET else self._settle_delete(at)

    def follow_holds(self, pair: int) -> bool:
        """Whether `follower * users + followee` is a follow now; O(log E)."""
        if pair not in self.changed:
            at = int(self.pairs.searchsorted(pair))
            return at < len(self.pairs) and int(self.pairs[at]) == pair
        return self.changed[pair]

    def _settle_post(self, user: int) -> tuple[int, int, int]:
        self.alive.append(len(self.authors))
        self.authors.append(user)
        return POST, user, -1

    def _settle_follow(self, user: int, chances: list[float]) -> tuple[int, int, int]:
        """Somebody new, with weight follower count + 1: a random follow's followee, or a random user."""
        for chance in chances:
            at = int(chance * (len(self.followees) + self.users))
            followee = int(self.followees[at]) if at < len(self.followees) else at - len(self.followees)
            pair = user * self.users + followee
            if followee != user and not self.follow_holds(pair):
                if pair not in self.changed:
                    self.added.append(pair)
                self.changed[pair] = True
                return FOLLOW, user, followee
        return FEED, user, -1

    def _settle_unfollow(self, user: int, chances: list[float]) -> tuple[int, int, int]:
        """Any follow that holds, the graph's or the stream's, one as likely as another."""
        for chance in chances if len(self.pairs) + len(self.added) else []:
            at = int(chance * (len(self.pairs) + len(self.added)))
            pair = int(self.pairs[at]) if at < len(self.pairs) else self.added[at - len(self.pairs)]
            if self.follow_holds(pair):
                self.changed[pair] = False
                return UNFOLLOW, pair // self.users, pair % self.users
        return FEED, user, -1

    def _settle_delete(self, at: int) -> tuple[int, int, int]:
        self.alive[at], self.alive[-1] = self.alive[-1], self.alive[at]
        number = self.alive.pop()
        return DELETE, self.authors[number], number


def settle_stream(graph: FollowGraph, rng: np.random.Generator, stream: Stream) -> None:
    """Make `stream` valid in place; only events that change something, or name a tweet, are looked at one by one."""
    view = StreamState(graph)
    open_ones = np.flatnonzero(np.isin(stream.kind, (POST, FOLLOW, UNFOLLOW, DELETE, TWEET)))
    columns = (open_ones, stream.kind[open_ones], stream.user[open_ones], rng.random((len(open_ones), TRIES)))
    for at, kind, user, chances in zip(*(column.tolist() for column in columns), strict=True):
        stream.kind[at], stream.user[at], stream.other[at] = view.settle_event(kind, user, chances)


def events_of(
    graph: FollowGraph, rng: np.random.Generator, stream: Stream, lengths: Lengths | None = None
) -> list[Event]:
    """The stream made valid, as a list of events whose posts have texts."""
    settle_stream(graph, rng, stream)
    posts = np.flatnonzero(stream.kind == POST)
    text = [""] * len(stream.kind)
    for at, words in zip(posts.tolist(), draw_texts(rng, len(posts), lengths), strict=True):
        text[at] = words
    kinds = [EVENT_KINDS[kind] for kind in stream.kind.tolist()]
    return list(map(Event, stream.at_ms.tolist(), kinds, stream.user.tolist(), stream.other.tolist(), text))


def replay(
    system: Any, events: Iterable[Event], clock: ManualClock | None = None, batch: int = 1
) -> Iterator[tuple[Event, Any]]:
    """Apply each event to any stage and yield (event, what the stage returned), in order.

    `clock`, the stage's own, is moved on to each event's time, never back. Up to `batch` posts in a row become one
    `system.post_many`, at the time of the last of them. A stage's errors pass through.
    """
    tweets: list[Tweet] = []
    for run in _runs_of_posts(events, batch):
        if clock is not None:
            clock.advance(max(0, run[-1].at_ms - clock.now()))
        if run[0].kind == "post":
            tweets += (posted := _call_post(system, run))
            yield from zip(run, posted, strict=True)
        else:
            yield run[0], _call_other(system, run[0], tweets)


def _runs_of_posts(events: Iterable[Event], batch: int) -> Iterator[list[Event]]:
    """Every event by itself, but up to `batch` posts in a row together."""
    posts: list[Event] = []
    for event in events:
        if posts and (event.kind != "post" or len(posts) == batch):
            yield posts
            posts = []
        if event.kind == "post" and batch > 1:
            posts.append(event)
        else:
            yield [event]
    if posts:
        yield posts


def _call_post(system: Any, run: list[Event]) -> list[Tweet]:
    if len(run) == 1:
        return [system.post(run[0].user, run[0].text)]
    return list(system.post_many([(event.user, event.text) for event in run]))


def _call_other(system: Any, event: Event, tweets: list[Tweet]) -> Any:
    """What the stage returns for an event that is not a post; `tweets` are the stream's posts so far, by number."""
    match event.kind:
        case "delete":
            return system.delete(event.user, tweets[event.other].id)
        case "tweet":
            return system.tweet(tweets[event.other].author, tweets[event.other].id)
        case "tweets_of":
            return system.tweets_of(event.other)
        case "follow" | "unfollow":
            return getattr(system, event.kind)(event.user, event.other)
        case "feed" | "followers":
            return getattr(system, event.kind)(event.user)
    raise ValueError(f"an event is one of {', '.join(EVENT_KINDS)}, not {event.kind!r}")
