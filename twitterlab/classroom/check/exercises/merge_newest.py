"""Exercise 4.2: merge what the shards send, newest first, and take no more than is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice, product
from typing import Any, NamedTuple

import twitterlab as tl
from twitterlab.classroom.check.disguise import LOOKS, PLAIN, REAL_ID, Look, payload
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import tweet_names
from twitterlab.classroom.check.guard import (
    Misbehaved,
    Unreachable,
    call_answer,
    content_of,
    same_content,
    short_repr,
    time_limit,
)

LIMIT, SHARDS = 20, 4
FURTHER = 3  # rows taken of a merge that gives more than there are
LONG = 3_000  # rows of the longest merge
Row = tuple[Any, ...]


class History(NamedTuple):
    """The tweets that each source gives, newest first, and what goes on besides.

    `beside`: a merge of other sources runs in turn with it. `left`: a reader took one row of the same, and went away.
    `fails`: the last source raises where its rows end.
    """

    sources: tuple[tuple[int, ...], ...]
    besides: str = ""

    @property
    def right(self) -> list[int]:
        """All tweets, newest first."""
        return sorted((tweet for source in self.sources for tweet in source), reverse=True)


def small_histories() -> Iterator[History]:
    """Up to four tweets in up to three sources, in every way; no source; merges with something besides; a long one."""
    for tweets, sources in product(range(5), range(1, 4)):
        for places in product(range(sources), repeat=tweets):
            yield sources_dealt(places, sources)
    yield History(())
    for besides, tweets in product(("beside", "left", "fails"), range(1, 4)):
        yield from (sources_dealt(places, 2, besides) for places in product(range(2), repeat=tweets))
    yield sources_dealt([n * n % 7 % 3 for n in range(LONG)], 3)


def sources_dealt(places: Sequence[int], sources: int, besides: str = "") -> History:
    """Tweet n, counted from 1, in the source that `places` names."""
    numbered = list(enumerate(places, 1))[::-1]
    return History(tuple(tuple(tweet for tweet, place in numbered if place == n) for n in range(sources)), besides)


def longer_histories() -> Any:
    """More tweets in more sources."""
    from hypothesis import strategies as st

    places = st.integers(1, 6).flatmap(lambda n: st.tuples(st.lists(st.integers(0, n - 1), max_size=40), st.just(n)))
    return st.builds(
        lambda drawn, besides: sources_dealt(drawn[0], drawn[1], besides), places, st.sampled_from(["", "beside"])
    )


BESIDES = {
    "": "",
    "beside": " At the same time another merge of such sources runs: a row of one is taken, then a row of the other.",
    "left": " Before, a reader took one row of the same, and went away.",
    "fails": " Then the last source fails: its shard cannot be reached.",
}


def story(history: History) -> str:
    """The sources and what each gives."""
    if not history.sources:
        return "There is no source: the reader follows nobody."
    given = "; ".join(f"source {n} gives {tweet_names(source, 12)}" for n, source in enumerate(history.sources))
    return f"{given.capitalize()}.{BESIDES[history.besides]}"


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether all rows come out once, as they came in, the newest first; and what fails in a source comes out, too."""
    given = GivenRows(history, look)
    if history.besides == "left":
        call_answer(answer, given.sources(), then=lambda merged: next(iter(merged)))
    if history.besides == "beside":
        other = GivenRows(history, look, further=LONG)
        beside = partial(merge_beside, answer, other.sources())
        rows, others = call_answer(beside, given.sources(), then=list)
        return other.wrong_among(others, " from the other") or given.wrong_among(rows)
    most = len(history.right) + FURTHER
    try:
        rows = call_answer(answer, given.sources(), then=lambda merged: list(islice(merged, most)))
    except Unreachable:
        return None
    if history.besides == "fails":
        return WrongAnswer("an end, as if there were no more", "the error of the source")
    return given.wrong_among(rows)


