"""Exercise 5.2: from the IDs of a page to its tweets, with one request to each shard that must help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, Look, object_with
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.lru import graph_and_lookups, page_keys
from twitterlab.classroom.check.exercises.words import list_of_names
from twitterlab.classroom.check.guard import Misbehaved, Unreachable, call_answer, short_repr
from twitterlab.model import Tweet
from twitterlab.parts.cache.eviction import LRU
from twitterlab.parts.store.shards import TweetKey

Place = tuple[int, str]  # the shard that keeps a tweet, and where the tweet is
CACHED, STORED, GONE = STATES = ("cached", "stored", "gone")
PLENTY, ROOM = 20, 260  # room in the cache: of the small histories, and of the run in the real stage
LONG, WHOLE_PAGE = 3_000, 200  # keys of the longest page, and of the longest that a reader may ask for
BESIDES = {
    "": "",
    "fails": " At first a shard cannot be reached, and the page is asked for once more.",
    "beside": " While a shard answers, another reader's page is made, of the same tweets without the newest.",
}
RIGHT = """Once warm, the cache had 94.9 % of what the full pages of this run looked up, and only 64 % of these pages
needed no shard. Do the sum: twenty-one lookups, and one in twenty is a miss; that is one a page, on average."""


class History(NamedTuple):
    """A page, newest tweet first, and the room in the cache; all that is cached is stored too."""

    room: int
    page: tuple[Place, ...]
    besides: str = ""

    @property
    def keys(self) -> list[tuple[int, int]]:
        """What `hydrate` is given: the newest tweet has the highest ID."""
        return [(len(self.page) - n, shard) for n, (shard, _) in enumerate(self.page)]

    def tweets(self, *states: str, shard: int | None = None) -> list[Tweet]:
        """Those in one of these states, of one shard or of all."""
        pairs = zip(self.keys, self.page, strict=True)
        return [tweet_with_id(key[0]) for key, place in pairs if place[1] in states and shard in (None, key[1])]


def tweet_with_id(number: int) -> Tweet:
    """The tweet with this ID."""
    return Tweet(number, 7, f"text {number}", None, 0)


def real_tweet(look: Look, tweet: Tweet) -> Tweet:
    """A tweet as a real system has it: with a real ID, and of some only a picture."""
    if look == PLAIN:
        return tweet
    picture = tweet.id % 2 == 0
    return tweet._replace(
        id=look.tweet(tweet.id), author=0, text="" if picture else tweet.text, media="a picture" if picture else None
    )


class StubShard:
    """The tweets of one shard, which answers in an order of its own, and notes what it was asked for.

    `before` is done before it answers.
    """

    def __init__(self, tweets: list[Tweet], look: Look, before: Callable[[], object]) -> None:
        self.kept = {tweet.id: tweet for tweet in tweets}
        self.asked: list[int] = []
        self.requests = 0
        self._look, self._before = look, before

    def tweets(self, ids: Iterable[int]) -> list[Tweet]:
        """Those of the tweets that are here: the oldest first, or in the order of the look."""
        ids = sorted(ids)
        self.requests += 1
        self._before()
        self.asked += ids
        return self._look.shuffled(self.kept[number] for number in ids if number in self.kept)


def given_cache(cache: CheckedCache) -> Any:
    """What an answer is given of a cache: what the statement says, and nothing else."""
    return object_with(get=cache.get, put=cache.put)


class CheckedCache(LRU[int, Tweet]):
    """A cache that takes each tweet under its own ID, and nothing else."""

    def put(self, key: int, value: Tweet) -> None:
        if not isinstance(value, Tweet) or key != value.id:
            raise Misbehaved(
                f"Your function put {page_names([value])} into the cache, under the key {short_repr(key)}."
            )
        super().put(key, value)


# Histories


def small_histories() -> Iterator[History]:
    """Pages of up to four tweets on two shards, each cached, stored or gone; short ones with a small cache too."""
    for tweets in range(5):
        for room in (PLENTY, 1) if tweets < 4 else (PLENTY,):
            for places in product(product((0, 1), STATES), repeat=tweets):
                if not places or places[0][0] == 0:  # the shards might as well have the other's number
                    yield fitting_history(room, places)
    for besides, tweets in product(("fails", "beside"), (2, 3)):
        for places in product(product((0, 1), STATES[:2]), repeat=tweets):
            yield fitting_history(PLENTY, places, besides)
    for count in (30, 200, LONG):
        yield fitting_history(LONG, [(n * n % 4, STATES[n * 7 % 3]) for n in range(count)])


def fitting_history(room: int, places: Iterable[Place], besides: str = "") -> History:
    """A history in which no more tweets are cached than there is room for: the others are only stored."""
    page: list[Place] = []
    for shard, state in places:
        full = room < LONG and sum(other == CACHED for _, other in page) == room
        page.append((shard, STORED if full and state == CACHED else state))
    return History(room, tuple(page), besides)


def longer_histories() -> Any:
    """Longer pages on four shards."""
    from hypothesis import strategies as st

    places = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(STATES)), max_size=20)
    besides = st.sampled_from(("", "", "fails", "beside"))
    return st.builds(fitting_history, st.sampled_from((PLENTY, 1, 2, 5)), places, besides)


def story(history: History) -> str:
    """Which tweets the page has, and where each of them is."""
    parts = [f"the cache has {page_names(cached)}"] if (cached := history.tweets(CACHED)) else []
    for n in sorted({shard for shard, _ in history.page}):
        parts += [f"shard {n} has {page_names(stored)}"] if (stored := history.tweets(STORED, shard=n)) else []
    parts += (
        [f"{page_names(gone)} {'was' if len(gone) == 1 else 'were'} deleted"] if (gone := history.tweets(GONE)) else []
    )
    room = f" The cache has room for {history.room}." if history.room < len(history.page) else ""
    if len(history.page) > PLENTY:
        return f"A page of {len(history.page):,} tweets, of which a third each is cached, stored alone and deleted."
    told = f"A page of {page_names(history.tweets(*STATES))}: {'; '.join(parts)}.{room}{BESIDES[history.besides]}"
    return told if parts else "An empty page."


def page_names(tweets: Sequence[Any]) -> str:
    """Tweets as t1, t2 and so on."""
    return list_of_names([f"t{one.id}" if isinstance(one, Tweet) else short_repr(one) for one in tweets], PLENTY)


# Right or wrong


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the page has its tweets, and the same page once more needs no shard for what it was given."""
    made = MadePage(answer, history, look)
    if history.besides == "fails" and not all(map(made.fails_aloud, range(made.shards_needed)[::-1])):
        return WrongAnswer("a page, as if nothing had failed", "the error of the shard")
    right = history.tweets(CACHED, STORED)
    others_right = [tweet for tweet in right if tweet.id < len(history.page)]
    for time in ("", ", when asked again"):
        made.forget_requests()
        got = made.page()
        if got != right:
            return WrongAnswer(page_names(got) + time, page_names(right), misconceptions_of(history, got, right))
        if made.others not in (None, others_right):
            return WrongAnswer(f"{page_names(made.others)} on the other reader's page", page_names(others_right))
    again = made.fetched()
    if again and history.room >= PLENTY:
        return WrongAnswer(
            f"a request for {page_names(again)} when the page was asked again", "none", ("fetches_again",)
        )
    return None


