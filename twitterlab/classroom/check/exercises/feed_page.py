"""Exercise 4.3: one page of a feed and a cursor for the next, asking the followees' shards and no others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice, product, repeat
from random import Random
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check import answers
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, Look, object_with, same_list
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import list_of_names
from twitterlab.classroom.check.guard import Misbehaved, Unreachable, call_answer, short_repr
from twitterlab.model import integer
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.sharding import placement, shard_of

PLACES = [0, 1, 2, 1, 2]  # the shard of each user: reader 0, three whom they may follow, and a stranger
STRANGER, MOST, TURNS = 4, 2_000, ("first", "second", "third", "fourth")
LONG, SHARDS, TOLD = 2_000, 3, 12  # tweets of the longest history; shards of a small one; tweets that are told
IDS = [n // 2 * 10 + n % 2 for n in range(LONG + 100)]  # of the tweets 1, 2 and so on: 1, 10, 11, 20, 21
NUMBERS = {tweet: n for n, tweet in enumerate(IDS) if n}
KEEP, ROOM, USERS = (1, 4, 6), 8, 400  # of eight real shards, those with followees; tweets on a page; users
FOLLOWED = 3_000  # users whom somebody follows who follows many
Events = tuple[int, ...]  # above 0: the tweet of this number is deleted; below 0: the user of this number posts
Page = tuple[list[int], bool]  # IDs, and whether there is a cursor for the next page


class History(NamedTuple):
    """Who posted before the first page, how long pages are, what happens after each, and whom the reader follows."""

    authors: tuple[int, ...]
    limit: int
    meanwhile: tuple[Events, ...] = ()
    followees: tuple[int, ...] = (1, 2, 3)
    besides: str = ""


class TweetWorld:
    """Tweets on shards; some IDs follow one another, and between others there are gaps."""

    def __init__(self, authors: Iterable[int]) -> None:
        self.posted: dict[int, int] = {IDS[n]: author for n, author in enumerate(authors, 1)}  # ever, with authors
        self.stored = set(self.posted)

    def let_happen(self, event: int) -> str:
        """Let something happen, and say what; nothing where there is nothing to delete."""
        if event < 0:
            tweet = IDS[len(self.posted) + 1]
            self.posted[tweet] = -event
            self.stored.add(tweet)
            return f"{user_name(-event)} posts {id_names([tweet])}"
        if IDS[event] not in self.stored:
            return ""
        self.stored.remove(IDS[event])
        return f"{id_names([IDS[event]])} is deleted"

    def newest(self, authors: Iterable[int]) -> list[int]:
        """The IDs of what these authors posted and is not deleted, newest first."""
        wanted = set(authors)
        return sorted((tweet for tweet in self.stored if self.posted[tweet] in wanted), reverse=True)


class GivenWorld:
    """A world as an answer is given it: shards, places and followees, in the numbers of a look.

    One of the requests fails where that is asked for, and before a shard answers `before` is done. `others_page` is
    what was wrong with a page that another reader was given meanwhile.
    """

    def __init__(self, world: TweetWorld, history: History, look: Look) -> None:
        turn = look.seed % SHARDS  # so that shard 0 keeps followees, too
        users = range(max(len(PLACES), *history.followees, 0) + 1)
        homes = {look.user(user): (place_of(user) + turn) % SHARDS for user in users}
        self._world, self._look, self._homes = world, look, homes
        self.before: Callable[[], object] = list
        self.others_page: WrongAnswer | None = None
        self.places = same_list("places", (homes.get(user, 0) for user in range(max(homes) + 1)))
        self.followees = same_list("followees", look.shuffled(map(look.user, history.followees)))
        self.shards = [object_with(newest=partial(self._newest, number)) for number in range(SHARDS)]

    @property
    def shards_needed(self) -> int:
        """How many shards keep followees."""
        return len({self.places[user] for user in self.followees})

    def fail_at(self, place: int) -> None:
        """Let the request in this place fail, counted from 0, and none after it."""
        self.before = partial(self._fail_or_wait, place)

    def _fail_or_wait(self, place: int) -> None:
        if place:
            self.fail_at(place - 1)
            return
        self.before = list
        raise Unreachable("the shard cannot be reached")

    def read_beside(self, answer: Any, limit: int) -> None:
        """The first page of somebody who follows user 1 alone."""
        self.before, before = list, self.before
        tweets, following = answer(self.shards, self.places, [self._look.user(1)], None, limit)
        self.before, visible = before, self._world.newest([1])
        got = [self._look.tweet_number(tweet) for tweet in tweets], following is not None
        right = visible[:limit], len(visible) > limit
        if got != right:
            self.others_page = WrongAnswer(f"{pages_told([got])} to the other reader", pages_told([right]))

    def _newest(self, number: int, authors: Iterable[int], before: int | None, limit: int) -> list[int]:
        """The newest IDs of those of these authors who live on the shard of this number."""
        self.before()
        here = [self._look.user_number(author) for author in authors if self._homes.get(author) == number]
        found = map(self._look.tweet, self._world.newest(here))
        return [tweet for tweet in found if before is None or tweet < before][: max(limit, 0)]


def small_histories() -> Iterator[History]:
    """Up to three tweets, in pages of up to three, and one thing that may happen after the first page."""
    for tweets in range(4):
        for authors, limit in product(product(range(1, 5), repeat=tweets), (1, 2, 3)):
            yield History(authors, limit)
            if limit <= tweets:
                yield from (History(authors, limit, ((event,),)) for event in (-1, -2, *range(1, tweets + 1)))
    yield History((1,), 1, (), ())
    for authors, besides in product(product((1, 2, 3), repeat=3), ("elsewhere", "fails", "beside")):
        yield History(authors, 2, ((-1,),), besides=besides)
    yield History((1, 2, 3, 1), 3, followees=tuple(range(1, FOLLOWED)))
    for limit in (MOST - 1, 200):
        yield History(tuple(Random(43).choices(range(1, 5), k=LONG)), limit)


def longer_histories() -> Any:
    """More tweets, longer pages, and something after each of them."""
    from hypothesis import strategies as st

    authors = st.lists(st.integers(1, 4), max_size=14).map(tuple)
    events = st.lists(st.integers(-4, 14).filter(bool), max_size=3).map(tuple)
    meanwhile = st.lists(events, max_size=4).map(tuple)
    besides = st.sampled_from(tuple(BESIDES))
    return st.builds(History, authors, st.integers(1, 6), meanwhile, st.just((1, 2, 3)), besides)


def story(history: History) -> str:
    """Who lives where, the tweets, and what happens between the pages."""
    world = TweetWorld(history.authors)
    homes = [f"{user} on shard {place_of(user)}" for user in history.followees[:TOLD]]
    homes += [f"{len(history.followees) - TOLD:,} others on all of them"] * (len(history.followees) > TOLD)
    follows = f"users {', '.join(homes)}" if homes else "nobody"
    posts = (
        ", ".join(f"{user_name(author)} posts t{n}" for n, author in enumerate(history.authors, 1)) or "nobody posts"
    )
    if len(history.authors) == LONG:
        posts = f"{LONG:,} tweets are posted by users 1 to 4"
    room = f"{history.limit:,} tweet{'s' * (history.limit > 1)}"
    life = [(TURNS[n], list(filter(None, map(world.let_happen, events)))) for n, events in enumerate(history.meanwhile)]
    then = "".join(f" After the {turn} page {' and '.join(events)}." for turn, events in life if events)
    return (
        f"User 0 follows {follows}. {posts.capitalize()}. A page has room for {room}.{then}{BESIDES[history.besides]}"
    )


BESIDES = {
    "": "",
    "elsewhere": " Each page is asked of another process.",
    "fails": " At each page a shard cannot be reached at first, and the page is asked for once more.",
    "beside": " While a shard answers, the first page of another reader is made, who follows user 1 alone.",
}


def place_of(user: int) -> int:
    """The shard of a user in the plain numbers."""
    return PLACES[user] if user < len(PLACES) else user % SHARDS


def user_name(user: int) -> str:
    """A user in a sentence."""
    return f"user {user}, a stranger," if user == STRANGER else f"user {user}"


def id_names(tweets: Sequence[Any]) -> str:
    """Tweets as t1, t2 and so on, in the order of their posting."""
    known = [NUMBERS.get(integer(tweet) or 0) for tweet in tweets]
    names = [f"t{n}" if n else short_repr(tweet) for n, tweet in zip(known, tweets, strict=True)]
    return list_of_names(names, TOLD)


def pages_told(pages: Sequence[Page]) -> str:
    """What the reader sees, page by page, and where it ends."""
    return ", then ".join(f"{id_names(tweets)} {'and a cursor' if more else 'and None'}" for tweets, more in pages)


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether each page is what was posted below the last one, full, and followed by another where there is more."""
    world, pages, cursor = TweetWorld(history.authors), list[Page](), None
    given = GivenWorld(world, history, look)

    def asked(cursor: Any) -> tuple[list[Any], Any]:
        asking = answers.made_anew(answer) if history.besides == "elsewhere" else answer
        tweets, following = ask_page(asking, given.shards, given.places, given.followees, cursor, history.limit)
        return [look.tweet_number(tweet) for tweet in tweets], following

    if history.besides == "beside":
        given.before = partial(given.read_beside, answer, history.limit)
    for events in chain(history.meanwhile, repeat(())):
        below = ids_below(world, history, pages)
        right = below[: history.limit], len(below) > history.limit
        places = range(given.shards_needed)[::-1] if history.besides == "fails" else ()
        if not all(fails_aloud(asked, given, cursor, place) for place in places):
            return WrongAnswer("a page, as if nothing had failed", "the error of the shard")
        tweets, following = asked(cursor)
        got = tweets, following is not None
        if given.others_page:
            return given.others_page
        if got != right:
            why = misconceptions_of(world, history, pages, got, right)
            return WrongAnswer(pages_told([*pages, got]), pages_told([*pages, right]), why)
        if (again := asked(cursor)[0]) != tweets:
            twice = f"{id_names(tweets)}, and {id_names(again)} for the same cursor"
            return WrongAnswer(twice, "the same page twice", ("remembers",))
        if following is None:
            return None
        cursor = following
        pages.append(got)
        for event in events:
            world.let_happen(event)
    return None


