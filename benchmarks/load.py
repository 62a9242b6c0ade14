"""Who writes, so that a post has as many deliveries as is asked for, and who reads.

A made-up graph has fewer follows a user than the lecture has deliveries a post, because whoever has more followers
writes more. How much more is not given; here it follows from the deliveries.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from twitterlab import FollowGraph
from twitterlab.model import Ids
from twitterlab.workloads.draws import zipf
from twitterlab.workloads.mixes import Habits

DELIVERIES = 100.0  # of a post that is pushed, on average, as in the lecture
TILTS = (-8.0, 8.0)


class Load:
    """Posts by authors as in the lecture, and readers by Zipf's law over the active users, drawn as the seed says.

    The authors with fewer than `threshold` followers have `deliveries` of them on average: a user writes with a weight
    of `max(1, followers) ** tilt`, celebrities too. Raises ValueError where no tilt from -8 to 8 gives that mean.
    """

    def __init__(self, graph: FollowGraph, threshold: int, seed: int, deliveries: float = DELIVERIES) -> None:
        counts, habits = graph.follower_counts, Habits()
        tilt = tilt_for(counts[counts < threshold], threshold, deliveries)
        self.rng, self._users = np.random.default_rng(seed), graph.users
        self._weights = weights(counts, tilt) / weights(counts, tilt).sum()
        active = self.rng.permutation(graph.users)[: max(1, round(habits.active * graph.users))]
        self._readers = zipf(active, habits.reader_skew)
        self._posts = 0

    def authors(self, n: int) -> Ids:
        """Who writes the next n posts."""
        return self.rng.choice(self._users, n, p=self._weights)

    def posts(self, n: int) -> list[tuple[int, str]]:
        """The next n posts, of about 70 characters each, no two alike."""
        first, self._posts = self._posts, self._posts + n
        return [(author, f"tweet {first + i} ".ljust(70, "x")) for i, author in enumerate(self.authors(n).tolist())]

    def readers(self, n: int) -> Ids:
        """The next n readers."""
        return self._readers(self.rng, n)


def tilt_for(pushed: Ids, threshold: int, deliveries: float) -> float:
    """The tilt under which posts by authors with so many followers have these deliveries on average."""

    def mean(tilt: float) -> float:
        return float(np.average(pushed, weights=weights(pushed, tilt))) if len(pushed) else 0.0

    least, most = map(mean, TILTS)
    if not least <= deliveries <= most:
        few = f"authors with fewer than {threshold:,} followers give {least:.3g} to {most:.3g}"
        raise ValueError(f"{deliveries:g} deliveries a post: {few}")
    return float(brentq(lambda tilt: mean(tilt) - deliveries, *TILTS))


def weights(counts: Ids, tilt: float) -> NDArray[np.float64]:
    """How often users write, as a share of the most frequent one's."""
    logs = tilt * np.log(np.maximum(counts, 1))
    return np.asarray(np.exp(logs - logs.max()))
