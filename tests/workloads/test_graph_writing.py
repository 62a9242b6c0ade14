"""What is written is read back as the same graph, in every kind of file that is accepted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.depth import CI
from support.graphs import TRIANGLE, graph_of
from support.places import SLASHDOT

from twitterlab.model import InvalidGraph
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.graph_files import KINDS

NAMES = [f"graph{suffix}" for suffix in KINDS] + ["graph.txt.gz", "GRAPH.CSV", "a.b.gz"]


@st.composite
def graphs(draw: st.DrawFn) -> FollowGraph:
    """Graphs from one user to a few thousand, with few follows or none: their last users are often alone."""
    users = draw(st.integers(1, 12) | st.integers(1, 5_000))
    ids = st.integers(0, users - 1)
    pairs = st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1])
    return graph_of(users, draw(st.lists(pairs, max_size=30)) if users > 1 else [])


@settings(max_examples=1_000 if CI else 50, deadline=None)
@given(graphs(), st.sampled_from(NAMES))
def test_a_graph_is_read_as_it_was_written(tmp_path_factory, graph: FollowGraph, name: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("graph") / name
    graph.write(path)
    assert FollowGraph.read(path) == graph
    assert [file.name for file in path.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_users_of_whom_the_last_are_alone_stay_a_thousand(name: str, tmp_path: Path) -> None:
    graph = FollowGraph.from_edges(*TRIANGLE, users=1_000)
    graph.write(tmp_path / name)
    assert FollowGraph.read(tmp_path / name).users == 1_000
    graph.write(tmp_path / f"again-{name}")
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()


def test_a_csv_whose_follows_tell_all_its_users_is_plain(tmp_path: Path) -> None:
    graph = FollowGraph.from_edges(*TRIANGLE)
    graph.write(tmp_path / "graph.csv")
    frame = pd.read_csv(tmp_path / "graph.csv")
    assert FollowGraph.from_edges(frame["follower"], frame["followee"]) == graph


def test_other_programs_read_what_is_written(tmp_path: Path) -> None:
    graph = FollowGraph.from_edges(*TRIANGLE, users=9)
    for suffix in (".txt", ".csv", ".parquet"):
        graph.write(tmp_path / f"graph{suffix}")
    sides = np.loadtxt(tmp_path / "graph.txt", np.int64)
    assert FollowGraph.from_edges(*sides.T, users=9) == graph
    frames = pd.read_csv(tmp_path / "graph.csv", comment="#"), pd.read_parquet(tmp_path / "graph.parquet")
    assert [FollowGraph.from_edges(one["follower"], one["followee"], 9) == graph for one in frames] == [True, True]


@pytest.mark.parametrize("name", ["graph", "graph.json", "graph.parquet.gz", ".csv", "graph.csv.zip"])
def test_an_unknown_suffix_is_refused_before_anything_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidGraph, match=r"unknown suffix .*; known are \.parquet, \.csv"):
        FollowGraph.from_edges(*TRIANGLE).write(tmp_path / name)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("graph.csv", "# twitterlab.users {}\nfrom,to\n0,1\n1,2\n"), ("graph.txt", "# twitterlab.users: {}\n0 1\n1 2\n")],
)
def test_the_number_of_users_in_a_comment_is_checked(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text.format(50))
    assert FollowGraph.read(file).users == 50
    file.write_text(text.format("many"))
    with pytest.raises(InvalidGraph, match=r"comment twitterlab\.users is b'many', not a number of users"):
        FollowGraph.read(file)
    file.write_text(text.format(2))
    with pytest.raises(InvalidGraph, match="followee 2 is not below users, 2"):
        FollowGraph.read(file)


@pytest.mark.parametrize("name", NAMES if CI else ["graph.parquet", "graph.csv.gz"])
def test_a_real_graph_is_read_as_it_was_written(name: str, tmp_path: Path) -> None:
    if not SLASHDOT.exists():
        pytest.skip(f"the Slashdot graph is not here: put {SLASHDOT.name} into shared/datasets beside the project")
    graph = FollowGraph.read(SLASHDOT)
    graph.write(tmp_path / name)
    assert FollowGraph.read(tmp_path / name).digest() == graph.digest()
