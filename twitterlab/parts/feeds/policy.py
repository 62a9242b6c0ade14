"""Policies: who is pushed and who is pulled, and what each choice costs over a graph.

A post can be *pushed*: written into the feed of each follower at once, so that it costs one delivery a follower. Or it
can be left to be *pulled*: each view of a feed asks its pulled followees, so that it costs one pull a view and
followee. Over one follow edge the two cost `posts[author] * push` and `views[reader] * pull`, whatever happens on the
other edges: that is why the choice can be made edge by edge, and why it is then the best of all choices.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

    from twitterlab.workloads.graph import FollowGraph

Choices: TypeAlias = NDArray[np.bool_]
Rates: TypeAlias = NDArray[np.float64]
PushRule: TypeAlias = Callable[[ArrayLike, ArrayLike], Choices]
PushPullPolicy: TypeAlias = Callable[[int, int], PushRule]


def push(authors: ArrayLike, readers: ArrayLike) -> Choices:
    """True for every pair: the author's tweet goes into each follower's feed; shapes broadcast as in numpy."""
    return np.ones(np.broadcast_shapes(np.shape(authors), np.shape(readers)), dtype=bool)


def pull(authors: ArrayLike, readers: ArrayLike) -> Choices:
    """False for every pair: the author's tweet waits until a reader asks for it; shapes broadcast as in numpy."""
    return np.zeros(np.broadcast_shapes(np.shape(authors), np.shape(readers)), dtype=bool)


def push_all(author: int, followers: int) -> PushRule:
    """The policy of stage 6: every author is pushed, at one delivery a follower and post."""
    return push


def pull_all(author: int, followers: int) -> PushRule:
    """The policy of stages 1 to 5: every author is pulled, at one pull a followee and view."""
    return pull


def follower_threshold(threshold: int = 10_000) -> PushPullPolicy:
    """Authors with at least `threshold` followers are pulled, all others pushed; 0 pulls everybody."""

    def policy(author: int, followers: int) -> PushRule:
        return pull if followers >= threshold else push

    return policy


def per_edge(view_rates: ArrayLike, post_rates: ArrayLike, ratio: float = 1.0) -> PushPullPolicy:
    """Push exactly where `view_rates[reader] >= post_rates[author] * ratio`; no other policy costs less at those rates.

    Rates are per user, both over the same period; `ratio` is the cost of a push over that of a pull. They are copied:
    a rule that has been handed out never changes, and every author gets the same one. Silberstein, Terrace, Cooper and
    Ramakrishnan, "Feeding frenzy: selectively materializing users' event feeds", SIGMOD 2010.
    """
    views, posts = _read_only_rates(view_rates), _read_only_rates(post_rates)
    if not (ratio > 0 and math.isfinite(ratio)):
        raise ValueError(f"ratio is the cost of a push over that of a pull, a positive number, not {ratio!r}")

    def rule(authors: ArrayLike, readers: ArrayLike) -> Choices:
        return np.asarray(views[np.asarray(readers)] >= posts[np.asarray(authors)] * ratio)

    return lambda author, followers: rule


def _read_only_rates(rates: ArrayLike) -> Rates:
    """A read-only copy; one array of rates that are finite and not negative, else ValueError with the first user's."""
    if isinstance(rates, np.ma.MaskedArray):
        rates = np.where(np.ma.getmaskarray(rates), np.nan, rates.data)
    copy = np.array(rates, dtype=np.float64)
    wrong = ~(np.isfinite(copy) & (copy >= 0))
    if copy.ndim != 1 or wrong.any():
        first = f": that of user {wrong.argmax()} is {copy[wrong.argmax()]}" if copy.ndim == 1 else ""
        raise ValueError(f"rates are one number per user, finite and not negative{first}")
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """What one delivery (`push`) and one pulled author at one view (`pull`) cost, both in the same `unit`."""

    push: float = 1.0
    pull: float = 1.0
    unit: str = "operations"

    def __post_init__(self) -> None:
        for name in ("push", "pull"):
            value = getattr(self, name)
            if not (value > 0 and math.isfinite(value)):
                raise ValueError(f"the cost of a {name} is a positive number of {self.unit}, not {value!r}")

    @property
    def ratio(self) -> float:
        """The cost of a push over that of a pull."""
        return self.push / self.pull


class PolicyCost(NamedTuple):
    """Deliveries, pulled authors, and both priced: `total = pushes * units.push + pulls * units.pull`."""

    pushes: float
    pulls: float
    total: float


def rules_by_author(graph: FollowGraph, policy: PushPullPolicy) -> list[PushRule]:
    """The rule of each author by user ID; one call of the policy a user."""
    return [policy(author, followers) for author, followers in enumerate(graph.follower_counts.tolist())]


def pushed_follows(graph: FollowGraph, policy: PushPullPolicy) -> Choices:
    """Whether each follow is pushed, in the order of `graph.edge_arrays()`; O(E log E), one call a distinct rule."""
    readers, authors = graph.edge_arrays()
    by_author = rules_by_author(graph, policy)
    numbers: dict[int, int] = {}
    numbered = [numbers.setdefault(id(rule), len(numbers)) for rule in by_author]
    choices = np.empty(graph.edges, dtype=bool)
    if len(numbers) == 1:
        choices[:] = by_author[0](authors, readers)
        return choices
    number = np.array(numbered, dtype=np.min_scalar_type(len(numbers)))[authors]  # small: the sort is a radix sort
    order = np.argsort(number, kind="stable")
    for edges in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        if len(edges):
            choices[edges] = by_author[int(authors[edges[0]])](authors[edges], readers[edges])
    return choices


