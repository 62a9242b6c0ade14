"""Files of follows: each holds the graph that its lines say, or is refused with the line and the value."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.depth import CI
from support.graphs import TRIANGLE, pairs_of

from twitterlab.model import InvalidGraph
from twitterlab.workloads import graph_text
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.graph_text import Shape, csv_rows, fast_csv, fast_list, list_rows, parse_patiently


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
        {"src": pa.array(TRIANGLE[0], pa.uint8()), "dst": pa.array(TRIANGLE[1], pa.int32())},
    ],
)
def test_parquet_columns_are_found_by_name_whatever_their_integers(columns: dict[str, object], tmp_path: Path) -> None:
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
    assert (graph.users, pairs_of(graph)) == (3, [(0, 2), (1, 0), (2, 1)])


def test_drop_loops_drops_the_follows_and_keeps_the_users(tmp_path: Path) -> None:
    path = written(tmp_path, "loops.txt", "0 1\n1 1\n3 3\n")
    assert pairs_of(FollowGraph.read(path, drop_loops=True)) == [(0, 1)]
    assert FollowGraph.read(path, drop_loops=True).users == 4
    assert FollowGraph.read(path, drop_loops=True, relabel=True).users == 3
    with pytest.raises(InvalidGraph, match="line 2: user 1 follows themselves"):
        FollowGraph.read(path, relabel=True)


BAD_FILES = {
    "text.csv": ("follower,followee\n0,1\n1,abc\n", "line 3: 'abc' is not an integer"),
    "float.csv": ("follower,followee\n0,1\n1,2.0\n", r"line 3: '2\.0' is not an integer"),
    "null.csv": ("follower,followee\n0,1\n\n,2\n", "line 4: follower is empty, a missing value"),
    "na.csv": ("follower,followee\n0,1\n1,NA\n", "line 3: 'NA' is not an integer"),
    "hex.csv": ("follower,followee\n0,1\n1,0x2\n", "line 3: '0x2' is not an integer"),
    "negative.csv": ("follower,followee\n0,1\n1,-2\n", "line 3: followee -2 is negative"),
    "sparse.csv": ("follower,followee\n0,1\n1,999\n", "line 3: ID 999 is too sparse.*relabel=True"),
    "loop.csv": ("follower,note,followee\n0,x,1\n1,'\n2',2\n4,x,4\n", "line 3: 2 fields where 3"),
    "loop2.csv": ('follower,note,followee\n0,"a\nb",1\n4,x,4\n', "line 4: user 4 follows themselves"),
    "no.csv": ("0,1\nx,2\n", "line 2: 'x' is not an integer"),
    "first.csv": ("0,abc\n1,2\n", "line 1: 'abc' is not an integer"),
    "few.csv": ("follower,followee\n0,1\n1\n2,0\n", "line 3: 1 fields where 2 are expected"),
    "many.csv": ("follower,followee\n0,1\n1,2,3\n2,0\n", "line 3: 3 fields where 2 are expected"),
    "empty.csv": ("", "empty"),
    "header.csv": ("follower,followee\n", "no follows"),
    "columns.csv": (
        "follower,to,when\n0,1,2\n",
        "columns are follower, to, when; known pairs are .*; from, to; ",
    ),
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
    "weights.txt": (
        "0 1 0.5\n1 2 0.5\n",
        r"line 1: 3 fields where 2 are expected: .*columns=",
    ),
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
    "null": ({"follower": [0, None], "followee": [1, 2]}, "row 1: follower is null, a missing value"),
    "null among floats": ({"follower": [0, 1.0, None], "followee": [1, 2, 3]}, "row 2: follower is null, a missing"),
    "nan": ({"follower": [0, 1], "followee": [1, float("nan")]}, "row 1: followee is nan, a missing value"),
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
    "no float rows": ({"follower": pa.array([], pa.float64()), "followee": [0][:0]}, "no follows"),
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
    shape = Shape(2, (0, 1))
    for fast, rows in ((fast_list(path, shape), list_rows(path)), (fast_csv(path, shape), csv_rows(path))):
        if fast is not None:
            slow = parse_patiently(path, rows, shape)
            assert [side.tolist() for side in fast] == [side.tolist() for side in slow]


PIECES = [
    "0",
    "1",
    " ",
    "-",
    "x",
    ",",
    "\n",
    "\r",
    '"',
    "# ",
    "% ",
    "from",
    "to",
    "0,1\n",
    "1 0\n",
    "0,1,2\n",
    "0 1 2\n",
]
PIECES += ["to,from\n", "to from\n", "# to from\n", "#to,from\n", "# twitterlab.users 5\n"]


@settings(max_examples=2_000 if CI else 200)
@given(st.lists(st.sampled_from(PIECES)), st.sampled_from([None, (0, 1), (2, 0), ("from", "to")]))
def test_headers_comments_and_chosen_columns_are_the_same_to_both_parses(tmp_path_factory, parts, columns) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("any") / "graph"
    path.write_text("".join(parts), newline="")
    for read, fast in (("read_csv", "fast_csv"), ("read_list", "fast_list")):
        with_fast = answer_of(read, path, columns)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(graph_text, fast, lambda file, shape: None)
            assert answer_of(read, path, columns) == with_fast


def answer_of(read: str, path: Path, columns: object) -> tuple[object, ...] | str:
    try:
        edges = getattr(graph_text, read)(path, columns)
    except InvalidGraph as refused:
        return str(refused)
    return edges.followers.tolist(), edges.followees.tolist(), edges.users
