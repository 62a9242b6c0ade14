"""Who follows whom: an immutable graph in compressed sparse rows, both ways, with networkx at its door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from twitterlab.model import Ids, InvalidGraph, UnknownUser, Users, integer
from twitterlab.workloads.graph_edges import (
    check_pairs,
    check_users,
    compressed_rows,
    id_column,
    pack_follows,
    sorted_once,
    turned_rows,
)
from twitterlab.workloads.graph_files import read_edges, write_edges
from twitterlab.workloads.synthetic import synthetic_keys

if TYPE_CHECKING:
    import networkx as nx

FOLLOWS_AT_A_TIME = 1 << 22


@dataclass(frozen=True, eq=False, repr=False)
class FollowGraph:
    """Follows as two sets of sorted rows: whom each user follows, and who follows them, 8 bytes a follow.

    The followees of `u` are `followee_rows[followee_starts[u]:followee_starts[u + 1]]` and likewise the followers; rows
    are int32 user IDs, starts int64, all read-only. IDs are 0 to users - 1, a follow counts once, nobody follows
    themselves.
    """

    followee_starts: Ids
    followee_rows: Users
    follower_starts: Ids
    follower_rows: Users

    def __post_init__(self) -> None:
        for array in (self.followee_starts, self.followee_rows, self.follower_starts, self.follower_rows):
            array.setflags(write=False)

    @classmethod
    def from_edges(cls, followers: Any, followees: Any, users: int | None = None) -> FollowGraph:
        """The graph of the follows `followers[i]` -> `followees[i]`; costs two sorts, repeated follows count once.

        Takes two equally long sequences of integers. Without `users` there are as many as the highest ID says. Raises
        InvalidGraph with the row, counted from 0, and its value.
        """
        one, other = id_column(followers, "follower"), id_column(followees, "followee")
        check_pairs(one, other)
        return graph_of_packed(pack_follows(one, other), check_users(one, other, users))

    @classmethod
    def read(cls, path: Any, relabel: bool = False, drop_loops: bool = False, columns: Any = None) -> FollowGraph:
        """The graph in a .parquet or .csv file, or in an edge list of white-space separated pairs (.txt, .el, .gz).

        Two columns whose names are known are read whatever their order and case: `follower` and `followee`, `source`
        and `target`, `from` and `to` (all of them: `graph_columns.KNOWN_PAIRS`). `columns` are the two to take instead,
        follower first, by name or counted from 0; without names and `columns`, a file has two.

        `relabel` maps the IDs that occur to 0..n-1, in ascending order; `drop_loops` drops users' follows of
        themselves (but not the users). Raises InvalidGraph with the line, counted from 1, or the Parquet row, from 0.
        """
        file = read_edges(path, columns)
        one, other = (
            id_column(file.followers, "follower", file.where),
            id_column(file.followees, "followee", file.where),
        )
        check_pairs(one, other, file.where, drop_loops)
        if relabel:
            ids, places = np.unique(np.concatenate([one, other]), return_inverse=True)
            one, other = np.split(places.astype(np.int64), 2)
        users = check_users(one, other, len(ids) if relabel and len(ids) else file.users, file.where)
        return graph_of_packed(pack_follows(one, other)[one != other], users)

    @classmethod
    def from_networkx(cls, graph: nx.DiGraph[int]) -> FollowGraph:
        """The graph of a DiGraph whose nodes are the integers 0..n-1 and whose edges run follower -> followee."""
        if not (hasattr(graph, "is_directed") and graph.is_directed()):
            raise InvalidGraph(f"{graph!r} is not a networkx DiGraph: a follow has a direction")
        for node in graph:
            if (user := integer(node)) is None or not 0 <= user < len(graph):
                raise InvalidGraph(f"node {node!r}: the nodes must be the integers 0 to {len(graph) - 1}")
        edges = list(graph.edges())
        return cls.from_edges([u for u, _ in edges], [v for _, v in edges], len(graph))

    @classmethod
    def synthetic(
        cls, users: int = 100_000, mean_follows: float = 50, seed: int = 7, mutual: float = 0.22
    ) -> FollowGraph:
        """A made-up graph of the shape of Twitter, with round(users * mean_follows) follows, the same on every machine.

        `mutual` is the share of follows that are returned. Follower counts have a power law's tail with exponent 2.276
        and celebrities above it (Kwak et al., WWW 2010). 50 M follows take about 30 s and 1.6 GB.
        """
        return graph_of_packed(synthetic_keys(users, mean_follows, seed, mutual), int(users))

    def write(self, path: Any) -> None:
        """Write the graph as a file that `read` gives back as this graph: .parquet, .csv, or an edge list.

        The file is there whole or not at all. Raises InvalidGraph for a suffix that is not known.
        """
        write_edges(path, self)

    @property
    def users(self) -> int:
        """The number of users."""
        return len(self.followee_starts) - 1

    @property
    def edges(self) -> int:
        """The number of follows."""
        return len(self.followee_rows)

    @property
    def nbytes(self) -> int:
        """Bytes of the rows and starts, both ways."""
        return sum(
            a.nbytes for a in (self.followee_starts, self.followee_rows, self.follower_starts, self.follower_rows)
        )

    @cached_property
    def followee_counts(self) -> Ids:
        """How many each user follows, int64 by user."""
        return read_only(np.diff(self.followee_starts))

    @cached_property
    def follower_counts(self) -> Ids:
        """How many follow each user, int64 by user."""
        return read_only(np.diff(self.follower_starts))

    def followees(self, user: int) -> Users:
        """Whom `user` follows: a sorted read-only view, nothing copied."""
        u = self.known_user(user)
        return self.followee_rows[self.followee_starts[u] : self.followee_starts[u + 1]]

    def followers(self, user: int) -> Users:
        """Who follows `user`: a sorted read-only view, nothing copied."""
        u = self.known_user(user)
        return self.follower_rows[self.follower_starts[u] : self.follower_starts[u + 1]]

    def known_user(self, user: Any) -> int:
        """`user` as an int, or UnknownUser."""
        if (u := integer(user)) is None or not 0 <= u < self.users:
            raise UnknownUser(f"user {user!r} is not an integer from 0 to {self.users - 1}")
        return u

    def edge_arrays(self) -> tuple[Users, Users]:
        """All follows as (followers, followees), int32, sorted by follower and then followee."""
        return np.repeat(np.arange(self.users, dtype=np.int32), self.followee_counts), self.followee_rows

    def digest(self) -> str:
        """The SHA-256, in hex, of users, row starts and sorted rows: equal for equal graphs, on every machine."""
        sha = hashlib.sha256(self.users.to_bytes(8, "little"))
        sha.update(self.followee_starts.astype("<i8", copy=False).data)
        sha.update(self.followee_rows.astype("<i4", copy=False).data)
        return sha.hexdigest()

    def mutual_share(self) -> float:
        """The share of follows that are returned (0 where nobody follows anybody)."""
        return sum(len(pairs) for pairs in mutual_follows(self)) / max(self.edges, 1)

    def induced(self, users: Any) -> FollowGraph:
        """The follows among some users, who become 0..k-1 in the order given; each may be named once."""
        chosen = [self.known_user(u) for u in users]
        _, firsts = np.unique(chosen, return_index=True)
        if repeats := set(range(len(chosen))).difference(firsts.tolist()):
            raise InvalidGraph(f"row {min(repeats)}: user {chosen[min(repeats)]} is named twice")
        place = np.full(self.users, -1, np.int64)
        place[chosen] = np.arange(len(chosen))
        ends = [place[side] for side in self.edge_arrays()]
        inside = (ends[0] >= 0) & (ends[1] >= 0)
        return FollowGraph.from_edges(ends[0][inside], ends[1][inside], len(chosen))

    def dense_sample(self, k: int) -> FollowGraph:
        """The induced graph of `k` densely linked users, in the order of their IDs: those of the highest cores.

        The core number is the largest c such that the user has c links inside the set of users with c links. Only the
        5 k users who follow and are followed most are looked at, so that the cost depends on `k`.
        """
        if (size := integer(k)) is None or not 1 <= size <= self.users:
            raise InvalidGraph(f"a sample of {k!r} users: it must be an integer from 1 to {self.users}")
        import networkx as nx

        busy = places_of_highest(np.minimum(self.followee_counts, self.follower_counts), 5 * size)
        core = nx.core_number(self.induced(busy).to_networkx().to_undirected())
        return self.induced(busy[places_of_highest(np.array([core[i] for i in range(len(busy))]), size)])

    def to_networkx(self) -> nx.DiGraph[int]:
        """A DiGraph of all users with an edge follower -> followee; costs about 300 bytes a follow."""
        import networkx as nx

        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(self.users))
        graph.add_edges_from(zip(*(side.tolist() for side in self.edge_arrays()), strict=True))
        return graph

    def __repr__(self) -> str:
        return f"FollowGraph(users={self.users:,}, edges={self.edges:,})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FollowGraph):
            return NotImplemented
        same_starts = np.array_equal(self.followee_starts, other.followee_starts)
        return same_starts and np.array_equal(self.followee_rows, other.followee_rows)

    def __hash__(self) -> int:
        return hash((self.users, self.edges))


def graph_of_packed(keys: Ids, users: int) -> FollowGraph:
    """The graph of packed follows, in any order and repeated or not; sorts them in place."""
    followees = compressed_rows(sorted_once(keys), users)
    return FollowGraph(*followees, *turned_rows(*followees))


def mutual_follows(graph: FollowGraph) -> Iterator[Ids]:
    """The packed follows whose reverse exists, some users at a time: who stands in both of a user's lists."""
    starts = graph.followee_starts + graph.follower_starts
    cuts = np.unique(
        np.searchsorted(starts, np.arange(0, starts[-1] + FOLLOWS_AT_A_TIME, FOLLOWS_AT_A_TIME)).clip(max=graph.users)
    )
    for first, last in pairwise(cuts.tolist()):
        yield np.intersect1d(
            packed_follows(graph.followee_starts, graph.followee_rows, first, last),
            packed_follows(graph.follower_starts, graph.follower_rows, first, last),
            assume_unique=True,
        )


def packed_follows(starts: Ids, entries: Users, first: int, last: int) -> Ids:
    """The rows of the users from `first` to before `last`, as user << 32 | entry."""
    owners = np.repeat(np.arange(first, last), np.diff(starts[first : last + 1]))
    return pack_follows(owners, entries[starts[first] : starts[last]])


def places_of_highest(scores: Ids, count: int) -> Ids:
    """The places of the `count` highest scores, ascending; of equal scores the lowest places."""
    return np.sort(np.argsort(-scores, kind="stable")[:count])


def read_only(array: Ids) -> Ids:
    """The array, read-only from now on."""
    array.setflags(write=False)
    return array
