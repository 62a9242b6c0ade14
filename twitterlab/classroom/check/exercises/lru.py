"""Exercise 5.1: a cache that is full lets the least recently used tweet leave."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import product
from random import Random
from typing import Any, NamedTuple
from weakref import WeakSet

import twitterlab as tl
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, REAL_ID, Look, Opaque
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import CASE_S, Misbehaved, Stopped, short_repr, time_limit
from twitterlab.parts.cache.eviction import LRU
from twitterlab.parts.store.shards import TweetKey
from twitterlab.studies.cache_lookups import Lookups, page_lookups, play_lookups, posts_then_mix
from twitterlab.workloads.mixes import replay

Call = tuple[str, int]  # what the cache is asked, and for which tweet
VERBS = ("get", "put", "discard")
USERS, STORED, EVENTS, ROOM = 300, 600, 300, 180  # of the run in the real stage
MANY, MORE = 2_000, 500  # room in a large cache, and how many leave it
FEW, USES, USES_S = 4, 70_000, 2.0  # room in a cache that is used for long, how often, and for how long at most
LONG, WATCHED = 600, 8  # calls of the longest history; tweets of which each call shows whether they are here
FAR_APART = range(REAL_ID, REAL_ID + (MANY + MORE) * 2**32, 2**32)  # keys whose last 32 bits are the same
RIGHT = "One fetch a miss. With the same room, a cache in which reading is no use would have had 1,057 of them."


class History(NamedTuple):
    """Calls to a cache with room for so many tweets; `beside` it another cache is used in turn, with other values.

    Where values are the `same`, each tweet is put with one value, time and again; else with another one each time.
    """

    room: int
    calls: tuple[Call, ...]
    beside: bool = False
    same: bool = False

    @property
    def other(self) -> History:
        """What the other cache is asked, which has room for one more: the same, with the last tweet for the first."""
        last = max((tweet for _, tweet in self.calls), default=0)
        return self._replace(room=self.room + 1, calls=tuple((verb, last + 1 - tweet) for verb, tweet in self.calls))

    def values(self, look: Look) -> list[Any]:
        """What each call puts if it is a put: of plain looks a text."""
        made = [kept_value(n) if look.first_id else f"text {n + 1}" for n in range(len(self.calls))]
        first = {tweet: made[n] for n, (_, tweet) in reversed([*enumerate(self.calls)])}
        return [first[tweet] for _, tweet in self.calls] if self.same else made


class UseRule(NamedTuple):
    """Which uses count and what leaves: as it stands here, LRU's; the others are what people mistake for it."""

    reads_count: bool = True
    writes_count: bool = True
    more_room: int = 0
    leaves: int = 0  # the place, from the least recently used on
    leaves_at_every_put: bool = False
    reads_create: bool = False


WRONG = {  # where two explain the first failure, the first of them is the likelier: the other would have failed before
    "writing_again_is_no_use": (UseRule(writes_count=False),),
    "reading_is_no_use": (UseRule(reads_count=False), UseRule(reads_count=False, writes_count=False)),
    "room_for_one_more": (UseRule(more_room=1),),
    "room_for_one_less": (UseRule(more_room=-1),),
    "every_put_evicts": (UseRule(leaves_at_every_put=True), UseRule(leaves_at_every_put=True, writes_count=False)),
    "get_creates": (UseRule(reads_create=True),),
    "newest_leaves": (UseRule(leaves=-2), UseRule(leaves=-1)),
}