class GivenRows:
    """The rows of a history, as they are given to a merge and must come out of it."""

    def __init__(self, history: History, look: Look, further: int = 0) -> None:
        self.history = history
        self.rows = {tweet: (look.tweet(tweet) + further, *row_rest(look, tweet)) for tweet in history.right}
        self._numbers = {row[0]: tweet for tweet, row in self.rows.items()}

    def sources(self) -> list[Iterator[Row]]:
        """An iterator for each source."""
        sources = [iter([self.rows[tweet] for tweet in source]) for source in self.history.sources]
        return [*sources[:-1], failing(sources[-1])] if self.history.besides == "fails" else sources

    def wrong_among(self, rows: list[Any], where: str = "") -> WrongAnswer | None:
        """What is wrong with what came out."""
        got = list(map(self._tweet_of, rows))
        right = self.history.right
        if got == right:
            return None
        why = misconceptions_of(self.history.sources, got, right)
        return WrongAnswer(tweet_names(got, 12) + where, tweet_names(right, 12), why)

    def _tweet_of(self, row: Any) -> int:
        tweet = self._numbers.get(row[0]) if isinstance(row, tuple) and row else None
        if tweet is None or not same_content(content_of(row), content_of(self.rows[tweet])):
            raise Misbehaved(f"{short_repr(row)} came out of your merge. Every row must come out as it came in.")
        return tweet


def row_rest(look: Look, tweet: int) -> Row:
    """What stands in a row behind the ID: something that is only handed on, or nothing."""
    return () if look != PLAIN and tweet % 3 == 0 else (payload(look, tweet),)


def failing(rows: Iterator[Row]) -> Iterator[Row]:
    """These rows, and then an error."""
    yield from rows
    raise Unreachable("the shard cannot be reached")


def merge_beside(answer: Any, others: list[Iterator[Row]], sources: list[Iterator[Row]]) -> list[list[Any]]:
    """What comes out of a merge and of another that runs in turn with it."""
    merges, taken = [iter(answer(sources)), iter(answer(others))], [list[Any](), list[Any]()]
    for _ in range(LONG):
        before = sum(map(len, taken))
        for rows, merge in zip(taken, merges, strict=True):
            rows.extend(islice(merge, 1))
        if sum(map(len, taken)) == before:
            break
    return taken


def misconceptions_of(sources: tuple[tuple[int, ...], ...], got: list[int], right: list[int]) -> tuple[str, ...]:
    """The misconceptions that give just this."""
    turns = [source[n] for n in range(len(right)) for source in sources if n < len(source)]
    signs = {
        "chained": got == [tweet for source in sources for tweet in source],
        "share_from_each": len(got) < len(right) and got in [newest_shares(sources, n) for n in range(1, len(right))],
        "in_turn": got == turns,
        "oldest_first": got == right[::-1],
    }
    return tuple(key for key, fits in signs.items() if fits)


def newest_shares(sources: tuple[tuple[int, ...], ...], share: int) -> list[int]:
    """The newest of each source, as many of each, merged."""
    return sorted((tweet for source in sources for tweet in source[:share]), reverse=True)


def stage_costs(answer: Any) -> list[StageCost]:
    """A page of twenty in the real stage, read by somebody who follows forty users."""
    graph = tl.FollowGraph.from_edges([0] * 40, list(range(1, 41)), 41)
    with tl.UserShards(graph, clock=tl.ManualClock(), shards=SHARDS, merge=answer) as system:
        posted = [system.post(author, "hello").id for _ in range(3) for author in range(1, 41)]
        before = system.work
        with time_limit():
            page = [tweet.id for tweet in system.feed(0, LIMIT).tweets]
        merged = (system.work - before).merged
    if page != posted[: -LIMIT - 1 : -1]:
        raise Misbehaved("a page of twenty does not hold the twenty newest tweets.")
    why = "reads_ahead" if merged == len(posted) else "fetched_early"
    counter = f"tweets merged for a page of {LIMIT} from"
    of_one = StageCost(f"{counter} one", rows_taken_of_one(answer), LIMIT + 1, "reads_ahead")
    return [StageCost(f"{counter} {SHARDS} shards", merged, LIMIT + SHARDS, why), *[of_one] * of_one.over]


def rows_taken_of_one(answer: Any) -> int:
    """The rows that are taken out of a single source for a page."""
    source = iter([(REAL_ID - n, "hello") for n in range(LONG)])
    call_answer(answer, [source], then=lambda merged: list(islice(merged, LIMIT)))
    return LONG - len(list(source))


EXERCISE = Exercise("4.2", small_histories, longer_histories, story, problem, stage_costs, looks=LOOKS)
