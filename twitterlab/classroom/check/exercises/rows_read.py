"""Exercise 1.2: say, before it is measured, how many rows a page of one table reads as its history grows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import twitterlab as tl
from twitterlab.classroom.check.disguise import PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import Misbehaved, short_repr
from twitterlab.model import integer

USERS, FOLLOWS_EACH, LIMIT, READER = 200, 10, 20, 7
SIZES, ONWARDS = (1_000, 4_000, 16_000), 64_000  # tweets, as many of each user
FOLLOWS = USERS * FOLLOWS_EACH


def small_histories() -> Iterator[int]:
    """The three sizes by their places in the answer."""
    return iter(range(len(SIZES)))


def longer_histories() -> Any:
    """There are no others."""
    from hypothesis import strategies as st

    return st.sampled_from(range(len(SIZES)))


def story(size: int) -> str:
    """What is stored, and what is asked."""
    tweets = SIZES[size]
    stored = f"{FOLLOWS:,} follows and {tweets:,} tweets, {tweets // USERS} by each user, are stored"
    return f"{stored}. User {READER} asks for a page of {LIMIT}: how many rows are read?"


def problem(answer: Sequence[Any], size: int, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the number for one size is what a real single table counts."""
    numbers = [integer(number) for number in answer]
    if len(numbers) != len(SIZES) or None in numbers:
        raise Misbehaved(f"Three whole numbers are asked for, one a size; yours are {short_repr(answer)}.")
    got, right = int(answer[size]), measured_rows(SIZES[size])
    if got == right:
        return None
    return WrongAnswer(f"{got:,} rows", f"{right:,} rows", misconceptions_of(answer))


def misconceptions_of(answer: Sequence[int]) -> tuple[str, ...]:
    """The misconceptions that give these three numbers."""
    first, *others = (set(misconceptions_of_number(*pair)) for pair in zip(answer, SIZES, strict=True))
    return tuple(first.intersection(*others))


def misconceptions_of_number(got: int, tweets: int) -> tuple[str, ...]:
    """The misconceptions that give the number for one size."""
    theirs = FOLLOWS_EACH * tweets // USERS  # what the reader's followees have posted
    gives = {
        "followees_only": (FOLLOWS_EACH + theirs, theirs, FOLLOWS + theirs),
        "twenty": (LIMIT, LIMIT + 1, LIMIT + FOLLOWS_EACH, LIMIT + FOLLOWS),
        "tweets_alone": (tweets,),
        "own_follows": (FOLLOWS_EACH + tweets,),
        "every_pair": (FOLLOWS * tweets, FOLLOWS_EACH * tweets, USERS * tweets, FOLLOWS_EACH * tweets + FOLLOWS),
        "users_too": (USERS + tweets, USERS + FOLLOWS + tweets),
    }
    return tuple(key for key, numbers in gives.items() if got in numbers)


@cache
def measured_rows(tweets: int) -> int:
    """The rows that a real page reads with so many tweets stored."""
    followers = [number // FOLLOWS_EACH for number in range(FOLLOWS)]
    followees = [(user + 1 + number % FOLLOWS_EACH) % USERS for number, user in enumerate(followers)]
    graph = tl.FollowGraph.from_edges(followers, followees, USERS)
    with tl.SingleTable(graph, clock=tl.ManualClock()) as system:
        system.post_many([(number % USERS, "hello") for number in range(tweets)])
        before = system.work
        system.feed(READER, LIMIT)
        return (system.work - before).rows_read


def stage_costs(answer: Sequence[int]) -> list[StageCost]:
    """Whether the line through the answer's numbers goes on to four times as many tweets."""
    _, middle, last = map(int, answer)
    line = last + (last - middle) // (SIZES[2] - SIZES[1]) * (ONWARDS - SIZES[2])
    return [StageCost(f"rows read with {ONWARDS:,} tweets, and what your line leads to", measured_rows(ONWARDS), line)]


EXERCISE = Exercise(
    "1.2",
    small_histories,
    longer_histories,
    story,
    problem,
    stage_costs,
    accepts=list,
    wanted="a list of three whole numbers",
    says_when_right="One row more for each tweet that anybody posts, and all follows each time: your three "
    "numbers lie on a straight line. Whom the reader follows, and how much is wanted, is nowhere in it.",
)
