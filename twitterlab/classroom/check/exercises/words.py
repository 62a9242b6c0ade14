"""How stories say things: tweets by their numbers, and several things in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from twitterlab.classroom.check.guard import short_repr


def tweet_names(tweets: Iterable[Any], most: int | None = None) -> str:
    """Tweets as t1, t2 and so on, `most` of them; what is no number stands as it is."""
    names = [f"t{tweet}" if isinstance(tweet, int) else short_repr(tweet) for tweet in tweets]
    return list_of_names(names, most)


def list_of_names(names: Sequence[str], most: int | None = None) -> str:
    """Names one after the other, `most` of them; where there are more, how many they are."""
    told = ", ".join(names[:most]) or "nothing"
    return told if most is None or len(names) <= most else f"{told}, … ({len(names):,} in all)"


def in_a_sentence(things: Sequence[object]) -> str:
    """One or several things: "1, 2 and 3"."""
    *others, last = map(str, things)
    return f"{', '.join(others)} and {last}" if others else last
