"""Exercise 6.1: deliver a tweet into feeds, where messages come again and come late.

What a feed must hold is the same for every order of arrival: the newest `length` of all tweets that came for its
reader. A tweet that such a feed has dropped is older than all that it holds, so it stays out when it comes again.
"""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np

import twitterlab as tl
from twitterlab.classroom.check.disguise import PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import tweet_names
from twitterlab.classroom.check.guard import Misbehaved, call_answer, short_repr
from twitterlab.parts.feeds.entries import ids_in
from twitterlab.workloads.mixes import lecture

Feeds = dict[int, list[int]]
USERS, EVENTS, LENGTH, MONTH_MS = 300, 4_000, 20, 31 * 86_400_000  # of the run in the real stage


class History(NamedTuple):
    """Tweets of one author as they come to a worker; `away` are the followers who are not active.

    Where a worker `died` before, it had put the first of them into the feed of the first active follower alone.
    """

    length: int
    followers: tuple[int, ...]
    away: tuple[int, ...]
    deliveries: tuple[int, ...]
    died: bool = False

    @property
    def active(self) -> tuple[int, ...]:
        """The followers who are."""
        return tuple(user for user in self.followers if user not in self.away)

    @property
    def served(self) -> tuple[int, ...]:
        """The follower whom a worker served before it died."""
        return self.active[: self.died]

    def came_for(self, user: int, count: int) -> tuple[int, ...]:
        """What had come for a user after so many deliveries."""
        before = self.deliveries[: user in self.served]
        return (*before, *self.deliveries[:count]) if user in self.active else ()


# Histories


def small_histories() -> Iterator[History]:
    """Every way in which up to four tweets come in up to four deliveries; then some after a worker died."""
    for count in range(1, 5):
        for deliveries in delivery_sequences(count):
            for followers, away in (((1,), ()), ((1, 2), (2,)), ((1, 2), ())):
                for length in (2, 1, 3):  # where a feed for one can hide it, two are seen first
                    yield History(length, followers, away, deliveries)
    for count, length in product(range(1, 4), (2, 1)):
        yield from (History(length, (1, 2), (), deliveries, True) for deliveries in delivery_sequences(count))


def delivery_sequences(count: int) -> Iterator[tuple[int, ...]]:
    """All sequences of so many deliveries in which each of the tweets 1 to n comes, for any n."""
    for deliveries in product(range(1, count + 1), repeat=count):
        if len(set(deliveries)) == max(deliveries):
            yield deliveries


def longer_histories() -> Any:
    """More tweets, more followers."""
    from hypothesis import strategies as st

    people = st.integers(1, 4).map(lambda n: tuple(range(1, n + 1)))
    away = st.sets(st.integers(1, 4), max_size=2).map(lambda users: tuple(sorted(users)))
    deliveries = st.lists(st.integers(1, 12), min_size=1, max_size=24).map(tuple)
    return st.builds(History, st.integers(1, 6), people, away, deliveries, st.booleans())


def story(history: History) -> str:
    """Who follows, and what comes to the worker."""
    follow = f"{users_in_words(history.followers)} follow{'s' * (len(history.followers) == 1)} user 0"
    away = tuple(user for user in history.followers if user in history.away)
    month = (
        f"; {users_in_words(away).lower()} ha{'s' if len(away) == 1 else 've'} been away for a month" if away else ""
    )
    died = "".join(f"A worker died when only user {user} had t{history.deliveries[0]}. " for user in history.served)
    come = f"The tweets of user 0 come to a worker in this order: {tweet_names(history.deliveries)}."
    return f"{follow}{month}. A feed has room for {history.length}. {died}{come}"


def users_in_words(numbers: tuple[int, ...]) -> str:
    """Users by their numbers."""
    return f"User{'s' * (len(numbers) > 1)} {' and '.join(map(str, numbers))}"


