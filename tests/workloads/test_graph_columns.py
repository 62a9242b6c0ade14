"""Which columns of a file hold the follows: names decide, else the caller does, and nothing is guessed."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.graphs import TRIANGLE
from support.places import SHARED

from twitterlab.model import InvalidGraph
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.graph_columns import KNOWN_PAIRS

SUFFIXES = (".parquet", ".csv", ".csv.gz", ".txt", ".el", ".gz")
HEADED = FollowGraph.from_edges(*TRIANGLE)
TURNED = FollowGraph.from_edges(*TRIANGLE[::-1])


def table_file(folder: Path, suffix: str, names: list[str], *columns: list[int], comment: bool = False) -> Path:
    """A file of such columns, with their names as its header or as the comment in its first line."""
    path = folder / f"graph{suffix}"
    if suffix == ".parquet":
        pq.write_table(pa.table(dict(zip(names, columns, strict=True))), path)
        return path
    separator = "," if "csv" in suffix else " "
    lines = [("# " if comment else "") + separator.join(names)] if names else []
    lines += [separator.join(map(str, row)) for row in zip(*columns, strict=True)]
    text = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(text) if suffix.endswith(".gz") else text)
    return path


def written_ways(name: str) -> set[str]:
    return {name, name.upper(), name.title(), f"{name}_id", f"{name.title()}NodeId", f"{name}User", f"{name}s"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_decide_whatever_their_case_and_order(suffix: str, tmp_path: Path) -> None:
    for one, other in KNOWN_PAIRS:
        for names in zip(sorted(written_ways(one)), sorted(written_ways(other)), strict=True):
            assert FollowGraph.read(table_file(tmp_path, suffix, [*names], *TRIANGLE)) == HEADED
            assert FollowGraph.read(table_file(tmp_path, suffix, [*names[::-1]], *TRIANGLE)) == TURNED


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".txt", ".el", ".gz"])
def test_names_in_a_comment_decide_as_a_header_does(suffix: str, tmp_path: Path) -> None:
    turned = table_file(tmp_path, suffix, ["ToNodeId", "FromNodeId"], *TRIANGLE, comment=True)
    assert FollowGraph.read(turned) == TURNED
    words = table_file(tmp_path, suffix, ["Directed", "graph"], *TRIANGLE, comment=True)
    assert FollowGraph.read(words) == HEADED


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("names", [["a", "b"], ["follower", "to"], ["followee", "id"], ["following", "follower"]])
def test_two_names_that_are_no_known_pair_are_refused_with_those_that_are(
    suffix: str, names: list[str], tmp_path: Path
) -> None:
    file = table_file(tmp_path, suffix, names, *TRIANGLE)
    with pytest.raises(InvalidGraph, match=rf"graph{suffix}: columns are {names[0]}, {names[1]}; known") as refused:
        FollowGraph.read(file)
    assert all(f"{one}, {other}" in str(refused.value) for one, other in KNOWN_PAIRS)
    assert FollowGraph.read(file, columns=names) == HEADED
    assert FollowGraph.read(file, columns=names[::-1]) == TURNED
    assert FollowGraph.read(file, columns=(1, 0)) == TURNED


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_more_than_one_known_pair_is_refused(suffix: str, tmp_path: Path) -> None:
    file = table_file(tmp_path, suffix, ["source", "target", "Source"], *TRIANGLE, [9] * 4)
    with pytest.raises(InvalidGraph, match="more than one known pair"):
        FollowGraph.read(file)
    assert FollowGraph.read(file, columns=("source", "target")) == HEADED


@pytest.mark.parametrize("suffix", SUFFIXES[1:])
def test_a_third_column_without_names_is_refused_with_what_takes_it(suffix: str, tmp_path: Path) -> None:
    file = table_file(tmp_path, suffix, [], [1_082_000_000] * 4, *TRIANGLE)
    with pytest.raises(InvalidGraph, match=r"line 1: 3 fields where 2 are expected: .*columns=\(0, 1\).*--columns 0,1"):
        FollowGraph.read(file)
    assert FollowGraph.read(file, columns=(1, 2)) == HEADED
    assert FollowGraph.read(file, columns=[2, 1]) == TURNED


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_stands_beside_named_columns_is_left_out(suffix: str, tmp_path: Path) -> None:
    file = table_file(tmp_path, suffix, ["to", "weight", "from"], TRIANGLE[1], [5] * 4, TRIANGLE[0])
    assert FollowGraph.read(file) == HEADED


def test_a_list_of_konect_is_read(tmp_path: Path) -> None:
    text = "% asym positive\n% 4 3 3\n" + "".join(f"{u}\t{v} 0.5\t1082\n" for u, v in zip(*TRIANGLE, strict=True))
    (tmp_path / "out.txt").write_text(text)
    assert FollowGraph.read(tmp_path / "out.txt", columns=(0, 1)) == HEADED


def test_an_error_below_header_and_comments_names_its_line(tmp_path: Path) -> None:
    for suffix, separator in ((".csv", ","), (".txt", " ")):
        file = tmp_path / f"graph{suffix}"
        file.write_text("# a\n\n" + separator.join(("to", "from")) + f"\n0{separator}1\n2{separator}2\n")
        with pytest.raises(InvalidGraph, match="line 5: user 2 follows themselves"):
            FollowGraph.read(file)


NO_COLUMNS = {
    "name": (("follower", "fan"), "no column is called 'fan'; columns are follower, followee, weight"),
    "number": ((0, 3), "column 3: it is a name or a number from 0 to 2"),
    "minus": ((-1, 0), "column -1"),
    "truth": ((True, 0), "column True"),
    "same": ((0, "Follower"), "the same column"),
    "one": ((0,), r"columns is \(0,\): it is two columns"),
    "text": ("ab", "columns is 'ab': it is two columns"),
    "number alone": (5, "columns is 5"),
    "set": ({0, 1}, "it is two columns"),
}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("case", NO_COLUMNS)
def test_columns_that_there_are_not_are_refused(suffix: str, case: str, tmp_path: Path) -> None:
    columns, message = NO_COLUMNS[case]
    file = table_file(tmp_path, suffix, ["follower", "followee", "weight"], *TRIANGLE, [1] * 4)
    with pytest.raises(InvalidGraph, match=message):
        FollowGraph.read(file, columns=columns)


def test_columns_without_names_are_counted(tmp_path: Path) -> None:
    with pytest.raises(InvalidGraph, match="its columns have no names: count them from 0"):
        FollowGraph.read(table_file(tmp_path, ".csv", [], *TRIANGLE), columns=("source", "target"))


def test_a_real_graph_with_weights_is_read_by_its_names_or_by_choice(tmp_path: Path) -> None:
    path = SHARED / "congress_attention.parquet"
    if not path.exists():
        pytest.skip(f"no {path.name} here: put it into shared/datasets beside the project")
    graph = FollowGraph.read(path)
    assert (graph.users, graph.edges) == (475, 13_289)
    table = pq.read_table(path)
    rows = zip(*(table.column(name).to_pylist() for name in ("follower", "followee", "weight")), strict=True)
    (tmp_path / "congress.txt").write_text("".join(f"{u} {v} {weight}\n" for u, v, weight in rows))
    with pytest.raises(InvalidGraph, match="3 fields where 2 are expected"):
        FollowGraph.read(tmp_path / "congress.txt")
    assert FollowGraph.read(tmp_path / "congress.txt", columns=(0, 1)) == graph
