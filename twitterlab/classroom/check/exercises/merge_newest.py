"""Exercise 4.2: merge what the shards send, newest first, and take no more than is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

import twitterlab as tl
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.exercises.words import tweet_names
from twitterlab.classroom.check.guard import Misbehaved, call_answer, short_repr, time_limit

History = tuple[tuple[int, ...], ...]  # the IDs that each source gives, newest first
LIMIT, SHARDS = 20, 4
FURTHER = 3  # rows taken of a merge that gives more than there are


def small_histories() -> Iterator[History]:
    """Every way in which up to four tweets can lie in up to three sources; in the end no source at all."""
    for tweets, sources in product(range(5), range(1, 4)):
        for places in product(range(sources), repeat=tweets):
            yield sources_dealt(places, sources)
    yield ()


def sources_dealt(places: Sequence[int], sources: int) -> History:
    """Tweet n, counted from 1, in the source that `places` names."""
    numbered = list(enumerate(places, 1))[::-1]
    return tuple(tuple(tweet for tweet, place in numbered if place == source) for source in range(sources))


def longer_histories() -> Any:
    """More tweets in more sources."""
    from hypothesis import strategies as st

    places = st.integers(1, 6).flatmap(lambda n: st.tuples(st.lists(st.integers(0, n - 1), max_size=40), st.just(n)))
    return places.map(lambda drawn: sources_dealt(*drawn))


def story(history: History) -> str:
    """The sources and what each gives."""
    if not history:
        return "There is no source: the reader follows nobody."
    return "; ".join(f"source {n} gives {tweet_names(source)}" for n, source in enumerate(history)).capitalize() + "."


def problem(answer: Any, history: History) -> WrongAnswer | None:
    """Whether all rows come out once, as they came in, the newest first."""
    rows = {tweet: (tweet, f"text {999 - tweet}") for source in history for tweet in source}
    right = sorted(rows, reverse=True)
    sources = [iter([rows[tweet] for tweet in source]) for source in history]
    out = call_answer(answer, sources, then=lambda merged: list(islice(merged, len(rows) + FURTHER)))
    for row in out:
        if row not in rows.values():
            raise Misbehaved(f"{short_repr(row)} came out of your merge. Every row must come out as it came in.")
    got = [row[0] for row in out]
    if got == right:
        return None
    return WrongAnswer(tweet_names(got), tweet_names(right), misconceptions_of(history, got, right))


def misconceptions_of(history: History, got: list[int], right: list[int]) -> tuple[str, ...]:
    """The misconceptions that give this."""
    turns = [source[n] for n in range(len(right)) for source in history if n < len(source)]
    signs = {
        "chained": got == [tweet for source in history for tweet in source],
        "share_from_each": len(got) < len(right) and got == sorted(got, reverse=True),
        "in_turn": got == turns,
        "oldest_first": got == right[::-1],
    }
    return tuple(key for key, fits in signs.items() if fits)


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
    return [StageCost(f"tweets merged for a page of {LIMIT} from {SHARDS} shards", merged, LIMIT + SHARDS, why)]


EXERCISE = Exercise("4.2", small_histories, longer_histories, story, problem, stage_costs)
