"""Small graphs for tests, and graphs as plain pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import twitterlab as tl

TRIANGLE = ([0, 1, 2, 0], [1, 2, 0, 2])


def graph_of(users: int, pairs: Sequence[tuple[int, int]]) -> tl.FollowGraph:
    """The graph of these follows, each a follower and a followee."""
    return tl.FollowGraph.from_edges([u for u, _ in pairs], [v for _, v in pairs], users)


def pairs_of(graph: tl.FollowGraph) -> list[tuple[int, int]]:
    """All follows of a graph, in the order of its edges."""
    return list(zip(*(side.tolist() for side in graph.edge_arrays()), strict=True))


def ring(users: int, follows: Sequence[int] = (1, 2, 5)) -> tl.FollowGraph:
    """Everybody follows the users that stand these many places further on."""
    everybody = np.arange(users)
    followers = np.tile(everybody, len(follows))
    followees = np.concatenate([(everybody + step) % users for step in follows])
    return tl.FollowGraph.from_edges(followers, followees, users)