class MadePage:
    """The cache and the shards of a history, and the pages that the answer makes from them."""

    def __init__(self, answer: Any, history: History, look: Look) -> None:
        self._answer, self._look = answer, look
        self._keys = [(look.tweet(number), shard) for number, shard in history.keys]
        self._known = {real_tweet(look, tweet): tweet for tweet in history.tweets(*STATES)}
        self._before: Callable[[], object] = self._read_beside if history.besides == "beside" else list
        self._cache = CheckedCache(history.room)
        self.others: list[Any] | None = None  # what another reader was given
        for cached in history.tweets(CACHED)[::-1]:
            self._cache.put(look.tweet(cached.id), real_tweet(look, cached))
        kept = [history.tweets(CACHED, STORED, shard=n) for n in range(1 + max(n for n, _ in ((1, ""), *history.page)))]
        self._shards = [
            StubShard([real_tweet(look, tweet) for tweet in tweets], look, self._let_happen) for tweets in kept
        ]

    def page(self) -> list[Any]:
        """The tweets that the answer gives, by their small numbers."""
        given = list(self._keys), given_cache(self._cache), self._given_shards()
        return self._told(call_answer(self._answer, *given, gives=list))

    def requests(self) -> int:
        """How many requests the shards have got."""
        return sum(shard.requests for shard in self._shards)

    @property
    def shards_needed(self) -> int:
        """How many shards must be asked for something."""
        return len({shard for number, shard in self._keys if self._cache.get(number) is None})

    def fails_aloud(self, place: int) -> bool:
        """Whether the error comes out of the answer where the request in this place fails, counted from 0."""
        before, self._before = self._before, partial(self._fail_or_wait, place)
        try:
            self.page()
        except Unreachable:
            return True
        finally:
            self._before = before
        return False

    def forget_requests(self) -> None:
        """Count requests from now on."""
        for shard in self._shards:
            shard.asked.clear()
            shard.requests = 0

    def fetched(self) -> list[Tweet]:
        """What shards were asked for and have."""
        return [self._known[shard.kept[n]] for shard in self._shards for n in shard.asked if n in shard.kept]

    def _told(self, tweets: list[Any]) -> list[Any]:
        return [self._known.get(tweet, tweet) if isinstance(tweet, Tweet) else tweet for tweet in tweets]

    def _given_shards(self) -> list[Any]:
        return [object_with(tweets=shard.tweets) for shard in self._shards]

    def _let_happen(self) -> None:
        self._before()

    def _fail_or_wait(self, place: int) -> None:
        if not place:
            raise Unreachable("the shard cannot be reached")
        self._before = partial(self._fail_or_wait, place - 1)

    def _read_beside(self) -> None:
        self._before, before = list, self._before
        asked = [list(shard.asked) for shard in self._shards]
        given = self._keys[1:], given_cache(CheckedCache(LONG)), self._given_shards()
        self.others = self._told(list(self._answer(*given)))
        for shard, kept in zip(self._shards, asked, strict=True):
            shard.asked[:] = kept
        self._before = before


