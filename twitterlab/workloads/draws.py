"""What a workload is drawn from: people, times and texts.

Weights are rounded to integers before anything is drawn by them, and times are integers throughout, so that the last
bit of a platform's `exp` or `cos` does not make another stream out of the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import MAX_TEXT

Numbers: TypeAlias = NDArray[np.int64]
Draw: TypeAlias = Callable[[np.random.Generator, int], Numbers]
Lengths: TypeAlias = Sequence[tuple[int, int]]

SYLLABLES = (
    "ba",
    "ce",
    "di",
    "fo",
    "gu",
    "la",
    "me",
    "ni",
    "po",
    "ru",
    "sa",
    "te",
    "vi",
    "zo",
    "mar",
    "sen",
    "tik",
    "an",
)


def uniform(users: int) -> Draw:
    """Every user as likely as any other."""
    return lambda rng, n: rng.integers(0, users, n)


def zipf(ranked: Numbers, exponent: float) -> Draw:
    """Users with weight `rank ** -exponent`, the first of `ranked` having rank 1; O(log U) a draw."""
    if not len(ranked):
        raise ValueError("a stream of events needs at least one user")
    weights = np.rint(1e9 * np.arange(1, len(ranked) + 1) ** -float(exponent)).astype(np.int64)
    totals = np.cumsum(np.maximum(1, weights))
    return lambda rng, n: ranked[np.searchsorted(totals, rng.integers(0, totals[-1], n), side="right")]


def even_times(events: int, rate: float, start_ms: int) -> Numbers:
    """`rate` events a second, evenly spaced, as a benchmark's open loop sends them."""
    if not rate > 0:
        raise ValueError(f"rate is a positive number of events a second, not {rate!r}")
    return start_ms + np.floor(np.arange(events) * 1000 / rate).astype(np.int64)


@dataclass(frozen=True)
class Crowd:
    """From `start`, for `length`, both shares of a span, everything happens at `factor` times the rate."""

    start: float
    length: float
    factor: float

    def __post_init__(self) -> None:
        if not (0 <= self.start <= self.start + self.length <= 1 and 0 < self.factor < inf):
            raise ValueError(f"a crowd has a start and a length within the span and a positive factor: {self}")

    @property
    def stretch(self) -> float:
        """How much longer the span would be at an even rate."""
        return 1 + (self.factor - 1) * self.length

    def window(self, span_ms: int) -> tuple[int, int]:
        """Its first millisecond and the one after its last, as offsets in the span."""
        return round(self.start * span_ms), round((self.start + self.length) * span_ms)


def poisson_times(
    rng: np.random.Generator, events: int, span_ms: int, crowd: Crowd, rate: Callable[[Numbers], NDArray[np.float64]]
) -> Numbers:
    """Sorted offsets in [0, span_ms) of a Poisson process that brought `events`; `rate(offsets)` is a share of a peak.

    The crowd is drawn as if it took `factor` times as long. Thinning: Lewis and Shedler, Naval Research Logistics
    Quarterly 26, 1979; 1 / (mean rate) draws an event.
    """
    first, end = crowd.window(span_ms)
    extra = round((crowd.factor - 1) * (end - first))
    kept = np.empty(0, dtype=np.int64)
    while len(kept) < events:
        drawn = rng.integers(0, span_ms + extra, 2 * (events - len(kept)) + 16)
        squeezed = first + ((drawn - first) / crowd.factor).astype(np.int64)
        times = np.where(drawn < first, drawn, np.where(drawn < end + extra, squeezed, drawn - extra))
        kept = np.concatenate((kept, times[rng.random(len(times)) < rate(times)]))
    return np.sort(kept[:events])


def draw_texts(rng: np.random.Generator, n: int, lengths: Lengths | None = None) -> list[str]:
    """`n` texts whose lengths follow `lengths`, pairs of (length, count); the default runs from 4 to 280 characters."""
    sizes, counts = np.array(lengths or default_lengths(), dtype=np.int64).T
    if sizes.min() < 1 or sizes.max() > MAX_TEXT or counts.min() < 0 or counts.sum() == 0:
        raise ValueError(f"lengths are pairs of a length from 1 to {MAX_TEXT} and a count, not all counts 0")
    book, starts = _word_book()
    totals = np.cumsum(counts)
    size = sizes[np.searchsorted(totals, rng.integers(0, totals[-1], n), side="right")]
    start = starts[rng.integers(0, len(starts), n)]
    places = zip(start.tolist(), size.tolist(), strict=True)
    return [_cut_to_sentence(book[at : at + length - 1]) for at, length in places]


def default_lengths() -> list[tuple[int, int]]:
    """Our own guess at how long tweets are: most near 40 characters, a long tail, and 3% that fill all 280."""
    length = np.arange(4, MAX_TEXT + 1)
    count = 1 + np.rint(1e6 * (length - 3) * np.exp(-(length - 3) / 40)).astype(np.int64)
    count[-1] += int(count.sum() * 3 // 97)
    return list(zip(length.tolist(), count.tolist(), strict=True))


def _cut_to_sentence(words: str) -> str:
    return (words[:-1] + "o." if words.endswith(" ") else words + ".").capitalize()


@cache
def _word_book() -> tuple[str, Numbers]:
    """Endless invented words, and where each of them starts with at least `MAX_TEXT` characters to come."""
    rng = np.random.default_rng(1)
    words = ["".join(rng.choice(SYLLABLES, size)) for size in rng.integers(1, 5, 4_000).tolist()]
    starts = np.cumsum([0] + [len(word) + 1 for word in words])
    return " ".join(words), starts[starts < starts[-1] - MAX_TEXT - 1]