def fails_aloud(asked: Callable[[Any], Any], given: GivenWorld, cursor: Any, place: int) -> bool:
    """Whether a shard's error comes out of the answer."""
    given.fail_at(place)
    try:
        asked(cursor)
    except Unreachable:
        return True
    return False


def ids_below(world: TweetWorld, history: History, pages: Sequence[Page]) -> list[int]:
    """All that there is for the reader below the last page."""
    return [tweet for tweet in world.newest(history.followees) if not pages or tweet < pages[-1][0][-1]]


def ask_page(answer: Any, *asked: Any) -> tuple[list[Any], Any]:
    """A page's IDs, and the cursor for the next."""
    pair: tuple[list[Any], Any] = call_answer(answer, *asked, then=unpack_page)
    return pair


def unpack_page(got: Iterable[Any]) -> tuple[list[Any], Any]:
    """The two things that were asked for."""
    parts = list(islice(got, 3))
    if len(parts) != 2 or type(parts[0]) is not list:
        asked = "Asked for were two things: a list of a page's IDs, and a cursor."
        raise Misbehaved(f"Your function returned {short_repr(got)}. {asked}")
    tweets = parts[0][:MOST]
    if any(integer(tweet) is None for tweet in tweets):
        raise Misbehaved(f"Your page is {short_repr(tweets)}. IDs were asked for, which are whole numbers.")
    return tweets, parts[1]