# Right or wrong


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether after each delivery the feeds hold the newest that came, and the number is of those it was new to."""
    active, feeds = history.active, {user: feed_of(history, user, 0) for user in history.served}
    for count, tweet in enumerate(history.deliveries, 1):
        before, right = ({user: feed_of(history, user, n) for user in history.followers} for n in (count - 1, count))
        taken = sum(tweet in right[user] and tweet not in before[user] for user in active)
        got = call_answer(answer, tweet, list(history.followers), set(active), feeds, history.length, may_change=(3,))
        for user in history.followers:
            if (feed := list(feeds.get(user, []))) != right[user]:
                return wrong_feed(history, count, user, feed)
        if got != taken:
            again = any(tweet in before[user] for user in active)
            why = ("counts_every_delivery", *("comes_once",) * again) if got == len(active) else ()
            return WrongAnswer(
                f"{short_repr(got)} as the number of feeds that took in {last_delivery(history, count)}",
                str(taken),
                why,
            )
    return None


def feed_of(history: History, user: int, count: int) -> list[int]:
    """The newest of all that had come for a user after so many deliveries."""
    return sorted(set(history.came_for(user, count)), reverse=True)[: history.length]


def last_delivery(history: History, count: int) -> str:
    """The tweet delivered last, and which time that was."""
    tweet = history.deliveries[count - 1]
    again = any(tweet in history.came_for(user, count - 1) for user in history.active)
    return f"t{tweet}" + " when it came again" * again


def wrong_feed(history: History, count: int, user: int, feed: list[int]) -> WrongAnswer:
    """A feed that does not hold what it should, after so many deliveries."""
    after = f" after the first {count} of them" if count < len(history.deliveries) else ""
    got = f"{tweet_names(feed)} in the feed of user {user}{after}"
    if user in history.away:
        return WrongAnswer(got, "nothing, since this user is away", ("delivers_to_all",))
    tweet = history.deliveries[count - 1]
    before, right = feed_of(history, user, count - 1), feed_of(history, user, count)
    why = [key for key, put in WRONG.items() if put(before, tweet, history.length) == feed]
    missed = feed == before and any(tweet in history.came_for(other, count - 1) for other in history.served)
    return WrongAnswer(got, tweet_names(right), (*["one_stands_for_all"] * missed, *why))


WRONG: dict[str, Callable[[list[int], int, int], list[int]]] = {  # what each makes of a feed that is right
    "comes_once": lambda feed, tweet, n: sorted([tweet, *feed], reverse=True)[:n],
    "arrival_order": lambda feed, tweet, n: feed if tweet in feed else [tweet, *feed][:n],
    "oldest_first": lambda feed, tweet, n: sorted({tweet, *feed})[-n:],
    "late_is_lost": lambda feed, tweet, n: feed if feed and tweet <= feed[0] else [tweet, *feed][:n],
    "no_end": lambda feed, tweet, n: sorted({tweet, *feed}, reverse=True),
}


# The real stage


class NotedFeeds(UserDict[int, list[int]]):
    """Feeds that note whose were looked at; who goes through all of them has looked at all."""

    def __init__(self) -> None:
        self.seen: set[object] = set()
        super().__init__()

    def __getitem__(self, reader: int) -> list[int]:
        self.seen.add(reader)
        return super().__getitem__(reader)

    def __setitem__(self, reader: int, feed: list[int]) -> None:
        self.seen.add(reader)
        super().__setitem__(reader, feed)

    def __contains__(self, reader: object) -> bool:
        self.seen.add(reader)
        return super().__contains__(reader)

    def __iter__(self) -> Iterator[int]:
        self.seen.update(self.data)
        return super().__iter__()


def stage_costs(answer: Any) -> list[StageCost]:
    """The posts of some hours from the real outboxes, shard by shard, all of them twice, beside what the stage does."""
    graph, clock = tl.FollowGraph.synthetic(users=USERS, mean_follows=12, seed=7), tl.ManualClock()
    active = set(range(0, USERS, 2))
    posts = [(event.user, "hello") for event in lecture(graph, EVENTS, correlation=1.0) if event.kind == "post"]
    with tl.PrecomputedFeeds(graph, clock=clock, shards=2, feed_length=LENGTH, active_days=30) as system:
        clock.advance(MONTH_MS)
        system.fanout.mark_active(np.array(sorted(active)))  # as their reading a page does
        system.post_many(posts)
        log = [message for outbox in system.queue.outboxes for message in outbox.take_messages(len(posts))]
        system.drain()
        deliveries, real = system.work.deliveries, {reader: feed_ids(system, reader) for reader in active}
    messages = [(message.tweet_id, graph.followers(message.user).tolist()) for message in log * 2]
    feeds, taken, looked = deliver_messages(answer, messages, active)
    for reader in sorted(active):
        if real[reader] != list(feeds.get(reader, [])):
            raise Misbehaved(f"The feed of user {reader} does not hold what the stage's own feed does.")
    twice = f"{len(posts)} posts that came twice"
    return [
        StageCost(f"feeds looked at for {twice}", looked, 2 * deliveries, "looks_at_all"),
        StageCost(f"feeds that took in one of {twice}", taken, deliveries, "counts_every_delivery"),
    ]


def feed_ids(system: tl.PrecomputedFeeds, reader: int) -> list[int]:
    """What a feed of the real stage holds, newest first."""
    found = system.fanout.feeds.read_entries(reader, None, LENGTH)
    return [] if found is None else ids_in(found[0]).tolist()


def deliver_messages(
    answer: Any, messages: list[tuple[int, list[int]]], active: set[int]
) -> tuple[NotedFeeds, int, int]:
    """The feeds after these messages, how often one took a tweet in, and how often one was looked at."""
    feeds, taken, looked = NotedFeeds(), 0, 0
    for tweet, followers in messages:
        feeds.seen.clear()
        taken += call_answer(answer, tweet, followers, active, feeds, LENGTH, may_change=(1, 2, 3))
        looked += len(feeds.seen)
    return feeds, taken, looked


EXERCISE = Exercise("6.1", small_histories, longer_histories, story, problem, stage_costs)
