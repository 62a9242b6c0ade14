"""Exercise 6.1: deliver a tweet into feeds, where messages come again and come late.

What a feed must hold is the same for every order of arrival: the newest `length` of all tweets that came for its
reader. A tweet that such a feed has dropped is older than all that it holds, so it stays out when it comes again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

import twitterlab as tl
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import tweet_names
from twitterlab.classroom.check.guard import Misbehaved, call_answer, short_repr
from twitterlab.model import integer
from twitterlab.parts.feeds.entries import ids_in
from twitterlab.workloads.mixes import lecture

Feeds = dict[int, list[int]]
STRANGER, OLD, LONG = 9, 50, 2_500  # an active user who follows somebody else; a tweet in others' feeds; a long feed
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
    came: Sequence[int] = ()  # tweets that all active followers have already
    others: bool = False  # whether those who are away, and a stranger who is active, have a feed, too

    @property
    def active(self) -> tuple[int, ...]:
        """The followers who are."""
        return tuple(user for user in self.followers if user not in self.away)

    @property
    def served(self) -> tuple[int, ...]:
        """The follower whom a worker served before it died."""
        return self.active[:1] if self.died else ()

    def came_for(self, user: int, count: int) -> tuple[int, ...]:
        """What had come for a follower after so many deliveries."""
        before = (*self.came, *self.deliveries[: user in self.served])
        return () if user in self.away else (*before, *self.deliveries[:count])

    @property
    def others_feeds(self) -> dict[int, list[int]]:
        """The feeds that must stay as they are: of followers who are away, and of a stranger."""
        return {user: [OLD] for user in (*self.away, STRANGER)} if self.others else {}


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
    for followers, away in (((1,), ()), ((1, 2), (2,)), ((2, 1), (2,))):
        yield from (History(2, followers, away, made, others=True) for made in delivery_sequences(2))
    yield History(LONG, (1,), (), (LONG + 1, 2 * LONG + 1, 1, 2, LONG), came=range(2, 2 * LONG, 2))
    yield History(2, tuple(range(1, LONG + 1)), (3,), (2, 1))


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
    return st.builds(
        lambda length, followers, gone, made, died, others: History(length, followers, gone, made, died, others=others),
        *(st.integers(1, 6), people, away, deliveries, st.booleans(), st.booleans()),
    )


def story(history: History) -> str:
    """Who follows, and what comes to the worker."""
    follow = f"{users_in_words(history.followers)} follow{'s' * (len(history.followers) == 1)} user 0"
    away = tuple(user for user in history.followers if user in history.away)
    month = (
        f"; {users_in_words(away).lower()} ha{'s' if len(away) == 1 else 've'} been away for a month" if away else ""
    )
    died = "".join(f"A worker died when only user {user} had t{history.deliveries[0]}. " for user in history.served)
    if history.came:
        died = f"It is full: its {len(history.came):,} tweets are t{history.came[0]} to t{history.came[-1]}. "
    if history.others:
        died += f"Who is away has t{OLD} in the feed, and so has user {STRANGER}, who is active and follows others. "
    come = f"The tweets of user 0 come to a worker in this order: {tweet_names(history.deliveries)}."
    return f"{follow}{month}. A feed has room for {history.length}. {died}{come}"


def users_in_words(numbers: tuple[int, ...]) -> str:
    """Users by their numbers."""
    listed = numbers if len(numbers) < 10 else (numbers[0], f"{len(numbers) - 1:,} others")
    return f"User{'s' * (len(numbers) > 1)} {' and '.join(map(str, listed))}"


# Right or wrong


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether after each delivery the feeds hold the newest that came, and the number is of those it was new to."""
    given = GivenFeeds(history, look)
    for count, tweet in enumerate(history.deliveries, 1):
        before, right = ({user: feed_of(history, user, n) for user in history.active} for n in (count - 1, count))
        taken = sum(tweet in right[user] and tweet not in before[user] for user in history.active)
        got = given.deliver(answer, tweet)
        away: dict[int, list[int]] = {user: [] for user in history.away}
        for user, feed in (away | right | history.others_feeds).items():
            if (held := given.feed(user)) != feed:
                return wrong_feed(history, count, user, held)
        if (number := integer(got)) != taken:
            again = any(tweet in before[user] for user in history.active)
            why = ("counts_every_delivery", *("comes_once",) * again) if number == len(history.active) else ()
            told = f"{short_repr(got)} as the number of feeds that took in {last_delivery(history, count)}"
            return WrongAnswer(told, str(taken), why)
    return None if look == PLAIN else wrong_after_loss(answer, history, given)


