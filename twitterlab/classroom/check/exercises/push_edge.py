"""Exercise 7.2: push or pull over one follow, by what each costs there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

import twitterlab as tl
from twitterlab.classroom.check.disguise import PLAIN, Look
from twitterlab.classroom.check.exercise import Exercise, StageCost, WrongAnswer
from twitterlab.classroom.check.guard import Misbehaved, call_answer, short_repr, time_limit
from twitterlab.parts.feeds.policy import (
    Choices,
    PushPullPolicy,
    Rates,
    UnitCosts,
    compare_policies,
    policy_cost,
    post_and_view_counts,
)
from twitterlab.studies.policies import policy_workloads
from twitterlab.workloads.mixes import Event

Decide: TypeAlias = Callable[[float, float, int], bool]

MANY = 1_000_000_000
UNITS = UnitCosts(push=3, pull=2)
USERS, EVENTS, TOGETHER, LIMIT_S = 200, 1_000, 200, 30.0
LEAST = 600  # in the stage: the per-edge rule's cost; pushing all costs 1,635, pulling all 1,506


class History(NamedTuple):
    """One follow: what happens on it in a period, and what a delivery and a pull cost."""

    posts: float
    views: float
    followers: int
    push: float
    pull: float

    @property
    def pushing(self) -> float:
        """What pushing costs over this follow."""
        return self.posts * self.push

    @property
    def pulling(self) -> float:
        """What pulling costs over this follow."""
        return self.views * self.pull


def small_histories() -> Iterator[History]:
    """Few posts and views, few followers and many, dear deliveries and dear pulls."""
    counts, followers, costs = (0, 1, 2, 3, 50), (1, 2, 1_000_000), (1, 2, 10)
    grid = (History(*values) for values in product(counts, counts, followers, costs, costs))
    yield from sorted(grid, key=sum)
    yield from (History(*values) for values in product((0.25, 0.5, 1.5), (0.5, 1, 2), (1, 10**9), (1, 3), (2, 0.75)))
    yield from (History(*values) for values in product((1, 2), (1, 2), (3,), (2e-9, 3e-9), (1e-9, 2.5e-9)))
    often = (1, 6_000, 10**6 + 1, 10**12)
    yield from (History(*values) for values in product(often, often, (2, 2 * 10**8, 10**10), (1, 7), (1, 3)))


def longer_histories() -> Any:
    """Any counts and costs, where the two ways do not cost nearly the same."""
    from hypothesis import strategies as st

    counts = st.integers(0, 5_000) | st.integers(0, 10**9) | st.integers(0, 40).map(lambda n: n / 8)
    costs = st.sampled_from([0.25, 0.5, 1, 2, 3, 7, 40, 1_000])
    return st.builds(History, counts, counts, st.integers(1, 10**10), costs, costs)


def story(history: History) -> str:
    """The follow in words."""
    posts, views, followers, push, pull = history
    return (
        f"In a day the author {times_in_words('post', posts)} and the reader {times_in_words('look', views)}. The "
        f"author has {followers:,} follower{'s' * (followers != 1)}. A delivery costs {push:g}, a pull {pull:g}."
    )


def times_in_words(verb: str, count: float) -> str:
    """What somebody does so often, in words."""
    often = "once" if count == 1 else "twice" if count == 2 else f"{count:,} times"
    return f"{verb}s {often}" if count else f"never {verb}s"


def decides_to_push(answer: Any, history: History) -> bool:
    """Whether the answer pushes."""
    got = call_answer(answer, *history)
    if not isinstance(got, (bool, np.bool_)):
        raise Misbehaved(f"Your function gave {short_repr(got)}: asked for is True (push) or False (pull).")
    return bool(got)


def problem(answer: Any, history: History, look: Look = PLAIN) -> WrongAnswer | None:
    """Whether the cheaper way is taken; where both cost the same, either is."""
    got, right = decides_to_push(answer, history), history.pushing <= history.pulling
    if got == right or history.pushing == history.pulling:
        return None
    costs = f"pushing costs {history.pushing:,g} here and pulling {history.pulling:,g}"
    return WrongAnswer(
        choice_in_words(got), f"{choice_in_words(right)}: {costs}", misconceptions_of(answer, history, got)
    )


def choice_in_words(push: bool) -> str:
    """A choice as the learner gives it, and what it means."""
    return f"{push} ({'push' if push else 'pull'})"


def misconceptions_of(answer: Any, history: History, got: bool) -> tuple[str, ...]:
    """The misconceptions that give this: what the answer says when one number alone becomes another tells most."""

    def heeds(name: str) -> bool:
        return len({decides_to_push(answer, history._replace(**{name: value})) for value in (0, 1, MANY)}) > 1

    posts, views, followers, push, pull = history
    by_followers, by_posts, by_views = heeds("followers"), heeds("posts"), heeds("views")
    signs = {
        "all_followers": by_followers and got == (posts * followers * push <= views * pull),
        "followers_decide": by_followers,
        "posts_alone": by_posts and not by_views,
        "views_alone": by_views and not by_posts,
        "ignores_costs": posts == views or got == (posts < views),
        "costs_swapped": posts * pull == views * push or got == (posts * pull < views * push),
        "wrong_way": decides_to_push(answer, history._replace(posts=MANY, views=1))
        and not decides_to_push(answer, history._replace(posts=1, views=MANY)),
    }
    return tuple(key for key, fits in signs.items() if fits)


def stage_costs(answer: Any) -> list[StageCost]:
    """Four workloads, follow by follow, and one of them in the real stage; each beside the best of four other ways."""
    graph = tl.FollowGraph.synthetic(users=USERS, mean_follows=12, seed=7)
    decide = decide_once(answer)
    streams = policy_workloads(graph, EVENTS)
    with time_limit(LIMIT_S):
        costs = [on_paper(decide, name, graph, events) for name, events in streams.items()]
        return [*costs, in_the_stage(decide, graph, streams["lecture"])]


def decide_once(answer: Any) -> Decide:
    """The answer, asked once for each different follow."""

    @cache
    def decide(posts: float, views: float, followers: int) -> bool:
        return bool(answer(posts, views, followers, UNITS.push, UNITS.pull))

    return decide


def answers_policy(decide: Decide, graph: tl.FollowGraph, posts: Rates, views: Rates) -> PushPullPolicy:
    """The policy that decides each follow by its rates."""

    def rule(authors: ArrayLike, readers: ArrayLike) -> Choices:
        whose, whom = np.broadcast_arrays(authors, readers)
        numbers = (posts[whose].tolist(), views[whom].tolist(), graph.follower_counts[whose].tolist())
        return np.fromiter(map(decide, *numbers), bool, whose.size)

    return lambda author, followers: rule


def on_paper(decide: Decide, name: str, graph: tl.FollowGraph, events: list[Event]) -> StageCost:
    """What a workload costs over all follows, beside push all, pull all, the best threshold and the per-edge rule."""
    posts, views = post_and_view_counts(events, graph.users)
    others = compare_policies(graph, posts, views, UNITS)["cost"]
    total = policy_cost(graph, posts, views, answers_policy(decide, graph, posts, views), UNITS).total
    return StageCost(f"{name}: cost of all pushes and pulls", round(total), round(others.min()), "beaten")


def in_the_stage(decide: Decide, graph: tl.FollowGraph, events: list[Event]) -> StageCost:
    """What the lecture's posts and pages cost in the stage, beside the same four ways there."""
    posts, views = post_and_view_counts(events, graph.users)
    used = replayed_cost(graph, events, answers_policy(decide, graph, posts, views))
    return StageCost("in stage 7: deliveries and pulls, each at its cost", used, LEAST, "beaten")


def replayed_cost(graph: tl.FollowGraph, events: list[Event], policy: PushPullPolicy) -> int:
    """Deliveries and pulls of a stream's posts and pages in the stage, each at its cost; workers catch up often."""
    with tl.HybridFeeds(graph, clock=tl.ManualClock(), policy=policy) as system:
        for first in range(0, len(events), TOGETHER):
            some = events[first : first + TOGETHER]
            system.post_many([(event.user, "hello") for event in some if event.kind == "post"])
            system.drain()
            system.feed_many([event.user for event in some if event.kind == "feed"])
        return int(system.work.deliveries * UNITS.push + system.work.pulls * UNITS.pull)


EXERCISE = Exercise(
    "7.2",
    small_histories,
    longer_histories,
    story,
    problem,
    stage_costs,
    says_when_right="The rates were those of the very day that was judged. A system knows only those of days before.",
)
