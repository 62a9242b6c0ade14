"""The follow graph: against a plain-Python oracle, against networkx, and refused with the row that is wrong."""

from __future__ import annotations

import gzip
import runpy
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.places import OWN, SHARED

from twitterlab.model import InvalidGraph, UnknownUser
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.graph_files import csv_rows, fast_csv, fast_list, list_rows, patient

TRIANGLE = ([0, 1, 2, 0], [1, 2, 0, 2])


@st.composite
def follows(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    users = draw(st.integers(1, 12))
    ids = st.integers(0, users - 1)
    pairs = (
        draw(st.lists(st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]), max_size=40)) if users > 1 else []
    )
    return users, pairs


def graph_of(users: int, pairs: list[tuple[int, int]]) -> FollowGraph:
    return FollowGraph.from_edges([u for u, _ in pairs], [v for _, v in pairs], users)


def edge_set(graph: FollowGraph) -> list[tuple[int, int]]:
    return list(zip(*(side.tolist() for side in graph.edge_arrays()), strict=True))


# The graph against sets of pairs


@given(follows())
def test_rows_counts_and_edges_agree_with_a_set_of_pairs(history: tuple[int, list[tuple[int, int]]]) -> None:
    users, pairs = history
    graph, oracle = graph_of(users, pairs), sorted(set(pairs))
    assert (graph.users, graph.edges) == (users, len(oracle))
    assert edge_set(graph) == oracle
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
    assert sorted(there.edges()) == edge_set(graph)
    assert FollowGraph.from_networkx(there) == graph


@given(follows(), st.data())
def test_an_induced_graph_keeps_the_follows_among_the_chosen_in_the_order_given(history, data) -> None:  # type: ignore[no-untyped-def]
    users, pairs = history
    chosen = data.draw(st.lists(st.integers(0, users - 1), min_size=1, unique=True))
    place = {user: i for i, user in enumerate(chosen)}
    expected = sorted({(place[u], place[v]) for u, v in pairs if u in place and v in place})
    small = graph_of(users, pairs).induced(chosen)
    assert (small.users, edge_set(small)) == (len(chosen), expected)


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


# Files


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


