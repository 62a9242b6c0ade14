"""What a person set for their own terminal, kernels and figures does not reach a check of outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from support.depth import CI
from support.nbval import ONE_PROCESS, run_nbval

from authoring.verify import CHECKS, Took, impersonal_environment, processor_seconds, summary

TOLD = {  # each cell tells one habit
    "IPython's startup files": "print('startup files may hide this')",
    "pandas' options": "import pandas as pd; pd.DataFrame({'share': [1 / 3]})",
    "width": "import shutil; shutil.get_terminal_size().columns",
    "backend": "import matplotlib as mpl; mpl.get_backend()",
    "figures": "mpl.rcParams['axes.grid']",
    "locale": "import locale; locale.setlocale(locale.LC_ALL, '')",
    "zone": "import time; time.tzname[0]",
    "hashes": "list({'one', 'two', 'three', 'four'})",
    "optimised": "__debug__",
    "course": "import os; os.environ.get('TWITTERLAB_COURSE', 'none')",
}
STARTUP = "import builtins, pandas; builtins.print = lambda *_: None; pandas.set_option('display.precision', 1)"


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook that tells all that `TOLD` lists, recorded in an impersonal environment."""
    (tmp_path / "clean").mkdir()
    cells = [nbformat.v4.new_code_cell(source) for source in TOLD.values()]
    recorded = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(recorded, kernel_name="python3").execute(env=impersonal_environment(os.environ, tmp_path / "clean"))
    nbformat.write(recorded, tmp_path / "told.ipynb")
    return tmp_path / "told.ipynb"


@pytest.fixture
def personal(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has habits."""
    ipython = tmp_path / "ipython"
    (ipython / "profile_default" / "startup").mkdir(parents=True)
    (ipython / "profile_default" / "startup" / "mine.py").write_text(STARTUP)
    (ipython / "matplotlibrc").write_text("axes.grid: True\n")
    habits = {"MPLBACKEND": "svg", "MATPLOTLIBRC": str(ipython), "COLUMNS": "33", "TZ": "Asia/Tokyo"}
    habits |= {"LC_ALL": "POSIX", "PYTHONHASHSEED": "9", "PYTHONOPTIMIZE": "1", "IPYTHONDIR": str(ipython)}
    habits |= {"TWITTERLAB_COURSE": str(ipython)}
    return {**os.environ, **habits}


def differing(notebook: Path, environment: Mapping[str, str]) -> set[str]:
    """Which of the habits nbval sees in the notebook's outputs."""
    report = run_nbval(notebook.parent, environment, *ONE_PROCESS, notebook.name)
    assert len(report.passed + report.failed) == len(TOLD), report.text
    return {list(TOLD)[int(cell.rpartition(" ")[2])] for cell in report.failed}


@pytest.mark.timeout(300)
def test_a_check_of_outputs_sees_nobodys_habits(notebook: Path, personal: Mapping[str, str], tmp_path: Path) -> None:
    assert differing(notebook, impersonal_environment(personal, tmp_path / "clean")) == set()
    if CI:
        assert differing(notebook, personal) == set(TOLD)


def test_links_are_looked_at() -> None:
    assert ("authoring.links",) in CHECKS


def test_all_notebooks_are_compared_strictly_two_at_a_time() -> None:
    command = " ".join(CHECKS[-1])
    assert command.endswith(" notebooks solutions")
    assert "--nbval " in command
    assert "--nbval-lax" not in command
    assert "-n 2 --dist loadscope" in command


def test_the_imports_are_looked_at() -> None:
    assert ("authoring.rooms", "--check") in CHECKS


def test_the_time_of_a_check_counts_what_its_processes_did() -> None:
    before = processor_seconds()
    busy = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(5_000_000))'])"
    subprocess.run([sys.executable, "-c", busy], check=True)
    assert processor_seconds() - before > 0.05


def test_the_summary_tells_the_time_of_each_check_and_the_slowest_tests_of_all(tmp_path: Path) -> None:
    for number in range(2):
        cases = "".join(f'<testcase classname="tests.{number}" name="{n}" time="{n}.5"/>' for n in range(8))
        (tmp_path / f"{number}.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    checks, slowest = summary([Took("ruff", 1.0, 0.5), Took("pytest", 100.0, 190.0)], tmp_path).split("\n\n")
    assert [line.split() for line in checks.split("\n")[2:]] == [
        ["ruff", "1.0", "0.5"],
        ["pytest", "100.0", "190.0"],
        ["all", "101.0", "190.5"],
    ]
    assert [line.split()[0] for line in slowest.split("\n")[2:]] == [f"{n}.5" for n in (7, 7, 6, 6, 5, 5, 4, 4, 3, 3)]
    assert "tests.1::7" in slowest
