"""The load that parts of the bench share: who counts as a celebrity, and who writes, so that a post has its deliveries.

A made-up graph has fewer follows a user than the lecture has deliveries a post, because whoever has more followers
writes more. How much more is not given; here it follows from the deliveries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twitterlab.model import Ids
    from twitterlab.workloads.graph import FollowGraph

THRESHOLD = 10_000  # followers
FEW = 10
TILTS = (-8.0, 8.0)
GRAINS = 2**40  # weights are rounded to this fineness before anything is drawn by them

Weights = NDArray[np.float64]


def celebrity_threshold(graph: FollowGraph, wanted: int = THRESHOLD) -> int:
    """`wanted` where at least ten users have as many followers, else what the top half per cent of all users have."""
    counts = graph.follower_counts
    if np.count_nonzero(counts >= wanted) >= FEW:
        return wanted
    return max(1, int(np.quantile(counts, 0.995)))


def authors(graph: FollowGraph, threshold: int, rng: np.random.Generator, n: int, deliveries: float = 100.0) -> Ids:
    """`n` authors, one a post, such that a post of an author below `threshold` followers has `deliveries` on average.

    A user writes with a weight of `max(1, followers) ** tilt`, celebrities too; the tilt is found by bisection. Raises
    ValueError where no tilt from -8 to 8 gives that mean.
    """
    counts = graph.follower_counts
    low, high = TILTS
    least, most = (pushed_mean(counts, threshold, tilt) for tilt in TILTS)
    if not least <= deliveries <= most:
        raise ValueError(
            f"{deliveries:g} deliveries a post: authors with fewer than {threshold:,} followers give {least:.3g} to "
            f"{most:.3g}"
        )
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if pushed_mean(counts, threshold, middle) < deliveries else (low, middle)
    totals = np.cumsum(np.rint(GRAINS * weights(counts, high)).astype(np.int64))
    return np.searchsorted(totals, rng.integers(0, totals[-1], n), side="right")


def pushed_mean(counts: Ids, threshold: int, tilt: float) -> float:
    """The mean followers of a post's author under a tilt, celebrities left out; it grows with the tilt."""
    pushed = counts[counts < threshold]
    return float(np.average(pushed, weights=weights(pushed, tilt))) if len(pushed) else 0.0


def weights(counts: Ids, tilt: float) -> Weights:
    """How often users write, as a share of the most frequent one's."""
    logs = tilt * np.log(np.maximum(counts, 1))
    return np.asarray(np.exp(logs - logs.max()))
