"""Everything that must hold, in one command for machines with and without make: `python -m authoring.verify`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ("notebooks", "solutions")  # the folders whose notebooks are committed as they ran
# A kernel is started for each notebook, two of them at a time, and no notebook is cut in two.
NBVAL = (
    *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", "--nbval-sanitize-with=tests/nbval.cfg"),
    *("-n", "2", "--dist", "loadscope"),
)
CONTRACT = (
    *("tests/stages/contract", "tests/stages/work", "tests/stages/test_histories.py", "tests/stages/test_threads.py"),
    "tests/parts/test_queue.py",
)
FANNED_OUT = "PrecomputedFeeds or HybridFeeds"
# nbval brings Jupyter's validator of notebooks into every process that loads it, which takes seconds.
PYTEST = ("pytest", "-n", "2", "--dist", "worksteal", "-p", "no:nbval")
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("authoring.links",),
    PYTEST,
    (*PYTEST, "--plain", "-k", FANNED_OUT, *CONTRACT),
    ("pytest", *NBVAL, *NOTEBOOKS),
)
# What somebody set for their own terminal, kernels and figures; a check of outputs must not see it.
PERSONAL = (
    *("JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "MPLBACKEND", "LANG", "LANGUAGE", "LINES"),
    *("PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "NO_COLOR", "FORCE_COLOR", "TWITTERLAB_COURSE"),
    "PYTHONDONTWRITEBYTECODE",  # with it, each of some hundred processes compiles the package again
)


def verify() -> int:
    """Run the checks in order up to the first that fails; returns its exit code, or 0."""
    with tempfile.TemporaryDirectory() as home:
        environment = impersonal_environment(os.environ, Path(home))
        for check in CHECKS:
            print("$", *check, flush=True)
            code = subprocess.run([sys.executable, "-m", *check], cwd=ROOT, env=environment, check=False).returncode
            if code:
                return code
    return 0


def impersonal_environment(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """An environment in which outputs are the same for everybody: Jupyter's and IPython's own folders are in `home`.

    History, configuration and startup files of the user stay out, and so do their locale, time zone, terminal width and
    matplotlibrc: matplotlib reads an empty one.
    """
    kept = {name: value for name, value in environ.items() if name not in PERSONAL and not name.startswith("LC_")}
    folders = {f"JUPYTER_{kind}_DIR": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    fixed = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "COLUMNS": "80"}
    return {**kept, **folders, **fixed, "IPYTHONDIR": str(home / "ipython"), "MATPLOTLIBRC": os.devnull}


if __name__ == "__main__":
    sys.exit(verify())