def policy_cost(
    graph: FollowGraph, posts: ArrayLike, views: ArrayLike, policy: PushPullPolicy, units: UnitCosts
) -> PolicyCost:
    """What a period costs under `policy`: `posts[author]` over each pushed follow, `views[reader]` over each pulled."""
    return _priced(*_work_of_follows(graph, posts, views), pushed_follows(graph, policy), units)


def policy_regret(
    graph: FollowGraph, posts: ArrayLike, views: ArrayLike, policy: PushPullPolicy, units: UnitCosts
) -> float:
    """What `policy` costs above the best choice on every edge in hindsight, in units; never negative."""
    return _summed_regret(*_work_of_follows(graph, posts, views), pushed_follows(graph, policy), units)


def best_threshold(graph: FollowGraph, posts: ArrayLike, views: ArrayLike, units: UnitCosts) -> tuple[int, PolicyCost]:
    """The follower threshold that costs least, and its cost: exact over all of them, in O(E + U log U).

    A threshold only matters through the authors at or above it, so the distinct follower counts and one more than the
    largest (which pushes everybody) are all there is to try. Of equals the largest wins: it pulls the fewest.
    """
    deliveries, visits = _work_of_follows(graph, posts, views)
    _, authors = graph.edge_arrays()
    pushing = np.bincount(authors, weights=deliveries, minlength=graph.users) * units.push
    pulling = np.bincount(authors, weights=visits, minlength=graph.users) * units.pull
    thresholds, level = np.unique(graph.follower_counts, return_inverse=True)
    below = np.concatenate(([0.0], np.cumsum(np.bincount(level, weights=pushing))))
    above = np.concatenate((np.cumsum(np.bincount(level, weights=pulling)[::-1])[::-1], [0.0]))
    candidates = np.append(thresholds, thresholds.max(initial=0) + 1)
    best = int(candidates[::-1][np.argmin((below + above)[::-1])])
    return best, policy_cost(graph, posts, views, follower_threshold(best), units)


def _work_of_follows(graph: FollowGraph, posts: ArrayLike, views: ArrayLike) -> tuple[Rates, Rates]:
    """For each follow, the deliveries if it is pushed and the visits if it is pulled."""
    readers, authors = graph.edge_arrays()
    per_author, per_reader = _read_only_rates(posts), _read_only_rates(views)
    if len(per_author) != graph.users or len(per_reader) != graph.users:
        raise ValueError(f"posts and views hold one number for each of the graph's {graph.users} users")
    return per_author[authors], per_reader[readers]


def _priced(deliveries: Rates, visits: Rates, choices: Choices, units: UnitCosts) -> PolicyCost:
    pushes, pulls = float(deliveries[choices].sum()), float(visits[~choices].sum())
    return PolicyCost(pushes, pulls, pushes * units.push + pulls * units.pull)


def _summed_regret(deliveries: Rates, visits: Rates, choices: Choices, units: UnitCosts) -> float:
    """Summed follow by follow, so that rounding cannot make a difference of two large totals negative."""
    pushing, pulling = deliveries * units.push, visits * units.pull
    return float(np.maximum(np.where(choices, pushing - pulling, pulling - pushing), 0).sum())


def post_and_view_counts(events: Iterable[tuple[int, str, int, int, str]], users: int) -> tuple[Rates, Rates]:
    """Posts and views of feeds per user in a stream of `workload.Event`: two arrays of `users` counts."""
    counts = {"post": np.zeros(users), "feed": np.zeros(users)}
    for _, kind, user, _, _ in events:
        if kind in counts:
            counts[kind][user] += 1
    return counts["post"], counts["feed"]


def compare_policies(
    graph: FollowGraph,
    posts: ArrayLike,
    views: ArrayLike,
    units: UnitCosts,
    before: tuple[ArrayLike, ArrayLike] | None = None,
) -> pd.DataFrame:
    """One row a policy, judged on one period; "per edge" knows that period and is the least of all.

    With `before`, the (posts, views) of an earlier period, two rows more are what a system could really have known:
    the threshold and the edges chosen from that period. Columns: `threshold` (NA where there is none), `pushes`
    (deliveries), `pulls` (pulled authors), `cost` and `regret` (both in `units.unit`); indexed by policy.
    """
    import pandas as pd

    threshold, _ = best_threshold(graph, posts, views, units)
    candidates: list[tuple[str, int | None, PushPullPolicy]] = [
        ("push all", None, push_all),
        ("pull all", None, pull_all),
        ("best threshold", threshold, follower_threshold(threshold)),
        ("per edge", None, per_edge(views, posts, units.ratio)),
    ]
    if before is not None:
        earlier, _ = best_threshold(graph, *before, units)
        candidates.append(("threshold of the period before", earlier, follower_threshold(earlier)))
        candidates.append(("per edge of the period before", None, per_edge(before[1], before[0], units.ratio)))
    work, rows = _work_of_follows(graph, posts, views), []
    for name, limit, policy in candidates:
        choices = pushed_follows(graph, policy)
        rows.append((name, limit, *_priced(*work, choices, units), _summed_regret(*work, choices, units)))
    columns = ["policy", "threshold", "pushes", "pulls", "cost", "regret"]
    return pd.DataFrame(rows, columns=columns).astype({"threshold": "Int64"}).set_index("policy")
