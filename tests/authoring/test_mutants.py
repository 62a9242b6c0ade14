"""Mutants: what counts as one, that none can hang the others, and that the record of them holds and is told in full."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from authoring import mutants, mutating
from authoring.verify import ROOT

RECORD = ROOT / "docs" / mutants.RECORD
MERGE = """
import heapq


def merge_newest(sources: list[int] | None):
    \"\"\"One stream of many.\"\"\"
    return heapq.merge(*sources, key=lambda row: row[0], reverse=True)
"""
needs_cosmic_ray = pytest.mark.skipif(
    importlib.util.find_spec("cosmic_ray") is None,
    reason="cosmic-ray is not installed: pip install -e '.[mutants]' -c constraints.txt, or make mutants",
)


def entry(**changes: Any) -> dict[str, Any]:
    survivor = {"operator": "AddNot", "before": "if a:", "after": "if not a:"}
    counts = {"small": 9, "random": 1_000, "mutants": 3, "killed": {"wrong": 2}}
    return {"key": "4.2", "ours": "right", **counts, "survivors": [survivor], **changes}


def record(**changes: Any) -> dict[str, Any]:
    return {"cosmic-ray": "8.7.0", "exercises": {"merge_newest": entry(**changes)}}


def test_types_docstrings_comments_and_layout_make_no_other_program() -> None:
    typed = (
        'class A:\n    """A."""\n\n    n: int = 1  # one\n\n    def f(self, x: int | None) -> int:\n        """F."""\n'
    )
    assert mutating.plain_program(typed) == mutating.plain_program("class A:\n  n = 1\n  def f(self, x):\n    pass")
    assert mutating.plain_program("a = 1") != mutating.plain_program("a = 2")
    assert mutating.plain_program("def (") == ""


def test_the_lines_that_were_changed_are_told_alone() -> None:
    assert mutating.differing_lines("a\nb\nc", "a\nd\nc") == ("b", "d")


@needs_cosmic_ray
def test_each_change_of_what_runs_is_one_mutant() -> None:
    made = mutating.mutants_of(MERGE)
    assert sorted(mutant.after.partition("row: ")[2] for mutant in made) == [
        "row[-1], reverse=True)",
        "row[0], reverse=False)",
        "row[1], reverse=True)",
    ]


@needs_cosmic_ray
@pytest.mark.timeout(120)
def test_mutants_of_a_small_answer_are_judged_and_ours_is_right(tmp_path: Path, monkeypatch, capsys) -> None:
    (tmp_path / "merge_newest.py").write_text(MERGE)
    monkeypatch.setattr(mutants, "OURS", tmp_path)
    monkeypatch.setattr(mutants, "survivors_reasons", dict)
    assert mutants.main(["merge_newest", "--random=20", f"--out={tmp_path}"]) == 0
    told = json.loads((tmp_path / mutants.RECORD).read_text())["exercises"]["merge_newest"]
    assert (told["ours"], told["small"] > 100, told["random"] > 20) == ("right", True, True)  # disguised ones, too
    assert (told["mutants"], sum(told["killed"].values()), told["survivors"]) == (3, 3, [])
    assert "3 mutants, 0 survive" in capsys.readouterr().out
    assert "| 4.2 `merge_newest` |" in (tmp_path / mutants.PAGE).read_text()


@pytest.mark.timeout(120)
def test_a_mutant_that_ends_its_process_does_not_hold_up_the_others() -> None:
    dead = "import os\n\n\ndef merge_newest(sources):\n    os._exit(3)\n"
    told = mutating.judge_in_processes("merge_newest", [dead, dead, MERGE], 5)
    assert [one.kind for one in told] == [mutating.NO_VERDICT, mutating.NO_VERDICT, "right"]


@pytest.mark.timeout(120)
def test_a_mutant_that_does_not_end_is_stopped_by_its_alarm_or_with_its_process(monkeypatch) -> None:
    stuck = "def merge_newest(sources):\n    while True:\n        pass\n"
    monkeypatch.setattr(mutating, "PATIENCE", 0.1)
    assert [one.kind for one in mutating.judge_in_processes("merge_newest", [stuck], 5)] == [mutating.ENDLESS]
    monkeypatch.setattr(mutating, "PATIENCE", 100)
    monkeypatch.setattr(mutating, "LIMIT_MS", 500)
    assert [one.kind for one in mutating.judge_in_processes("merge_newest", [stuck], 5)] == [mutating.NO_VERDICT]


def test_a_survivor_needs_a_reason_and_a_reason_a_survivor() -> None:
    why = {"merge_newest": {"if not a:": "It is never asked."}}
    assert [*mutants.faults_in(record(), why)] == []
    assert [*mutants.faults_in(record(), {})] == ["merge_newest: nobody has said why this survives: if not a:"]
    assert [*mutants.faults_in(record(survivors=[]), why)] == [
        "merge_newest: this has a reason and does not survive: if not a:"
    ]
    assert [*mutants.faults_in(record(ours="wrong"), why)] == ["merge_newest: our own answer was judged wrong"]


def test_the_page_tells_counts_lines_and_reasons() -> None:
    told = mutants.record_page(record(), {"merge_newest": {"if not a:": "It is never asked."}})
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in told.splitlines() if line.startswith("|")]
    assert rows[0] == ["exercise", "small histories", "random ones", "mutants", "wrong", "survive"]
    assert rows[2:] == [["4.2 `merge_newest`", "9", "1,000", "3", "2", "1"], ["all", "", "", "3", "2", "1"]]
    assert "- if a:\n+ if not a:\n```\n\nIt is never asked.\n" in told
    assert "no mutants" not in told
    assert "To `merge_newest` there are no mutants" in mutants.record_page(
        record(mutants=0, killed={}, survivors=[]), {}
    )


def test_without_cosmic_ray_the_command_says_how_to_get_it(tmp_path: Path, monkeypatch, capsys) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    assert mutants.main([f"--out={tmp_path}"]) == 2
    assert ".[mutants]" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_every_survivor_that_is_recorded_has_its_reason_and_the_page_tells_it() -> None:
    told = json.loads(RECORD.read_text(encoding="utf-8"))
    assert [*mutants.faults_in(told, mutants.survivors_reasons())] == []
    assert [*told["exercises"]] == mutants.answered_exercises()
    assert {*mutants.survivors_reasons()} <= {*told["exercises"]}
    for found in told["exercises"].values():
        assert found["mutants"] == sum(found["killed"].values()) + len(found["survivors"])
    assert (ROOT / "docs" / mutants.PAGE).read_text(encoding="utf-8") == mutants.record_page(
        told, mutants.survivors_reasons()
    )
    stale = [name for name, found in told["exercises"].items() if found["digest"] != mutants.verdict_digest(name)]
    if stale:
        warnings.warn(f"changed since docs/mutants.json was made: {', '.join(stale)}", stacklevel=1)
