"""Histories of a few users, drawn from a seed, and how they are told in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from random import Random
from typing import NamedTuple

from twitterlab.classroom.check.exercises.words import in_a_sentence
from twitterlab.model import Page

USERS, LONG = 5, 40
Pair = tuple[int, int]  # a follower and a followee
PAIRS: list[Pair] = [(a, b) for a in range(USERS) for b in range(USERS) if a != b]
MIX = {  # of what happens, by weight
    "post": 12,
    "delete": 2,
    "edge": 12,
    "review": 2,
    "work": 7,
    "read": 8,
    "more": 4,
    "exact": 3,
    "drain": 1,
}


class Step(NamedTuple):
    """One thing that happens, and the milliseconds until the next.

    `number` is a followee, a page's size, a count of messages or of tweets, by the kind.
    """

    kind: str
    user: int
    number: int
    ms: int = 1


class History(NamedTuple):
    """Who follows whom at first, what happens then, how long a feed is, and the network's seed (0: nothing fails)."""

    follows: tuple[Pair, ...]
    steps: tuple[Step, ...]
    length: int = 2
    network: int = 0


def draw_history(seed: int, number: int) -> History:
    """History `number` of a seed, the same on every machine."""
    chance = Random(f"{seed}/{number}")
    follows = chance.sample(PAIRS, chance.randrange(1, len(PAIRS) // 2))
    kinds = chance.choices(list(MIX), list(MIX.values()), k=LONG)
    steps = tuple(drawn_steps(chance, kinds, follows))
    return History(tuple(sorted(follows)), steps, chance.randrange(1, 5), chance.choice([0, number + 1, number + 1]))


def drawn_steps(chance: Random, kinds: Iterable[str], follows: Iterable[Pair]) -> Iterator[Step]:
    """Steps of these kinds; edges are often the same one, and tweets by who was followed last."""
    now, last = set(follows), PAIRS[0]
    for kind in kinds:
        user, number, ms = chance.randrange(USERS), chance.randrange(USERS), chance.choice([0, 1, 40])
        if kind == "edge":
            last = last if chance.random() < 0.6 else chance.choice(PAIRS)
            now ^= {last}
            yield Step("follow" if last in now else "unfollow", *last, ms)
        else:
            yield Step(kind, last[1] if kind == "post" and chance.random() < 0.4 else user, number, ms)


def opening_lines(history: History) -> Iterator[str]:
    """How a history begins."""
    by_follower: dict[int, list[int]] = {}
    for follower, followee in history.follows:
        by_follower.setdefault(follower, []).append(followee)
    for follower, followees in by_follower.items():
        yield f"At first user {follower} follows {user_words(followees)}."
    if history.network:
        yield "The network repeats, loses and delays what it carries."


def user_words(some: Iterable[int]) -> str:
    """Some users in words."""
    numbers = list(some)
    return f"user{'s' * (len(numbers) > 1)} {in_a_sentence(numbers)}"


def page_words(page: Page, names: Mapping[int, str]) -> str:
    """A page in words: its tweets, and whether there is said to be more."""
    shown = ", ".join(names.get(tweet.id, f"an unknown tweet {tweet.id}") for tweet in page.tweets) or "nothing"
    if page.next is None:
        return f"{shown}, and no more"
    last = page.tweets[-1].id if page.tweets else None
    return f"{shown}, and more" + ("" if page.next == last else f" below {names.get(page.next, page.next)}")