class NaiveCache:
    """A list of [key, value], the least recently used first, searched from end to end."""

    def __init__(self, room: int, rule: UseRule) -> None:
        self.room, self.rule = room, rule
        self.rows: list[list[Any]] = []

    def get(self, key: int) -> Any:
        found = self.row_of(key)
        if self.rule.reads_create and not found:
            self.rows.append([key, None])
        if self.rule.reads_count and found:
            self.rows.append(self.rows.pop(self.rows.index(found)))
        return found and found[1]

    def put(self, key: int, value: Any) -> None:
        if self.rule.leaves_at_every_put and len(self.rows) == self.room:
            del self.rows[0]
        found = self.row_of(key)
        if found and not self.rule.writes_count:
            found[1] = value
            return
        self.discard(key)
        self.rows.append([key, value])
        while len(self.rows) > self.room + self.rule.more_room:
            del self.rows[max(self.rule.leaves, -len(self.rows))]

    def discard(self, key: int) -> None:
        self.rows = [row for row in self.rows if row[0] != key]

    def row_of(self, key: int) -> list[Any] | None:
        return next((row for row in self.rows if row[0] == key), None)

    def __contains__(self, key: int) -> bool:
        return self.row_of(key) is not None

    def __len__(self) -> int:
        return len(self.rows)


# Histories


def small_histories() -> Iterator[History]:
    """Every sequence of up to four calls, and of five where three find room; tweets are numbered as they first come.

    Then sequences beside another cache, and with the same value for a tweet each time.
    """
    for length, room in product(range(1, 5), (1, 2, 3)):
        yield from (History(room, calls) for calls in call_sequences(length, VERBS))
    yield from (History(3, calls) for calls in call_sequences(5, VERBS[:2]))
    for length, room in product(range(1, 4), (1, 2)):
        yield from (History(room, calls, beside=True) for calls in call_sequences(length, VERBS))
    yield from (History(2, calls, same=True) for calls in call_sequences(4, VERBS[:2]))
    yield History(60, calls_drawn(LONG, 90))


def call_sequences(length: int, verbs: Sequence[str], known: int = 0) -> Iterator[tuple[Call, ...]]:
    """All sequences of so many calls; none discards a tweet that never came before."""
    if not length:
        yield ()
        return
    for tweet, verb in product(range(1, known + 2), verbs):
        if verb != "discard" or tweet <= known:
            for rest in call_sequences(length - 1, verbs, max(known, tweet)):
                yield ((verb, tweet), *rest)


def calls_drawn(count: int, tweets: int) -> tuple[Call, ...]:
    """So many gets and puts of these tweets."""
    chance = Random(51)
    return tuple((chance.choice(VERBS[:2]), chance.randint(1, tweets)) for _ in range(count))


def longer_histories() -> Any:
    """More calls, for more tweets."""
    from hypothesis import strategies as st

    calls = st.lists(st.tuples(st.sampled_from(("get", "put", "put", "discard")), st.integers(1, 8)), max_size=40)
    return st.builds(History, st.integers(1, 6), calls.map(tuple), st.booleans(), st.booleans())


def story(history: History) -> str:
    """The calls, one after the other."""
    calls = ", ".join(f"{verb} t{tweet}" for verb, tweet in history.calls) or "nothing is asked"
    if len(history.calls) == LONG:
        calls = f"{LONG} gets and puts of {len({tweet for _, tweet in history.calls})} tweets"
    beside = (
        " In turn with it another cache is used, with room for one more: the same calls, with the last tweet for the"
        " first." * history.beside
    )
    same = " A tweet is put with the same value each time." * history.same
    return f"A cache with room for {history.room}: {calls}.{same}{beside}"


# Right or wrong


class Seen(NamedTuple):
    """What one call shows: what `get` gave and of what type, which tweets are here afterwards, and the length."""

    gave: Any
    kind: type
    here: tuple[int, ...]
    length: int


class UsedCache:
    """A cache and what its calls show; tweets go by the IDs of a look, and what is put are these values."""

    def __init__(self, cache: Any, history: History, look: Look, values: Sequence[Any]) -> None:
        self._cache, self._look, self._values, self.calls = cache, look, values, history.calls
        self.shown = list[Seen]()
        self._tweets = sorted({tweet for _, tweet in history.calls})[:WATCHED]

    def call(self, number: int) -> None:
        """Make the call of this number, and note what it shows."""
        verb, tweet = self.calls[number]
        value = (self._values[number],) if verb == "put" else ()
        gave = getattr(self._cache, verb)(self._look.tweet(tweet), *value)
        shown = gave if verb == "get" else None
        here = tuple(n for n in self._tweets if self._look.tweet(n) in self._cache)
        self.shown.append(Seen(shown, type(shown), here, len(self._cache)))


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether each call gives and leaves what it does with a list in the order of use."""
    histories = [(one, one.values(look)) for one in (history, *[history.other] * history.beside)]
    with time_limit(CASE_S * (1 + len(history.calls) // 200)):
        used = [UsedCache(answer(one.room), one, look, values) for one, values in histories]
        play_calls(used)
    for (one, values), shown in zip(histories, used, strict=True):
        right = shown_by_rule(UseRule(), one, look, values)
        if shown.shown != right:
            return first_wrong_call(one, look, shown.shown, right, values)
    return None


def kept_value(number: int) -> Any:
    """A value that is not None: empty, false, nothing to go by, or of one's own making."""
    return ("", 0, Opaque(), False, [], 0.0)[number % 6]


