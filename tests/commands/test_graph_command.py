"""`twitterlab graph`: what it saves is what it looked at, and what it cannot save or read it says before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.graphs import TRIANGLE

import twitterlab as tl
from twitterlab.commands.cli import main
from twitterlab.workloads.graph_files import KINDS


@pytest.mark.parametrize("suffix", KINDS)
def test_what_is_saved_reads_back_as_the_same_graph(suffix: str, tmp_path: Path) -> None:
    lonely, saved = tmp_path / "lonely.parquet", tmp_path / f"saved{suffix}"
    tl.FollowGraph.from_edges(*TRIANGLE, users=1_000).write(lonely)
    assert main(["graph", "--graph", str(lonely), "--save", str(saved)]) == 0
    assert tl.FollowGraph.read(saved) == tl.FollowGraph.read(lonely)


@pytest.mark.parametrize("name", ["g.json", "g", "no/g.csv", "folder.csv"])
def test_a_file_that_cannot_be_saved_is_told_before_anything_is_made(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.csv").mkdir()
    monkeypatch.setattr(tl.FollowGraph, "synthetic", lambda *_: pytest.fail("a graph was made"))
    assert main(["graph", "--users", "50", "--save", str(tmp_path / name)]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert name in captured.err
    assert [file.name for file in tmp_path.iterdir()] == ["folder.csv"]


def test_a_plot_of_an_unknown_kind_is_told_before_the_tour_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tl.FollowGraph, "synthetic", lambda *_: pytest.fail("a graph was made"))
    arguments = ["--json", str(tmp_path / "t.json"), "--plot", str(tmp_path / "t.gif")]
    assert main(["tour", "--users", "50", *arguments]) == 2
    assert r"unknown suffix '.gif'; known are .png, .svg, .pdf" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("columns", ["1,2", "fan,idol", " FAN , 2"])
def test_columns_are_chosen_by_number_or_name(columns: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stars.csv"
    file.write_text("when,fan,idol\n5,0,2\n6,1,2\n")
    assert main(["graph", "--graph", str(file)]) == 2
    assert "--columns 0,1" in capsys.readouterr().err
    assert main(["graph", "--graph", str(file), "--columns", columns]) == 0
    assert "most followers 2, most followees 1" in capsys.readouterr().out


def test_columns_without_a_file_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("graph", "tour", "policies", "serve"):
        assert main([command, "--columns", "0,1"]) == 2
        assert "name the file with --graph FILE" in capsys.readouterr().err
    for value in ("0", "0,1,2", "a,", ""):
        with pytest.raises(SystemExit):
            main(["graph", "--columns", value])
        assert "two columns, as 0,1 or source,target" in capsys.readouterr().err