def misconceptions_of(
    world: TweetWorld, history: History, pages: Sequence[Page], got: Page, right: Page
) -> tuple[str, ...]:
    """The misconceptions that give this."""
    if history.besides or len(history.authors) == LONG or len(history.followees) > TOLD:
        return ()  # what fails there alone is none of these beliefs
    tweets, visible, below = got[0], world.newest(history.followees), ids_below(world, history, pages)
    last = pages[-1][0][-1] if pages else 0
    seen = sum(len(page) for page, _ in pages)
    chained = [tweet for number in range(3) for tweet in below if PLACES[world.posted[tweet]] == number]
    kept = {PLACES[user]: user for user in history.followees}.values()
    found = {
        "offset": bool(pages) and tweets == visible[seen : seen + history.limit] != right[0],
        "inclusive": bool(pages) and tweets[:1] == [last],
        "own_cursors": bool(pages) and any(tweet > last for tweet in tweets),
        "deleted": bool(set(tweets) & set(world.posted) - world.stored),
        "strangers": any(world.posted.get(tweet) == STRANGER for tweet in tweets),
        "shard_by_shard": tweets == chained[: history.limit] != right[0],
        "skips_one": bool(pages) and tweets == below[1 : history.limit + 1],
        "one_a_shard": tweets == [tweet for tweet in below if world.posted[tweet] in kept][: history.limit] != right[0],
        "share_of_each": len(tweets) < len(right[0]) and tweets in shares_of(world, below),
        "ends_early": tweets == right[0] and right[1],
        "ends_late": tweets == right[0] and not right[1],
    }
    return tuple(key for key, fits in found.items() if fits)