def misconceptions_of(history: History, got: list[Any], right: list[Tweet]) -> tuple[str, ...]:
    """The misconceptions that give this."""
    if history.besides:
        return ()  # what fails only with something besides is none of these beliefs
    there = [one for one in got if one is not None]
    signs = {
        "holes": there != got and len(got) == len(history.page),
        "order_by_itself": len(got) == len(right) and all(one in got for one in right),
        "reads_back": history.room < len(history.page)
        and len(there) < len(right)
        and there == tweets_among(right, there),
    }
    return tuple(key for key, fits in signs.items() if fits)


def tweets_among(tweets: list[Tweet], kept: list[Any]) -> list[Tweet]:
    """Those of the tweets that are among `kept`."""
    return [one for one in tweets if one in kept]


# The real stage


class NotedCache(LRU[int, Tweet]):
    """The stage's cache, which notes what it did not have when it was asked."""

    def __init__(self, room: int) -> None:
        super().__init__(room)
        self.missed: set[int] = set()

    def get(self, key: int) -> Tweet | None:
        found = super().get(key)
        if found is None:
            self.missed.add(key)
        return found


class HydratedPage(NamedTuple):
    """What one page cost in the real stage, beside what it had to."""

    keys: list[TweetKey]
    missed: list[TweetKey]
    requests: int
    rows: int

    @property
    def shards(self) -> int:
        """How many shards keep something that was missing."""
        return len({key.shard for key in self.missed})


def hydrated_pages(answer: Any) -> list[HydratedPage]:
    """The pages of some hours in the real stage, each hydrated by the answer from its databases and its cache."""
    graph, _ = graph_and_lookups()
    cache = NotedCache(ROOM)
    with tl.TweetCache(graph, clock=tl.ManualClock(), cache=lambda _: cache, cache_tweets=ROOM) as system:
        hydrated = partial(call_answer, answer, gives=list, seconds=5.0)
        return [hydrated_page(system, cache, wanted, hydrated) for wanted in page_keys(system)]


def hydrated_page(
    system: tl.TweetCache, cache: NotedCache, wanted: list[TweetKey], hydrated: Callable[..., list[Any]]
) -> HydratedPage:
    """One page."""
    cache.missed.clear()
    before = system.work
    got = hydrated(wanted, cache, system.tables.databases)
    work = system.work - before
    if [one.id for one in got] != [key.id for key in wanted]:
        raise Misbehaved("a page does not hold the tweets of its keys, in their order.")
    return HydratedPage(wanted, [key for key in wanted if key.id in cache.missed], work.shard_requests, work.rows_read)


def stage_costs(answer: Any) -> list[StageCost]:
    """What the shards were asked for in the real stage, beside what the cache did not have."""
    found = hydrated_pages(answer)
    single = [one for one in found if len(one.missed) == 1]
    rows, missed = sum(one.rows for one in found), sum(len(one.missed) for one in found)
    requests, shards = sum(one.requests for one in found), sum(one.shards for one in found)
    page = MadePage(answer, fitting_history(LONG, [(0, GONE), *[(0, STORED)] * (WHOLE_PAGE - 1)]), PLAIN)
    page.page()
    of_many = StageCost(
        f"requests for a page of {WHOLE_PAGE} from one shard", page.requests(), 1, "one_request_a_tweet"
    )
    return [
        StageCost(f"tweets that the shards sent for {len(found)} pages", rows, missed, "fetches_again"),
        StageCost(
            "requests for pages with one miss", sum(one.requests for one in single), len(single), "asks_everybody"
        ),
        StageCost("requests to shards for all pages", requests, shards, "one_request_a_tweet"),
        *[of_many] * of_many.over,
    ]


EXERCISE = Exercise(
    "5.2",
    small_histories,
    longer_histories,
    story,
    problem,
    stage_costs,
    says_when_right=" ".join(RIGHT.split()),
    looks=LOOKS,
)