FILES = {
    "header.csv": "follower,followee\n0,1\n1,2\n2,0\n0,2\n",
    "swapped.csv": "followee,weight,follower\n1,x,0\n2,,1\n0,0.5,2\n2,9,0\n",
    "two.csv": "from,to\r\n0,1\r\n1,2\r\n\r\n2,0\r\n0,2\r\n",
    "headless.csv": "0,1\n1,2\n2,0\n0,2",
    "quoted.csv": '"follower","note","followee"\n0,"a\nb",1\n1,"c,d",2\n2,,0\n0,,2\n',
    "bom.csv": "\ufefffollower,followee\n0,1\n1,2\n2,0\n0,2\n",
    "snap.txt": "# Directed graph\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n2\t0\n0\t2\n",
    "loose.el": "  0   1  \n\n1\t 2 # a comment\n# another\n2 0\r\n0 2",
    "snap.txt.gz": "# Directed graph\n0\t1\n1\t2\n2\t0\n0\t2\n",
    "UPPER.GZ": "0 1\n1 2\n2 0\n0 2\n",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_holds_the_graph_that_its_lines_say(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(FILES[name].encode()) if name.lower().endswith(".gz") else FILES[name].encode())
    assert FollowGraph.read(path) == FollowGraph.from_edges(*TRIANGLE)
    assert FollowGraph.read(str(path)).edges == 4


def parquet(folder: Path, columns: dict[str, object], metadata: dict[str, str] | None = None) -> Path:
    table = pa.table(columns).replace_schema_metadata(metadata)
    pq.write_table(table, folder / "graph.parquet")
    return folder / "graph.parquet"


@pytest.mark.parametrize(
    "columns",
    [
        {"followee": TRIANGLE[1], "when": [0.5] * 4, "follower": TRIANGLE[0]},
        {"a": pa.array(TRIANGLE[0], pa.uint8()), "b": pa.array(TRIANGLE[1], pa.int32())},
    ],
)
def test_parquet_columns_are_found_by_name_or_by_being_two(columns: dict[str, object], tmp_path: Path) -> None:
    assert FollowGraph.read(parquet(tmp_path, columns)) == FollowGraph.from_edges(*TRIANGLE)


def test_parquet_metadata_may_say_how_many_users_there_are(tmp_path: Path) -> None:
    columns = {"follower": TRIANGLE[0], "followee": TRIANGLE[1]}
    assert FollowGraph.read(parquet(tmp_path, columns, {"twitterlab.users": "9"})).users == 9
    with pytest.raises(InvalidGraph, match="row 1: followee 2 is not below users, 2"):
        FollowGraph.read(parquet(tmp_path, columns, {"twitterlab.users": "2"}))
    with pytest.raises(InvalidGraph, match=r"metadata twitterlab\.users is b'many'"):
        FollowGraph.read(parquet(tmp_path, columns, {"twitterlab.users": "many"}))


def test_relabel_maps_sparse_ids_in_ascending_order(tmp_path: Path) -> None:
    path = written(tmp_path, "sparse.txt", f"{2**62} 70\n70 5\n5 {2**62}\n")
    graph = FollowGraph.read(path, relabel=True)
    assert (graph.users, edge_set(graph)) == (3, [(0, 2), (1, 0), (2, 1)])


def test_drop_loops_drops_the_follows_and_keeps_the_users(tmp_path: Path) -> None:
    path = written(tmp_path, "loops.txt", "0 1\n1 1\n3 3\n")
    assert edge_set(FollowGraph.read(path, drop_loops=True)) == [(0, 1)]
    assert FollowGraph.read(path, drop_loops=True).users == 4
    assert FollowGraph.read(path, drop_loops=True, relabel=True).users == 3
    with pytest.raises(InvalidGraph, match="line 2: user 1 follows themselves"):
        FollowGraph.read(path, relabel=True)


BAD_FILES = {
    "text.csv": ("follower,followee\n0,1\n1,abc\n", "line 3: 'abc' is not an integer"),
    "float.csv": ("follower,followee\n0,1\n1,2.0\n", r"line 3: '2\.0' is not an integer"),
    "null.csv": ("follower,followee\n0,1\n\n,2\n", "line 4: '' is not an integer"),
    "na.csv": ("follower,followee\n0,1\n1,NA\n", "line 3: 'NA' is not an integer"),
    "hex.csv": ("follower,followee\n0,1\n1,0x2\n", "line 3: '0x2' is not an integer"),
    "negative.csv": ("follower,followee\n0,1\n1,-2\n", "line 3: followee -2 is negative"),
    "sparse.csv": ("follower,followee\n0,1\n1,999\n", "line 3: ID 999 is too sparse.*relabel=True"),
    "loop.csv": ("follower,note,followee\n0,x,1\n1,'\n2',2\n4,x,4\n", "line 3: 2 fields where 3"),
    "loop2.csv": ('follower,note,followee\n0,"a\nb",1\n4,x,4\n', "line 4: user 4 follows themselves"),
    "few.csv": ("follower,followee\n0,1\n1\n2,0\n", "line 3: 1 fields where 2 are expected"),
    "many.csv": ("follower,followee\n0,1\n1,2,3\n2,0\n", "line 3: 3 fields where 2 are expected"),
    "empty.csv": ("", "empty"),
    "header.csv": ("follower,followee\n", "no follows"),
    "columns.csv": ("follower,to,when\n0,1,2\n", "columns are follower, to, when; follower and followee are needed"),
    "tabs.csv": ("follower\tfollowee\n0\t1\n", "columns are follower"),
    "huge.csv": (f"follower,followee\n0,1\n1,{2**63}\n", f"line 3: {2**63} does not fit 63 bits"),
    "long.csv": ("follower,followee\n0,1\n1," + "9" * 5000 + "\n", "line 3: 9+ does not fit 63 bits"),
    "binary.csv": ("follower,followee\n0,\x00\xff\n", "line 2"),
    "text.txt": ("# x\n0 1\n1 abc\n", "line 3: 'abc' is not an integer"),
    "float.txt": ("0 1\n1 2.0\n", r"line 2: '2\.0' is not an integer"),
    "exponent.txt": ("0 1\n1 1e0\n", "line 2: '1e0' is not an integer"),
    "underscore.txt": ("0 1\n1 1_0\n", "line 2: '1_0' is not an integer"),
    "quoted.txt": ('0 1\n1 "2"\n', "line 2: '\"2\"' is not an integer"),
    "nan.txt": ("0 1\nnan 2\n", "line 2: 'nan' is not an integer"),
    "true.txt": ("0 1\nTrue 2\n", "line 2: 'True' is not an integer"),
    "arabic.txt": ("0 1\n1 ٣\n", "line 2: '٣' is not an integer"),
    "negative.txt": ("# x\n\n0 1\n-3 2\n", "line 4: follower -3 is negative"),
    "sparse.el": ("0 1\n1 12345\n", "line 2: ID 12345 is too sparse"),
    "loop.txt": ("0 1\n# x\n1 1\n", "line 3: user 1 follows themselves"),
    "few.txt": ("0 1\n1\n2 0\n", "line 2: 1 fields where 2 are expected"),
    "many.txt": ("0 1\n1 2 3\n2 0\n", "line 2: 3 fields where 2 are expected"),
    "weights.txt": ("0 1 0.5\n1 2 0.5\n", "line 1: 3 fields where 2 are expected"),
    "one.txt": ("0\n1\n", "line 1: 1 fields where 2 are expected"),
    "commas.txt": ("0,1\n", "line 1: 1 fields"),
    "empty.txt": ("", "no follows"),
    "comments.txt": ("# nothing\n", "no follows"),
    "huge.txt": (f"0 1\n1 {2**63}\n", f"line 2: {2**63} does not fit 63 bits"),
    "minus.txt": (f"0 1\n1 -{2**63 + 1}\n", f"line 2: -{2**63 + 1} does not fit 63 bits"),
    "text.gz": ("0 1\n1 abc\n", "line 2: 'abc' is not an integer"),
    "empty.txt.gz": ("", "no follows"),
    "graph.json": ("{}", r"unknown suffix '\.json'; known are \.parquet, \.csv"),
    "graph": ("0 1\n", "unknown suffix ''"),
    "text.parquet": ("0 1\n", "cannot be read"),
    "empty.parquet": ("", "cannot be read"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_line_and_value(name: str, tmp_path: Path) -> None:
    text, message = BAD_FILES[name]
    with pytest.raises(InvalidGraph, match=message) as refused:
        FollowGraph.read(written(tmp_path, name, text))
    assert name in str(refused.value)


BAD_PARQUET = {
    "float": ({"follower": [0, 1], "followee": [1.5, 2]}, r"row 0: followee is 1\.5"),
    "text": ({"follower": ["a", "b"], "followee": [1, 2]}, "row 0: follower is 'a'"),
    "bool": ({"follower": [True, False], "followee": [1, 2]}, "row 0: follower is True"),
    "null": ({"follower": [0, None], "followee": [1, 2]}, "row 1: follower is null"),
    "negative": ({"follower": [0, 1], "followee": [1, -2]}, "row 1: followee -2 is negative"),
    "self-loop": ({"follower": [0, 1], "followee": [1, 1]}, "row 1: user 1 follows themselves"),
    "sparse": ({"follower": [0, 1], "followee": [1, 500]}, "row 1: ID 500 is too sparse"),
    "huge": (
        {"follower": pa.array([0, 2**64 - 1], pa.uint64()), "followee": [1, 2]},
        f"row 1: follower is {2**64 - 1}",
    ),
    "columns": ({"a": [0], "b": [1], "c": [2]}, "columns are a, b, c"),
    "one column": ({"follower": [0]}, "columns are follower"),
    "no rows": ({"follower": pa.array([], pa.int64()), "followee": pa.array([], pa.int64())}, "no follows"),
    "no float rows": ({"follower": pa.array([], pa.float64()), "followee": [0][:0]}, "holds double"),
    "nested": ({"follower": [[0]], "followee": [1]}, r"row 0: follower is \[0\]"),
}


@pytest.mark.parametrize("case", BAD_PARQUET)
def test_bad_parquet_columns_are_refused_with_row_and_value(case: str, tmp_path: Path) -> None:
    columns, message = BAD_PARQUET[case]
    with pytest.raises(InvalidGraph, match=message) as refused:
        FollowGraph.read(parquet(tmp_path, columns))
    assert "graph.parquet" in str(refused.value)


@pytest.mark.parametrize("name", ["gone.parquet", "gone.csv", "gone.txt", "gone.gz"])
def test_a_missing_file_and_a_folder_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidGraph, match=f"{name}: no such file"):
        FollowGraph.read(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(InvalidGraph, match=name):
        FollowGraph.read(tmp_path / name)


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(InvalidGraph, match="5 is not a path"):
        FollowGraph.read(5)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    lines = "".join(f"{i} {i + 1}\n" for i in range(5000))
    cut = written(tmp_path, "cut.txt.gz", lines)
    cut.write_bytes(cut.read_bytes()[:-500])
    with pytest.raises(InvalidGraph, match=r"cut\.txt\.gz: the gzip stream ends too early"):
        FollowGraph.read(cut)
    plain = tmp_path / "plain.gz"
    plain.write_text(lines)
    with pytest.raises(InvalidGraph, match=r"plain\.gz: cannot be read"):
        FollowGraph.read(plain)
    damaged = written(tmp_path, "damaged.gz", lines)
    damaged.write_bytes(damaged.read_bytes()[:200] + b"\0" * 50 + damaged.read_bytes()[250:])
    with pytest.raises(InvalidGraph, match=r"damaged\.gz: "):
        FollowGraph.read(damaged)
    torn = parquet(tmp_path, {"follower": list(range(5000)), "followee": list(range(1, 5001))})
    torn.write_bytes(torn.read_bytes()[:-100])
    with pytest.raises(InvalidGraph, match=r"graph\.parquet: cannot be read"):
        FollowGraph.read(torn)


@settings(max_examples=60)
@given(st.text(alphabet='0123456789 -+.,#\t\n\rax"', max_size=40), st.sampled_from([".txt", ".csv"]))
def test_any_text_is_a_graph_or_an_invalid_graph(tmp_path_factory, text: str, suffix: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("any") / f"graph{suffix}"
    path.write_text(text, newline="")
    try:
        assert FollowGraph.read(path, relabel=True, drop_loops=True).users > 0
    except InvalidGraph as refused:
        assert path.name in str(refused)  # noqa: PT017


@settings(max_examples=400)
@given(
    st.lists(
        st.sampled_from(["0", "1", " ", "-", "+", ".", "e", "x", ",", "\t", "\n", "\r", '"', "#", "0,1\n", "1 0\n"])
    )
)
def test_the_fast_parse_and_the_patient_one_never_disagree(tmp_path_factory, parts: list[str]) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("any") / "graph"
    path.write_text("".join(parts), newline="")
    csv_fast = fast_csv(path, 2, (0, 1), 0)
    for fast, rows in ((fast_list(path), list_rows(path)), (csv_fast, csv_rows(path))):
        if fast is not None:
            slow = patient(path, rows, 2, (0, 1))
            assert [side.tolist() for side in fast] == [side.tolist() for side in slow]


# The synthetic graph


@pytest.fixture(scope="module")
def twitter() -> FollowGraph:
    return FollowGraph.synthetic(users=100_000, mean_follows=50, seed=7)


def test_the_same_seed_gives_the_same_graph_on_every_machine() -> None:
    graph = FollowGraph.synthetic(users=2_000, mean_follows=12, seed=3)
    assert graph.digest() == "a76e0cc929197fac96b42299fe93420291e79ff4bd408115a49e1c58472e979e"
    assert FollowGraph.synthetic(users=2_000, mean_follows=12, seed=4) != graph


def test_the_synthetic_graph_has_exactly_the_follows_asked_for(twitter: FollowGraph) -> None:
    assert (twitter.users, twitter.edges) == (100_000, 5_000_000)
    followers, followees = twitter.edge_arrays()
    assert not (followers == followees).any()
    assert twitter.nbytes <= 12 * twitter.edges


@pytest.mark.parametrize("mutual", [0, 0.22, 0.5, 1])
def test_the_share_of_mutual_follows_is_the_one_asked_for(mutual: float) -> None:
    graph = FollowGraph.synthetic(users=5_000, mean_follows=20, seed=1, mutual=mutual)
    assert graph.mutual_share() == pytest.approx(mutual, abs=0.001)
    assert nx.overall_reciprocity(graph.to_networkx()) == pytest.approx(graph.mutual_share())


def test_the_synthetic_graph_is_as_mutual_as_its_default_says(twitter: FollowGraph) -> None:
    assert twitter.mutual_share() == pytest.approx(0.22, abs=0.02)


def test_follower_counts_have_the_published_tail_and_celebrities_above_it(twitter: FollowGraph) -> None:
    counts = np.sort(twitter.follower_counts)[::-1]
    rank = np.unique(np.geomspace(300, 10_000, 40).astype(int))
    slope, level = np.polyfit(np.log(counts[rank - 1]), np.log(rank / twitter.users), 1)
    assert -slope == pytest.approx(1.276, abs=0.1)
    celebrities = np.arange(20, 60)
    line = np.exp((np.log(celebrities / twitter.users) - level) / slope)
    assert (counts[celebrities - 1] > 1.25 * line).all()
    assert counts[0] > 200 * counts.mean()
    assert counts[0] < 0.5 * twitter.users


def test_most_people_have_few_follows_and_few_followers(twitter: FollowGraph) -> None:
    for counts in (twitter.followee_counts, twitter.follower_counts):
        assert np.median(counts) < 0.5 * counts.mean()
    assert 0.03 < np.mean(twitter.followee_counts == 0) < 0.15
    assert np.corrcoef(np.log1p(twitter.followee_counts), np.log1p(twitter.follower_counts))[0, 1] > 0.2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**70))
def test_graphs_of_any_size_and_density_can_be_made(users: int, density: float, mutual: float, seed: int) -> None:
    mean = density * (users - 1)
    graph = FollowGraph.synthetic(users, mean, seed, mutual)
    assert (graph.users, graph.edges) == (users, round(users * mean))


def test_five_users_who_follow_two_each_can_be_made() -> None:
    assert FollowGraph.synthetic(users=5, mean_follows=2).edges == 10
    assert FollowGraph.synthetic(users=300, mean_follows=299).edges == 300 * 299


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"users": 0}, "users is 0"),
        ({"users": 2.5}, r"users is 2\.5"),
        ({"users": True}, "users is True"),
        ({"users": 2**31}, f"users is {2**31}"),
        ({"users": 5, "mean_follows": 4.5}, r"mean_follows is 4\.5: 5 users can follow 0 to 4 others"),
        ({"mean_follows": -1}, "mean_follows is -1"),
        ({"mean_follows": float("nan")}, "mean_follows is nan"),
        ({"mean_follows": "many"}, "mean_follows is 'many'"),
        ({"mutual": 1.5}, r"mutual is 1\.5: it must be a share"),
        ({"mutual": None}, "mutual is None"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 0.5}, r"seed is 0\.5"),
    ],
)
def test_settings_that_make_no_graph_are_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidGraph, match=message):
        FollowGraph.synthetic(**{"users": 10, "mean_follows": 2, **wrong})  # type: ignore[arg-type]


