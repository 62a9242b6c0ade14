"""The release script finds Pythons, counts what differs, keeps what it has, and says no where something differed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from support.nbval import NEEDED, ONE_PROCESS

from authoring import release
from authoring.verify import NBVAL, NOTEBOOKS, ROOT, impersonal_environment

RECORD = ROOT / "docs" / "release.json"
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def run(differences: int = 0) -> dict[str, float]:
    return {"cells": 40, "differences": differences, "seconds": 12.5}


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Pretend that all Pythons are there, and that on each so many cells differ as this dictionary says."""
    differing: dict[str, int] = dict.fromkeys(release.PYTHONS, 0)

    def measure(python: Path, given: argparse.Namespace) -> dict[str, Any]:
        return {"python": f"{python.name}.0", "runs": [run(differing[python.name])] * given.times}

    monkeypatch.setattr(release, "interpreters", lambda _: {python: Path(python) for python in differing})
    monkeypatch.setattr(release, "measure_python", measure)
    return differing


def test_each_python_is_recorded_and_shown(measured, tmp_path: Path, capsys) -> None:
    assert release.main([f"--out={tmp_path / 'r.json'}"]) == 0
    entries = json.loads((tmp_path / "r.json").read_text())
    assert {python: len(entry["runs"]) for python, entry in entries.items()} == dict.fromkeys(release.PYTHONS, 5)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[1:] == [[python, f"{python}.0", "5", "40", "0", "62"] for python in release.PYTHONS]


def test_one_difference_on_one_python_is_a_no(measured, tmp_path: Path) -> None:
    measured["3.12"] = 1
    assert release.main(["--times=1", f"--out={tmp_path / 'r.json'}"]) == 1


def test_one_python_again_leaves_the_others_as_they_were(measured, tmp_path: Path) -> None:
    measured["3.12"] = 1
    release.main([f"--out={tmp_path / 'r.json'}"])
    before = json.loads((tmp_path / "r.json").read_text())
    measured["3.12"] = 0
    assert release.main(["--only=3.12", "--times=2", f"--out={tmp_path / 'r.json'}"]) == 0
    after = json.loads((tmp_path / "r.json").read_text())
    assert (after["3.11"], after["3.13"]) == (before["3.11"], before["3.13"])
    assert after["3.12"]["runs"] == [run()] * 2


def test_an_interrupted_release_keeps_what_it_had_measured(measured, tmp_path: Path, monkeypatch) -> None:
    whole = release.measure_python

    def interrupted(python: Path, given: argparse.Namespace) -> dict[str, Any]:
        if python.name == "3.12":
            raise KeyboardInterrupt
        return whole(python, given)

    monkeypatch.setattr(release, "measure_python", interrupted)
    with pytest.raises(KeyboardInterrupt):
        release.main([f"--out={tmp_path / 'r.json'}"])
    assert list(json.loads((tmp_path / "r.json").read_text())) == ["3.11"]


def test_a_missing_python_is_refused_or_recorded(measured, tmp_path: Path, capsys) -> None:
    del measured["3.13"]
    assert release.main([f"--out={tmp_path / 'r.json'}"]) == 1
    assert "no Python 3.13 found" in capsys.readouterr().err
    assert not (tmp_path / "r.json").exists()
    assert release.main(["--allow-missing", f"--out={tmp_path / 'r.json'}"]) == 0
    assert json.loads((tmp_path / "r.json").read_text())["3.13"] == {"missing": True}


def test_interpreters_are_known_by_their_own_word_and_the_first_is_taken(tmp_path: Path) -> None:
    liar, mute, absent = tmp_path / "python3.99", tmp_path / "mute", tmp_path / "absent"
    for path, words in ((liar, 'exec echo "3.98.1"'), (mute, "exit 3")):
        path.write_text(f"#!/bin/sh\n{words}\n")
        path.chmod(0o755)
    found = release.interpreters([absent, mute, liar, Path(sys.executable), Path("/other") / "python3.98"])
    assert (found["3.98"], found[HERE]) == (liar, Path(sys.executable))


def test_pythons_are_looked_for_on_the_path_and_under_pyenv(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / ".pyenv" / "versions" / "3.12.9" / "bin").mkdir(parents=True)
    (tmp_path / ".pyenv" / "versions" / "3.12.9" / "bin" / "python").touch()
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    found = release.interpreter_paths({"PATH": os.pathsep.join(["/one", "/two"])})
    assert found[:2] == [Path("/one/python3.11"), Path("/two/python3.11")]
    assert found[-1] == tmp_path / ".pyenv" / "versions" / "3.12.9" / "bin" / "python"


def test_the_packages_that_the_project_names_are_recorded() -> None:
    versions = release.package_versions(Path(sys.executable))
    assert {"duckdb", "ipywidgets", "jupyterlab", "nbval", "numpy"} <= set(versions)
    assert "playwright" not in versions


@pytest.mark.timeout(120)
def test_cells_and_differences_are_counted(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(release, "NBVAL", (*NEEDED, *NBVAL, *ONE_PROCESS))  # which starts sooner than three
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def cell(source: str, result: str) -> nbformat.NotebookNode:
        shown = nbformat.v4.new_output("execute_result", {"text/plain": result}, execution_count=1)
        return nbformat.v4.new_code_cell(source, outputs=[shown], execution_count=1)

    notebook = nbformat.v4.new_notebook(cells=[cell("6 * 7", "42"), cell("6 * 8", "47"), cell("1 / 0", "0")])
    nbformat.write(notebook, tmp_path / "told.ipynb")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "nbval.cfg").write_text((ROOT / "tests" / "nbval.cfg").read_text())
    environment = impersonal_environment(os.environ, tmp_path)
    told = release.compare_notebooks(Path(sys.executable), ["told.ipynb"], tmp_path, environment)
    assert (told["cells"], told["differences"]) == (3, 2)
    nothing = release.compare_notebooks(Path(sys.executable), ["absent.ipynb"], tmp_path, environment)
    assert (nothing["cells"], nothing["differences"]) == (0, 1)


def test_the_digest_is_of_every_notebook_and_source(tmp_path: Path) -> None:
    summed = ("notebooks/a.ipynb", "solutions/a.ipynb", "twitterlab/parts/b.py", "twitterlab/classroom/c.toml")
    for name in ("README.md", *summed):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    digests = [release.source_digest(tmp_path)]
    for name in ("README.md", *summed):
        (tmp_path / name).write_text("two")
        digests.append(release.source_digest(tmp_path))
    assert digests[0] == digests[1]
    assert len(set(digests[1:])) == 5


@pytest.mark.skipif(not RECORD.exists(), reason="no release was measured yet: `make release` writes docs/release.json")
def test_the_release_that_is_recorded_had_no_differences() -> None:
    entries = json.loads(RECORD.read_text(encoding="utf-8"))
    assert sorted(entries) == sorted(release.PYTHONS)
    for python, entry in entries.items():
        assert entry["python"].startswith(f"{python}.")
        assert len(entry["runs"]) == 5
        assert len({measured["cells"] for measured in entry["runs"]}) == 1
        assert all(measured["cells"] > 0 for measured in entry["runs"])
        assert release.differences_in(entry) == 0
    if {entry["digest"] for entry in entries.values()} != {release.source_digest(ROOT)}:
        warnings.warn("notebooks or source have changed since docs/release.json was measured", stacklevel=1)
    else:
        assert {tuple(entry["notebooks"]) for entry in entries.values()} == {NOTEBOOKS}
