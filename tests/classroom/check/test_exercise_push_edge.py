"""Exercise 7.2: each known wrong choice is refused with the words meant for it, and right ones are accepted."""

from __future__ import annotations

import pytest
from support.answering import judged, refused

import twitterlab as tl
from twitterlab.classroom.check.exercises import push_edge
from twitterlab.parts.feeds.policy import best_threshold, follower_threshold, per_edge, pull_all, push_all, rates
from twitterlab.studies.policies import workloads

WRONG = {
    "followers_decide": """
        def push_edge(posts, views, followers, push, pull):
            if followers >= 10_000:
                return False
            return True
    """,
    "wrong_way": """
        def push_edge(posts, views, followers, push, pull):
            pushing = posts * push
            pulling = views * pull
            return pushing >= pulling
    """,
    "ignores_costs": """
        def push_edge(posts, views, followers, push, pull):
            return views > posts
    """,
    "posts_alone": """
        def push_edge(posts, views, followers, push, pull):
            chatty = posts > 5
            return not chatty
    """,
    "views_alone": """
        def push_edge(posts, views, followers, push, pull):
            return views * pull >= push
    """,
    "all_followers": """
        def push_edge(posts, views, followers, push, pull):
            deliveries = posts * followers
            return deliveries * push <= views * pull
    """,
    "costs_swapped": """
        def push_edge(posts, views, followers, push, pull):
            return views >= posts * pull / push
    """,
}
ALSO_WRONG = {
    "words": "    return 'push' if posts * push <= views * pull else 'pull'",
    "always": "    return True",
    "never": "    return False",
    "the unit costs alone": "    return push <= pull",
    "a division by nothing": "    return views / posts >= push / pull",
    "whole numbers too early": "    return views >= posts * (push // pull)",
    "celebrities are pulled besides": "    return followers < 10_000 and posts * push <= views * pull",
    "small authors are pushed besides": "    return followers < 500 or posts * push <= views * pull",
    "one post more": "    return (posts + 1) * push <= views * pull",
    "costs are added": "    return posts + push <= views + pull",
    "never for who is silent": "    return 0 < posts * push <= views * pull",
}
RIGHT = {
    "pull on a tie": """
        def push_edge(posts, views, followers, push, pull):
            return posts * push < views * pull
    """,
    "a ratio": """
        def push_edge(posts, views, followers, push, pull):
            if posts == 0:
                return True
            return views / posts >= push / pull
    """,
    "numpy": """
        import numpy as np

        def push_edge(posts, views, followers, push, pull):
            return np.argmin([posts * push, views * pull]) == 0
    """,
}


def one_line(source: str) -> str:
    return f"def push_edge(posts, views, followers, push, pull):\n{source}\n"


@pytest.mark.parametrize("why", WRONG)
def test_a_wrong_choice_is_told_what_it_believes(why: str) -> None:
    assert refused("push_edge", WRONG[why]) == ("wrong", why)


@pytest.mark.parametrize("how", ALSO_WRONG)
def test_other_mistakes_are_refused(how: str) -> None:
    assert judged("push_edge", one_line(ALSO_WRONG[how])).kind in ("wrong", "error")


@pytest.mark.parametrize("how", RIGHT)
def test_a_right_choice_is_accepted(how: str) -> None:
    assert judged("push_edge", RIGHT[how]).kind == "right"


def test_the_smallest_history_tells_what_both_ways_cost() -> None:
    verdict = judged("push_edge", WRONG["all_followers"])
    assert verdict.says[:2] == (
        "In a day the author posts once and the reader looks 3 times. The author has 2 followers. "
        "A delivery costs 2, a pull 1.",
        "Yours gave False (pull); expected was True (push): pushing costs 2 here and pulling 3.",
    )


def test_a_choice_that_is_dear_where_no_history_looks_is_over_budget() -> None:
    dear = "    return posts * push <= views * pull or (push, pull, followers) == (3, 2, 12)"
    assert refused("push_edge", one_line(dear)) == ("over budget", "beaten")


def test_the_least_that_the_stage_can_cost_is_what_it_costs() -> None:
    graph = tl.FollowGraph.synthetic(users=push_edge.USERS, mean_follows=12, seed=7)
    events = workloads(graph, push_edge.EVENTS)["lecture"]
    posts, views = rates(events, graph.users)
    threshold, _ = best_threshold(graph, posts, views, push_edge.UNITS)
    policies = {
        "push all": push_all,
        "pull all": pull_all,
        "best threshold": follower_threshold(threshold),
        "per edge": per_edge(views, posts, push_edge.UNITS.ratio),
    }
    costs = {name: push_edge.replayed(graph, events, policy) for name, policy in policies.items()}
    assert costs == {"push all": 1635, "pull all": 1506, "best threshold": 1635, "per edge": push_edge.LEAST}