def play_calls(used: Sequence[UsedCache]) -> None:
    """Make each call of each cache, in turn."""
    for number in range(len(used[0].calls)):
        for one in used:
            one.call(number)


def first_wrong_call(
    history: History, look: Look, got: list[Seen], right: list[Seen], values: Sequence[Any]
) -> WrongAnswer:
    """What is said of the first call that shows something else."""
    place = next(n for n, pair in enumerate(zip(got, right, strict=True)) if pair[0] != pair[1])
    rare = history.beside or len(history.calls) == LONG  # what fails only then is none of these beliefs
    rules = {} if rare else WRONG
    why = [
        key for key, wrong in rules.items() if any(got == shown_by_rule(one, history, look, values) for one in wrong)
    ]
    return first_difference(history.calls[place], got[place], right[place], tuple(why))


def shown_by_rule(rule: UseRule, history: History, look: Look, values: Sequence[Any]) -> list[Seen]:
    """What a cache of this rule shows."""
    cache = UsedCache(NaiveCache(history.room, rule), history, look, values)
    play_calls([cache])
    return cache.shown


def first_difference(call: Call, got: Seen, right: Seen, why: tuple[str, ...]) -> WrongAnswer:
    """The first difference, in words."""
    after = f"after {call[0]} t{call[1]}"
    if (got.gave, got.kind) != (right.gave, right.kind):
        return WrongAnswer(f"{short_repr(got.gave)} for get t{call[1]}", short_repr(right.gave), why)
    if got.here != right.here:
        return WrongAnswer(
            f"a cache that holds {held_names(got.here)} {after}", f"one that holds {held_names(right.here)}", why
        )
    return WrongAnswer(f"a length of {short_repr(got.length)} {after}", str(right.length), why)


def held_names(tweets: Sequence[int]) -> str:
    """Tweets as t1, t2 and so on."""
    return " and ".join(f"t{tweet}" for tweet in tweets) or "nothing"


# The real stage


class GuardedCache:
    """The answer as the stage's cache: each call of it must end, however long the stage's own queries take."""

    def __init__(self, answer: Any, room: int) -> None:
        with time_limit():
            self.policy = answer(room)

    def get(self, key: int) -> Any:
        with time_limit():
            return self.policy.get(key)

    def put(self, key: int, value: Any) -> None:
        with time_limit():
            self.policy.put(key, value)

    def discard(self, key: int) -> None:
        with time_limit():
            self.policy.discard(key)

    def __len__(self) -> int:
        with time_limit():
            return len(self.policy)


@cache
def graph_and_lookups() -> tuple[tl.FollowGraph, Lookups]:
    """Some hours of the lecture's mix, and what its pages look up."""
    graph = tl.FollowGraph.synthetic(users=USERS, mean_follows=12, seed=7)
    return graph, page_lookups(graph, stored=STORED, events=EVENTS)


def page_keys(system: tl.TweetCache) -> list[list[TweetKey]]:
    """Post all tweets of the stream; returns where the tweets of each page are found."""
    graph, asked = graph_and_lookups()
    posts = [
        event for part in posts_then_mix(graph, stored=STORED, events=EVENTS) for event in part if event.kind == "post"
    ]
    places = [
        TweetKey(made.id, system.tables.shard_number(made.author)) for _, made in replay(system, posts, batch=500)
    ]
    return [[places[number] for number in page] for page in asked.pages]