def test_a_dense_sample_is_dense_and_the_same_each_time(twitter: FollowGraph) -> None:
    sample = twitter.dense_sample(100)
    assert (sample.users, sample.edges) == (100, twitter.dense_sample(100).edges)
    assert sample.edges > 20 * sample.users
    assert FollowGraph.from_edges(*TRIANGLE, users=9).dense_sample(3) == FollowGraph.from_edges(*TRIANGLE)


@pytest.mark.parametrize("k", [0, 4, 1.5, None, True])
def test_a_sample_of_an_impossible_size_is_refused(k: object) -> None:
    with pytest.raises(InvalidGraph, match=f"a sample of {k!r} users"):
        FollowGraph.from_edges(*TRIANGLE).dense_sample(k)  # type: ignore[arg-type]


# The graphs in datasets/


def recipe(name: str) -> Any:
    script = runpy.run_path(str(OWN / "make.py"))
    return next(recipe for recipe in script["RECIPES"] if recipe.name == name)


@pytest.mark.parametrize("name", ["small", "middle"])
def test_making_a_dataset_again_gives_what_is_stored_and_what_the_card_says(name: str) -> None:
    stored = FollowGraph.read(OWN / f"{name}.parquet")
    assert stored == recipe(name).graph()
    assert stored.digest() in (OWN / "README.md").read_text(encoding="utf-8")


def test_the_figures_of_the_card_are_those_of_the_small_graph() -> None:
    measured = runpy.run_path(str(OWN / "make.py"))["measure"](FollowGraph.read(OWN / "small.parquet"))
    card = (OWN / "README.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("| ")]
    small = {row[0]: row[2] for row in rows if len(row) == 4}
    assert {what: small[what] for what in measured} == measured


# Real data


def test_slashdot_has_its_published_figures() -> None:
    path = SHARED / "slashdot0902.parquet"
    if not path.exists():
        pytest.skip("the Slashdot graph is not here: put slashdot0902.parquet into shared/datasets beside the project")
    graph = FollowGraph.read(path)
    assert (graph.users, graph.edges) == (82_168, 870_161)
    assert (graph.follower_counts.max(), graph.followee_counts.max()) == (2_552, 2_510)
    assert (np.median(graph.follower_counts), np.median(graph.followee_counts)) == (2, 2)
    assert (graph.followee_counts >= 20).sum() == 8_952
    assert graph.mutual_share() == pytest.approx(0.84, abs=0.005)