def wrong_after_loss(answer: Any, history: History, given: GivenFeeds) -> WrongAnswer | None:
    """What is wrong once all feeds are lost, and the last tweet comes again."""
    given.lose_feeds()
    tweet = history.deliveries[-1]
    got, right = integer(given.deliver(answer, tweet)), len(history.active)
    found = {user: given.feed(user) for user in history.active}
    if (got, found) == (right, {user: [tweet] for user in history.active}):
        return None
    told = f"{got} feeds that took in t{tweet} again, once all feeds were lost; they hold {found}"
    return WrongAnswer(told, f"{right}, each of which holds it")


class GivenFeeds:
    """Feeds, followers and active users as an answer is given them, in the numbers of a look."""

    def __init__(self, history: History, look: Look) -> None:
        self._history, self._look = history, look
        self._followers = look.shuffled(map(look.user, history.followers))
        self._active = {look.user(user) for user in (*history.active, *(STRANGER,) * history.others)}
        feeds = {user: feed_of(history, user, 0) for user in (history.active if history.came else history.served)}
        self._feeds = {
            look.user(user): list(map(look.tweet, feed)) for user, feed in (feeds | history.others_feeds).items()
        }

    def deliver(self, answer: Any, tweet: int) -> Any:
        """What the answer gives for a tweet."""
        followers, active, length = self._followers, self._active, self._history.length
        return call_answer(answer, self._look.tweet(tweet), followers, active, self._feeds, length, may_change=(3,))

    def lose_feeds(self) -> None:
        """Empty them all, as when a cache is lost."""
        self._feeds.clear()

    def feed(self, user: int) -> list[int]:
        """What is in a user's feed, by the small numbers; Misbehaved where it is no list."""
        held = self._feeds.get(self._look.user(user), [])
        if type(held) is not list:
            raise Misbehaved(f"The feed of user {user} is {short_repr(held)} now. A feed is a list of IDs.")
        return list(map(self._look.tweet_number, held))


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
    if user in history.others_feeds:
        return WrongAnswer(got, f"t{OLD}, as before", ("delivers_to_all",) * (len(feed) > 1))
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


class NotedFeeds(dict[int, list[int]]):
    """Feeds that note whose were looked at; who goes through all of them, or copies them, has looked at all."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[object] = set()


def noting_one(name: str) -> Callable[..., Any]:
    """A method of a dict that looks at one feed."""
    method = getattr(dict, name)

    def call(feeds: NotedFeeds, reader: int, *rest: Any) -> Any:
        feeds.seen.add(reader)
        return method(feeds, reader, *rest)

    return call


def noting_all(name: str) -> Callable[..., Any]:
    """A method of a dict that goes through all feeds."""
    method = getattr(dict, name)

    def call(feeds: NotedFeeds, *rest: Any) -> Any:
        feeds.seen.update(dict[int, list[int]].keys(feeds))
        return method(feeds, *rest)

    return call


def refuse_copy(*_: object) -> Any:
    """There is no way to copy all feeds at once."""
    raise Misbehaved(
        "Your function copies the feeds of everybody for one tweet. Look at those of active followers alone."
    )


for _name in ("__getitem__", "__setitem__", "__delitem__", "__contains__", "get", "setdefault", "pop"):
    setattr(NotedFeeds, _name, noting_one(_name))
for _name in ("__iter__", "__reversed__", "__or__", "__ror__", "__eq__", "__ne__", "__repr__"):
    setattr(NotedFeeds, _name, noting_all(_name))
for _name in ("keys", "values", "items", "copy", "popitem", "clear"):
    setattr(NotedFeeds, _name, noting_all(_name))
for _name in ("__copy__", "__deepcopy__", "__reduce_ex__"):
    setattr(NotedFeeds, _name, refuse_copy)


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
    feeds, taken, looked = deliver_messages(answer, messages, set(active))
    for reader, feed in real.items():
        if feed != dict.get(feeds, reader, []):
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
        taken += call_answer(answer, tweet, followers, active, feeds, LENGTH, may_change=(3,))
        looked += len(feeds.seen)
    return feeds, taken, looked


EXERCISE = Exercise("6.1", small_histories, longer_histories, story, problem, stage_costs, looks=LOOKS)