def stage_costs(answer: Any) -> list[StageCost]:
    """The pages of some hours in the real stage, whose cache is the answer, beside a reference."""
    graph, asked = graph_and_lookups()
    misses = sum(map(len, play_lookups(asked.pages, LRU(ROOM))))
    settings: Any = {"cache": partial(GuardedCache, answer), "cache_tweets": ROOM, "shards": 1, "counting": False}
    with tl.TweetCache(graph, clock=tl.ManualClock(), **settings) as system:
        for page in page_keys(system):
            system.hydration.tweets_of_page(page)
        work, held = system.work, len(system.hydration.cache)
    if held > ROOM:
        raise Misbehaved(f"Your cache has room for {ROOM} tweets, and kept more.")
    if work.cache_misses < misses:
        fewer = f"An LRU with room for {ROOM} tweets misses {misses} here, and yours missed {work.cache_misses}."
        raise Misbehaved(f"{fewer} It kept more, or another tweet left than the one that was used least recently.")
    check_overflow(answer)
    check_long_use(answer)
    counter = f"tweets that the shards had to send for {len(asked.pages)} pages"
    return [StageCost(counter, work.cache_misses, misses, "reading_is_no_use")]


class Row:
    """Something to keep of which can be seen whether it is kept anywhere."""


def check_overflow(answer: Any) -> None:
    """See that a large cache keeps its size as well as a small one does, and lets go of what leaves.

    A tweet leaves for another one, for a new value of its own, or because it is discarded.
    """
    cache, alive = GuardedCache(answer, MANY), WeakSet[Row]()
    put_rows(cache, FAR_APART, alive)
    check_held(cache, alive, f"once {MANY + MORE} were put")
    put_rows(cache, FAR_APART[-MORE:], alive)
    check_held(cache, alive, f"once {MORE} that were here had been put again")
    for key in FAR_APART[-MORE:]:
        cache.discard(key)
    put_rows(cache, FAR_APART[:MORE], alive)
    check_held(cache, alive, f"once {MORE} that were here had been discarded, and as many others put")


def put_rows(cache: GuardedCache, keys: Iterable[int], alive: WeakSet[Row]) -> None:
    """Put something new under each key, and have an eye on it."""
    for key in keys:
        row = Row()
        alive.add(row)
        cache.put(key, row)


def check_held(cache: GuardedCache, alive: WeakSet[Row], when: str) -> None:
    """See that a full cache holds what it has room for, and nothing else anywhere."""
    if len(cache) != MANY:
        raise Misbehaved(f"Your cache has room for {MANY} tweets, and held {len(cache)} {when}.")
    gc.collect()
    if len(alive) > MANY:
        raise Misbehaved(f"Your cache has room for {MANY} tweets, and somewhere it still holds {len(alive)}, {when}.")


def check_long_use(answer: Any) -> None:
    """See that after a great many uses, and many of one tweet in a row, the least recently used one leaves still."""
    with suppress(Stopped), time_limit(USES_S):  # a slow one is held to fewer uses
        if place := first_wrong_use(answer(FEW), LRU[int, int](FEW)):
            words = f"lets another tweet leave, or gives another value, than it should after {place:,} uses"
            raise Misbehaved(f"Your cache, with room for {FEW}, {words}.")


def first_wrong_use(cache: Any, ours: LRU[int, int]) -> int:
    """After how many uses a cache first gives something else than ours; 0 where it never does."""
    draw = Random(51)
    for number in range(1, USES):
        tweet = 0 if number % 1_000 < 200 else draw.randrange(FEW + 2)
        found, right = cache.get(tweet), ours.get(tweet)
        if found != right:
            return number
        if right is None:
            cache.put(tweet, number)
            ours.put(tweet, number)
    return 0


ZERO = Look(-1, words="Here t1 has the key 0, t2 has 1, and so on.")
EXERCISE = Exercise(
    "5.1", small_histories, longer_histories, story, problem, stage_costs, says_when_right=RIGHT, looks=(*LOOKS, ZERO)
)
