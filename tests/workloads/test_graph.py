"""The follow graph: against a plain-Python oracle, against networkx, and refused with the row that is wrong."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import TRIANGLE, graph_of, pairs_of

from twitterlab.model import InvalidGraph, UnknownUser
from twitterlab.workloads.graph import FollowGraph


@st.composite
def follows(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    users = draw(st.integers(1, 12))
    ids = st.integers(0, users - 1)
    pairs = (
        draw(st.lists(st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]), max_size=40)) if users > 1 else []
    )
    return users, pairs


# The graph against sets of pairs


@given(follows())
def test_rows_counts_and_edges_agree_with_a_set_of_pairs(history: tuple[int, list[tuple[int, int]]]) -> None:
    users, pairs = history
    graph, oracle = graph_of(users, pairs), sorted(set(pairs))
    assert (graph.users, graph.edges) == (users, len(oracle))
    assert pairs_of(graph) == oracle
    for user in range(users):
        assert graph.followees(user).tolist() == [v for u, v in oracle if u == user]
        assert graph.followers(user).tolist() == [u for u, v in oracle if v == user]
    assert graph.followee_counts.tolist() == [sum(u == user for u, _ in oracle) for user in range(users)]
    assert graph.follower_counts.tolist() == [sum(v == user for _, v in oracle) for user in range(users)]
    assert graph.mutual_share() == pytest.approx(sum((v, u) in oracle for u, v in oracle) / max(len(oracle), 1))


@given(follows(), st.randoms(use_true_random=False))
def test_order_and_repeats_of_the_edges_change_nothing(history, random) -> None:  # type: ignore[no-untyped-def]
    users, pairs = history
    shuffled = random.sample(pairs, len(pairs)) + pairs[:3]
    one, other = graph_of(users, pairs), graph_of(users, shuffled)
    assert one == other
    assert hash(one) == hash(other)
    assert one.digest() == other.digest()


@given(follows())
def test_networkx_gives_back_the_same_graph(history: tuple[int, list[tuple[int, int]]]) -> None:
    graph = graph_of(*history)
    there = graph.to_networkx()
    assert isinstance(there, nx.DiGraph)
    assert sorted(there) == list(range(graph.users))
    assert sorted(there.edges()) == pairs_of(graph)
    assert FollowGraph.from_networkx(there) == graph


@given(follows(), st.data())
def test_an_induced_graph_keeps_the_follows_among_the_chosen_in_the_order_given(history, data) -> None:  # type: ignore[no-untyped-def]
    users, pairs = history
    chosen = data.draw(st.lists(st.integers(0, users - 1), min_size=1, unique=True))
    place = {user: i for i, user in enumerate(chosen)}
    expected = sorted({(place[u], place[v]) for u, v in pairs if u in place and v in place})
    small = graph_of(users, pairs).induced(chosen)
    assert (small.users, pairs_of(small)) == (len(chosen), expected)


def test_graphs_differ_by_users_and_by_edges() -> None:
    graph = FollowGraph.from_edges([0], [1])
    assert graph != FollowGraph.from_edges([0], [1], users=3)
    assert graph != FollowGraph.from_edges([1], [0])
    assert graph.digest() != FollowGraph.from_edges([0], [1], users=3).digest()
    assert graph.digest() != FollowGraph.from_edges([1], [0]).digest()
    assert graph != "a graph"


def test_arrays_have_the_promised_types_and_cannot_be_written() -> None:
    graph = FollowGraph.from_edges(*TRIANGLE)
    starts, rows = (graph.followee_starts, graph.follower_starts), (graph.followee_rows, graph.follower_rows)
    assert {a.dtype for a in (*starts, graph.followee_counts, graph.follower_counts)} == {np.dtype(np.int64)}
    assert {a.dtype for a in (*rows, *graph.edge_arrays(), graph.followees(0))} == {np.dtype(np.int32)}
    for array in (*starts, *rows, graph.followees(0), graph.followers(0), graph.followee_counts, graph.follower_counts):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
    with pytest.raises(AttributeError):
        graph.followee_rows = graph.follower_rows  # type: ignore[misc]


def test_repr_says_how_large_the_graph_is() -> None:
    assert repr(FollowGraph.from_edges([0], [1], 5000)) == "FollowGraph(users=5,000, edges=1)"


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64, object])
def test_any_integer_type_will_do(dtype: type) -> None:
    graph = FollowGraph.from_edges(*(np.array(side, dtype) for side in TRIANGLE))
    assert graph == FollowGraph.from_edges(*TRIANGLE)
    assert graph.followees(np.int16(0)).tolist() == [1, 2]


def test_the_callers_arrays_are_left_alone() -> None:
    one, other = np.array([2, 1, 0]), np.array([0, 2, 1])
    FollowGraph.from_edges(one, other)
    one[0] = 1
    assert other.tolist() == [0, 2, 1]


@pytest.mark.parametrize("empty", [[], (), np.array([]), np.array([], np.int32)])
def test_no_follows_at_all_is_a_graph_where_users_are_given(empty: object) -> None:
    graph = FollowGraph.from_edges(empty, empty, users=3)
    assert (graph.users, graph.edges, graph.mutual_share()) == (3, 0, 0)
    assert graph.followees(2).tolist() == []


@pytest.mark.parametrize("user", [-1, 3, 2**40, 1.0, "1", None, True, np.True_])
def test_an_unknown_user_is_refused_by_name(user: object) -> None:
    graph = FollowGraph.from_edges(*TRIANGLE)
    for ask in (graph.followees, graph.followers, lambda u: graph.induced([u])):
        with pytest.raises(UnknownUser, match=r"is not an integer from 0 to 2") as refused:
            ask(user)
        assert repr(user) in str(refused.value)


PIECES = pa.chunked_array([[0, 1], [None, 2]])
MISSING = {
    "none in a list": ([0, None], "row 1: {} is None"),
    "nan in a list": ([0, 1, math.nan], "row 2: {} is nan"),
    "masked in a list": ([0, np.ma.masked], "row 1: {} is --"),
    "nan among floats": (np.array([0, 1, np.nan, np.nan]), "row 2: {} is nan"),
    "none in an array of objects": (np.array([0, 1, None], object), "row 2: {} is None"),
    "no time": (np.array([0, "NaT"], "M8[s]"), "row 1: {} is NaT"),
    "masked": (np.ma.array([7, 8, 9], mask=[0, 0, 1]), "row 2: {} is masked"),
    "masked floats": (np.ma.array([1.0, 2.0], mask=[0, 1]), "row 1: {} is masked"),
    "a column of pandas": (pd.Series([0, 1, None]), "row 2: {} is nan"),
    "one whose rows have other names": (pd.Series([0, None, 2], index=[7, 8, 9]), "row 1: {} is nan"),
    "one that may lack values": (pd.Series([0, None, 2], dtype="Int64"), "row 1: {} is nan"),
    "one of Arrow's": (pd.Series([0, 1, None], dtype="int64[pyarrow]"), "row 2: {} is nan"),
    "one of objects": (pd.Series([0, pd.NA], dtype=object), "row 1: {} is <NA>"),
    "a column of Arrow": (pa.array([0, None]), "row 1: {} is null"),
    "floats of Arrow": (pa.array([0.0, math.nan]), "row 1: {} is nan"),
    "one in pieces": (PIECES, "row 2: {} is null"),
    "its values in a list": ([*pa.array([0, None])], "row 1: {} is None"),
    "nothing but gaps": (pa.nulls(3), "row 0: {} is null"),
}


@pytest.mark.parametrize("case", MISSING)
def test_a_missing_value_is_named_with_its_row_whatever_it_comes_in(case: str) -> None:
    column, message = MISSING[case]
    whole = list(range(10, 10 + len(column)))
    with pytest.raises(InvalidGraph, match=f"^{message.format('follower')}, a missing value$"):
        FollowGraph.from_edges(column, whole)
    with pytest.raises(InvalidGraph, match=f"^{message.format('followee')}, a missing value$"):
        FollowGraph.from_edges(whole, column)


WHOLE = {
    "masked": np.ma.array,
    "pandas": pd.Series,
    "nullable": lambda side: pd.Series(side, dtype="Int64"),
    "pandas with Arrow": lambda side: pd.Series(side, dtype="int64[pyarrow]"),
    "arrow": pa.array,
    "small arrow": lambda side: pa.array(side, pa.uint8()),
    "chunks": lambda side: pa.chunked_array([side[:1], side[1:]]),
    "dictionary": lambda side: pa.array(side).dictionary_encode(),
    "iterator": iter,
}


@pytest.mark.parametrize("kind", WHOLE)
def test_columns_that_could_lack_values_and_do_not_make_the_graph(kind: str) -> None:
    assert FollowGraph.from_edges(*map(WHOLE[kind], TRIANGLE)) == FollowGraph.from_edges(*TRIANGLE)  # type: ignore[operator]


# What from_edges refuses
REFUSED = {
    "negative follower": ([0, -4], [1, 2], None, "row 1: follower -4 is negative"),
    "negative followee": ([0, 1], [1, -5], None, "row 1: followee -5 is negative"),
    "self-loop": ([0, 1, 2], [1, 2, 2], None, "row 2: user 2 follows themselves"),
    "follower too high": ([0, 7], [1, 2], 7, "row 1: follower 7 is not below users, 7"),
    "followee too high": ([0, 1], [9, 2], 9, "row 0: followee 9 is not below users, 9"),
    "unequal lengths": ([0, 1, 2], [1], None, "3 followers and 1 followees: row 1"),
    "float": (np.array([0.5, 1]), [1, 2], None, "row 0: follower is 0.5, of type float64"),
    "float in a list": ([0, 1], [1, 2.5], None, "row 1: followee is 2.5"),
    "text": (np.array(["a", "b"]), [1, 2], None, "row 0: follower is 'a'"),
    "text in a list": ([0, "b"], [1, 2], None, "row 1: follower is 'b'"),
    "bool": (np.array([True, False]), [1, 2], None, "row 0: follower is True"),
    "bool in a list": ([0, 1], [1, False], None, "row 1: followee is False"),
    "none in a list": ([0, None], [1, 2], None, "row 1: follower is None"),
    "huge in a list": ([0, 2**70], [1, 2], None, f"row 1: follower is {2**70}"),
    "huge unsigned": (np.array([0, 2**63], np.uint64), [1, 2], None, f"row 1: follower is {2**63}"),
    "two dimensions": (np.zeros((2, 2), int), [1, 2], None, "2 dimensions"),
    "not a sequence": (5, [1], None, "follower is 5, not a sequence"),
    "sparse follower": ([0, 1_000], [1, 2], None, "row 1: ID 1000 is too sparse.*users=.*relabel=True"),
    "sparse followee": ([0, 1], [1, 2**40], None, f"row 1: ID {2**40} is too sparse"),
    "no follows": ([], [], None, "no follows: pass users="),
    "no users": ([], [], 0, "users is 0: it must be an integer from 1"),
    "negative users": ([], [], -3, "users is -3"),
    "fractional users": ([], [], 2.0, r"users is 2\.0"),
    "bool users": ([], [], True, "users is True"),
    "too many users": ([], [], 2**31, f"users is {2**31}"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_edges_that_make_no_graph_are_refused_with_row_and_value(case: str) -> None:
    followers, followees, users, message = REFUSED[case]
    with pytest.raises(InvalidGraph, match=message):
        FollowGraph.from_edges(followers, followees, users)  # type: ignore[arg-type]


def test_ids_are_sparse_from_100_above_ten_times_the_ids_that_occur() -> None:
    assert FollowGraph.from_edges([0], [119]).users == 120
    with pytest.raises(InvalidGraph, match="row 0: ID 120 is too sparse"):
        FollowGraph.from_edges([0], [120])
    assert FollowGraph.from_edges([0], [120], users=121).users == 121


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (nx.Graph([(0, 1)]), "not a networkx DiGraph"),
        ("a graph", "not a networkx DiGraph"),
        (nx.DiGraph([("a", "b")]), "node 'a': the nodes must be the integers 0 to 1"),
        (nx.DiGraph([(1, 2)]), "node 2"),
        (nx.DiGraph([(0, 1), (1, 1)]), "row 1: user 1 follows themselves"),
        (nx.DiGraph(), "users is 0"),
    ],
)
def test_networkx_graphs_of_another_kind_are_refused(other: object, message: str) -> None:
    with pytest.raises(InvalidGraph, match=message):
        FollowGraph.from_networkx(other)  # type: ignore[arg-type]


def test_an_induced_graph_names_each_user_once() -> None:
    with pytest.raises(InvalidGraph, match="row 2: user 1 is named twice"):
        FollowGraph.from_edges(*TRIANGLE).induced([1, 0, 1])