def shares_of(world: TweetWorld, below: Sequence[int]) -> list[list[int]]:
    """Pages that are made of as many tweets from each shard, for any such number."""
    by_shard = [[tweet for tweet in below if PLACES[world.posted[tweet]] == number] for number in range(SHARDS)]
    shares = ([tweet for tweets in by_shard for tweet in tweets[:most]] for most in range(len(below)))
    return [sorted(share, reverse=True) for share in shares]


def stage_costs(answer: Any) -> list[StageCost]:
    """A reader scrolls through a feed in a real system of eight shards, while tweets come and go."""
    homes = placement(shard_of, USERS, 8).tolist()
    followees = [user for user in range(1, USERS) if homes[user] in KEEP]
    graph = tl.FollowGraph.from_edges([0] * len(followees), followees, USERS)
    with tl.UserShards(graph, clock=tl.ManualClock(), shards=8, counting=False) as system:
        chance = Random(43)
        system.post_many([(chance.choice(followees), "hello") for _ in range(60)])
        tally = scroll_to_end(answer, system, followees)
    pages, most = tally["pages"], len(KEEP) * tally["pages"]
    return [
        StageCost(f"requests to shards that keep no followee, in {pages} pages", tally["astray"], 0, "asks_everybody"),
        StageCost(f"shard requests, in {pages} pages from {len(KEEP)} shards", tally["asked"], most, "asks_again"),
        StageCost(f"IDs that a shard sent at once, for pages of {ROOM}", tally["at once"], ROOM + 1, "asks_for_all"),
    ]


def scroll_to_end(answer: Any, system: tl.UserShards, followees: list[int]) -> Counter[str]:
    """What it takes to scroll to the end of a feed: pages, requests, those astray, the most IDs at once."""
    tally, cursor, before = Counter[str](), None, None
    shards = [
        counted_shard(database, tally, number not in KEEP) for number, database in enumerate(system.tables.databases)
    ]
    while not tally["pages"] or cursor is not None:
        right, start = system.feed(0, ROOM, before), system.work
        tweets, cursor = ask_page(answer, shards, system.tables.places.tolist(), followees, cursor, ROOM)
        tally.update(pages=1, asked=(system.work - start).shard_requests)
        if (tweets, cursor is None) != ([tweet.id for tweet in right.tweets], right.next is None):
            raise Misbehaved(f"page {tally['pages']} of a feed on eight shards is not what it should be.")
        before = right.next
        if before:
            post_and_delete(system, before, followees[:2])
    return tally


def post_and_delete(system: tl.UserShards, before: int, authors: Sequence[int]) -> None:
    """New tweets come in above, and one that was not shown yet is deleted."""
    system.post_many([(author, "news") for author in authors])
    unseen = system.feed(0, ROOM, before).tweets[0]
    system.delete(unseen.author, unseen.id)


def counted_shard(database: Database, tally: Counter[str], astray: bool) -> Any:
    """A real shard that gives IDs, and tells a tally how many at most."""

    def newest(authors: Iterable[int], before: int | None, limit: int) -> list[int]:
        """One counted request."""
        found = [tweet for tweet, _ in database.newest_of(authors, before, limit, "id, author")]
        tally.update(astray=astray)
        tally["at once"] = max(tally["at once"], len(found))
        return found

    return object_with(newest=newest)


EXERCISE = Exercise("4.3", small_histories, longer_histories, story, problem, stage_costs, looks=LOOKS)
