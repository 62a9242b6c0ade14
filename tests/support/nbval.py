"""nbval as `authoring.verify` calls it, on notebooks that a test has made: what each cell came to."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from authoring.verify import NBVAL, ROOT

OPTIONS = tuple(option.replace("tests/", f"{ROOT}/tests/") for option in NBVAL)
NEEDED = ("-p", "nbval.plugin", "-p", "xdist.plugin")  # no other plugin: they take longer to load than a small notebook
ONE_PROCESS = ("-n", "0")


class Report(NamedTuple):
    """The exit code of a run, its cells by outcome, such as "told.ipynb::Cell 3", and all that it printed."""

    code: int
    passed: list[str]
    failed: list[str]
    text: str


def run_nbval(folder: Path, environment: Mapping[str, str], *options: str) -> Report:
    """Compare the notebooks of a folder with a fresh run, by the options of `authoring.verify` and these."""
    command = [sys.executable, "-m", "pytest", *NEEDED, *OPTIONS, "-rA", "--color=no", *options]
    alone = {**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, check=False)
    outcomes = re.findall(r"^(PASSED|FAILED) (\S+::Cell \d+)", done.stdout, re.MULTILINE)
    passed, failed = ([cell for found, cell in outcomes if found == kind] for kind in ("PASSED", "FAILED"))
    return Report(done.returncode, passed, failed, done.stdout)
