"""Disguises of a history: the same story in numbers as a real system has them, so that nothing rests on small ones.

A history counts its tweets from 1 and its users from 0. What an answer is given are the tweets' IDs, the users, texts
and orders of a `Look`; what it gives back is told by the small numbers again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from twitterlab.model import MAX_ID, integer

Item = TypeVar("Item")
MAX_USER = 2**31 - 1  # a user's number is an INTEGER in the tables
REAL_ID = 1_724_551_110_456_246_272  # a Snowflake ID; the tweets of a disguised history come right after it


@dataclass(frozen=True)
class Look:
    """How the numbers of a history look to an answer.

    Tweet n has the ID `first_id + n`; user n is number `users[n]`, or n where there is no such place. What comes in no
    promised order comes in one that `seed` draws, or as it is with 0. `words` are told after the history's story.
    """

    first_id: int = 0
    users: tuple[int, ...] = ()
    seed: int = 0
    words: str = ""

    def tweet(self, number: int) -> int:
        """The ID of a tweet."""
        return self.first_id + number

    def tweet_number(self, tweet_id: Any) -> Any:
        """The number of the tweet with this ID; what is no ID of this look stays as it is."""
        number = integer(tweet_id)
        known = number is not None and 0 <= number - self.first_id < 10**9
        return number - self.first_id if number is not None and known else tweet_id

    def user(self, number: int) -> int:
        """The number that a user goes by."""
        return self.users[number] if 0 <= number < len(self.users) else number

    def user_number(self, user: int) -> int:
        """The user who goes by this number."""
        return self.users.index(user) if user in self.users else user

    def shuffled(self, items: Iterable[Item]) -> list[Item]:
        """Items that come in no promised order."""
        found = list(items)
        if self.seed:
            Random(self.seed).shuffle(found)
        return found


def object_with(**methods: Callable[..., Any]) -> Any:
    """An object that has these methods, and no way to anything behind them."""
    return type("Given", (), {"__slots__": (), **{name: staticmethod(method) for name, method in methods.items()}})()


_reused: dict[str, list[Any]] = {}


def same_list(name: str, items: Iterable[Any]) -> list[Any]:
    """These items in the very list that was given by this name before: who knows a list by its address is mistaken."""
    reused = _reused.setdefault(name, [])
    reused[:] = items
    return reused


class Opaque:
    """A value of which nothing is known: it is equal to itself alone, and is neither ordered, true nor false."""

    def __bool__(self) -> bool:
        raise TypeError("whether this value is true is not for you to ask: hand it on as it is")

    def __repr__(self) -> str:
        return "an opaque value"


def payload(look: Look, number: int) -> Any:
    """What something carries that is only handed on: text in plain looks, else empty, missing, false or opaque."""
    return f"text {number}" if look == PLAIN else ("", None, 0, Opaque(), False, [])[number % 6]


PLAIN = Look()
REAL = Look(REAL_ID, words=f"Here IDs are as long as real ones: t1 is {REAL_ID + 1}, t2 is one more, and so on.")
SHUFFLED = Look(
    REAL_ID,
    users=(3, 0, 5, 1, 4, 2),
    seed=1,
    words=f"{REAL.words} User 0 goes by the number 3, 1 by 0, 2 by 5, 3 by 1. What has no promised order has another.",
)
TURNED = Look(
    REAL_ID + 5,
    users=(1, 2, 0, 4, 3),
    seed=2,
    words=f"Here t1 is {REAL_ID + 6}, t2 is one more, and so on. User 0 goes by the number 1, 1 by 2, 2 by 0, 3 by 4. "
    "What has no promised order has another.",
)
LATEST = Look(
    MAX_ID - 5_000,
    users=(MAX_USER, 0, 70_000, MAX_USER - 1),
    seed=3,
    words=f"Here IDs are as large as they get: t1 is {MAX_ID - 4_999}, t2 is one more, and so on. User 0 goes by the "
    f"number {MAX_USER:,}, 1 by 0, 2 by 70,000, 3 by {MAX_USER - 1:,}. What has no promised order has another.",
)
LOOKS = (REAL, SHUFFLED, TURNED)
