"""A made-up Twitter: follow graphs of the published shape, of any size, the same on every machine.

The shape is that of Kwak, Lee, Park and Moon, "What is Twitter, a Social Network or a News Media?" (WWW 2010). Only
PCG64 draws, integers, and the float operations that IEEE 754 rounds exactly (+ - * / and square root) are used, since
`exp`, `log` and `pow` differ in their last bit from machine to machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twitterlab.model import Ids, InvalidGraph, Users, integer

Floats = NDArray[np.float64]

TAIL_EXPONENT = 1.276  # exponent of the CCDF of follower counts: a density exponent of 2.276
CELEBRITY_SHARE = 5e-4  # share of users, at the very top, who stand clearly above the line of that law,
CELEBRITY_BOOST = 3  # and by how many times the line, before the roof presses them down
FOLLOWER_ROOF = 0.6  # share of all users that nobody's followers come near
TASTES = 12  # independent factors whose product is a user's appetite; products of many factors tend to a lognormal
ABSTAINERS = 0.04  # share of users who follow nobody
MAX_SYNTHETIC_USERS = 2**30  # two IDs and a kind fit one int64 code
CODES_AT_A_TIME = 1 << 22
BOTH, UP, DOWN = 0, 1, 2  # kinds of a pair (low, high): mutual, low follows high, high follows low


@dataclass(frozen=True)
class PairPlan:
    """How many pairs of each kind to draw: `mutual` pairs are two follows each, `single` pairs one."""

    users: int
    mutual: int
    single: int

    @property
    def follows(self) -> int:
        return 2 * self.mutual + self.single


def synthetic_keys(users: int, mean_follows: float, seed: int, mutual: float) -> Ids:
    """Exactly round(users * mean_follows) distinct follows, unordered, each as follower << 32 | followee."""
    plan = plan_pairs(users, mean_follows, mutual)
    rng = seeded_generator(seed)
    follows, followed = target_counts(plan, rng)
    friends = apportion(np.minimum(follows, followed), 2 * plan.mutual)
    out, into = (apportion(np.maximum(side - friends, 0), plan.single) for side in (follows, followed))
    pairs = DrawnPairs(rng, users, [])
    pairs.draw_pairs(plan.mutual, friends, friends, symmetric=True)
    pairs.draw_pairs(plan.single, out, into, symmetric=False)
    return directed_follows(pairs.codes, plan.follows)


def plan_pairs(users: Any, mean_follows: Any, mutual: Any) -> PairPlan:
    """The numbers of pairs, or InvalidGraph where no such graph exists."""
    count = integer(users)
    if count is None or not 1 <= count <= MAX_SYNTHETIC_USERS:
        raise InvalidGraph(f"users is {users!r}: it must be an integer from 1 to 2**30")
    if not isinstance(mean_follows, (int, float, np.number)) or not 0 <= mean_follows <= count - 1:
        raise InvalidGraph(f"mean_follows is {mean_follows!r}: {count} users can follow 0 to {count - 1} others each")
    if not isinstance(mutual, (int, float, np.number)) or not 0 <= mutual <= 1 or not isfinite(mutual):
        raise InvalidGraph(f"mutual is {mutual!r}: it must be a share of links from 0 to 1")
    follows = round(count * float(mean_follows))
    least = follows - count * (count - 1) // 2  # so dense a graph has no room for more one-way pairs
    pairs = min(max(round(follows * float(mutual) / 2), least), follows // 2)
    return PairPlan(count, pairs, follows - 2 * pairs)


def seeded_generator(seed: Any) -> np.random.Generator:
    """A PCG64 generator for a non-negative integer seed."""
    if (value := integer(seed)) is None or value < 0:
        raise InvalidGraph(f"seed is {seed!r}: it must be an integer of at least 0")
    return np.random.default_rng(value)


def target_counts(plan: PairPlan, rng: np.random.Generator) -> tuple[Ids, Ids]:
    """How many each user should follow, and be followed by; both sum to the number of follows.

    Half of the tastes that make a user follow others also make them followed, so the two counts are correlated.
    """
    appetite, renown = np.ones(plan.users), np.ones(plan.users)
    for taste in range(TASTES):
        factor = 0.25 + rng.random(plan.users)
        appetite *= factor
        renown *= factor if taste % 2 else 0.25 + rng.random(plan.users)
    appetite[rng.random(plan.users) < ABSTAINERS] = 0
    rank = np.empty(plan.users)
    rank[np.argsort(-renown, kind="stable")] = np.arange(1, plan.users + 1)
    return apportion(appetite, plan.follows), apportion(follower_counts_by_rank(rank, plan), plan.follows)


def follower_counts_by_rank(rank: Floats, plan: PairPlan) -> Floats:
    """Follower counts by rank (1 is the most followed): a power law, celebrities above it, and nobody above the roof.

    As flat as Twitter's, and with a mean of 50, the law would give the top of a graph of 100,000 more followers than
    there are users; the roof bends the top few back, as the size of any real service does.
    """
    line = portable_power(plan.users / rank, 1 / TAIL_EXPONENT) - rank / plan.users
    line *= 1 + CELEBRITY_BOOST / (1 + (rank / (CELEBRITY_SHARE * plan.users)) ** 2)
    wanted = line * plan.follows / max(np.cumsum(line)[-1], 1)
    roofed: Floats = wanted / (1 + wanted / (FOLLOWER_ROOF * plan.users))
    return roofed


def portable_power(x: Floats, exponent: float) -> Floats:
    """`x` to a power between 0 and 1, from square roots alone: the same bits on every machine."""
    result, root = np.ones_like(x), x
    for _ in range(30):
        root, exponent = np.sqrt(root), exponent * 2
        if exponent >= 1:
            result, exponent = result * root, exponent - 1
    return result


def apportion(weights: NDArray[Any], total: int) -> Ids:
    """Integers in proportion to `weights` that sum to `total` exactly: the fractions are carried from user to user."""
    running = np.cumsum(weights, dtype=np.float64)
    if running[-1] == 0:
        running = np.arange(1.0, len(weights) + 1)
    shares = np.floor(running / running[-1] * total + 0.5).astype(np.int64)
    parts: Ids = np.diff(shares, prepend=0)
    return parts


@dataclass(frozen=True)
class DrawnPairs:
    """Distinct pairs of users, drawn so far: sorted arrays of codes, low << 33 | high << 2 | kind."""

    rng: np.random.Generator
    users: int
    codes: list[Ids]

    def draw_pairs(self, wanted: int, from_counts: Ids, to_counts: Ids, symmetric: bool) -> None:
        """Adds `wanted` pairs. Those that collide are drawn again: by the counts, then evenly, then among what is free.

        The next way is taken when less than a quarter of the draws are new.
        """
        ids = np.arange(self.users, dtype=np.int32)
        for ends in ([np.repeat(ids, from_counts), np.repeat(ids, to_counts)], [ids, ids]):
            useful = True
            while wanted and useful:
                drawn = max(wanted, 256)
                fresh = self.add_new_codes(draw_codes(self.rng, drawn, ends, symmetric), wanted)
                wanted, useful = wanted - min(fresh, wanted), fresh * 4 >= drawn
        if wanted:
            self.add_new_codes(all_codes(self.rng, self.users, symmetric), wanted)

    def add_new_codes(self, codes: Ids, wanted: int) -> int:
        """Adds at most `wanted` of the codes whose pair is new; the answer is how many were new."""
        fresh = new_codes(codes, self.codes)
        few = len(fresh) <= wanted
        self.codes.append(fresh if few else np.sort(self.rng.permutation(fresh)[:wanted]))
        return len(fresh)


def all_codes(rng: np.random.Generator, users: int, symmetric: bool) -> Ids:
    """Every pair of users; asked for only where the graph itself holds most of them."""
    low, high = np.triu_indices(users, 1)
    return low << 33 | high << 2 | (BOTH if symmetric else rng.integers(UP, DOWN + 1, len(low)))


def draw_codes(rng: np.random.Generator, count: int, ends: list[Users], symmetric: bool) -> Ids:
    """`count` pairs of entries of the two arrays, sorted, loops removed."""
    codes = np.empty(count, np.int64)
    for start in range(0, count, CODES_AT_A_TIME):
        part = codes[start : start + CODES_AT_A_TIME]
        a, b = (end[rng.integers(0, len(end), len(part))].astype(np.int64) for end in ends)
        kind = BOTH if symmetric else np.where(a < b, UP, DOWN)
        part[:] = np.where(a == b, -1, np.minimum(a, b) << 33 | np.maximum(a, b) << 2 | kind)
    codes.sort()
    return codes[np.searchsorted(codes, 0) :]


def new_codes(codes: Ids, taken: list[Ids]) -> Ids:
    """The codes whose pair comes first among `codes` (sorted) and stands in none of the arrays of `taken`."""
    keep = np.ones(len(codes), bool)
    keep[1:] = codes[1:] >> 2 != codes[:-1] >> 2
    for start in range(0, len(codes), CODES_AT_A_TIME):
        part, kept = codes[start : start + CODES_AT_A_TIME] & ~3, keep[start : start + CODES_AT_A_TIME]
        for other in filter(len, taken):
            at = np.searchsorted(other, part)
            kept &= (at == len(other)) | (other[np.minimum(at, len(other) - 1)] >> 2 != part >> 2)
    return codes[keep]


def directed_follows(pairs: list[Ids], follows: int) -> Ids:
    """The follows that the codes of `pairs` stand for, one or two each, as follower << 32 | followee."""
    keys, end = np.empty(follows, np.int64), 0
    for codes in pairs:
        for start in range(0, len(codes), CODES_AT_A_TIME):
            part = codes[start : start + CODES_AT_A_TIME]
            low, high, kind = part >> 33, part >> 2 & 0x7FFFFFFF, part & 3
            for way in ((low << 32 | high)[kind != DOWN], (high << 32 | low)[kind != UP]):
                keys[end : end + len(way)] = way
                end += len(way)
    return keys
