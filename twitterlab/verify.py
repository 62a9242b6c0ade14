"""Everything that must hold, in one command for machines with and without make: `python -m twitterlab.verify`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NBVAL = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", "--nbval-sanitize-with=tests/nbval.cfg")
CONTRACT = tuple(f"tests/test_{name}.py" for name in ("contract", "histories", "queue", "errors", "threads", "work"))
FANNED_OUT = "PrecomputedFeeds or HybridFeeds"
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("pytest", "-n", "2", "--dist", "worksteal"),
    ("pytest", "-n", "2", "--dist", "worksteal", "--plain", "-k", FANNED_OUT, *CONTRACT),
    ("pytest", *NBVAL, "notebooks"),
)


def verify() -> int:
    """Run the checks in order up to the first that fails; returns its exit code, or 0."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    for check in CHECKS:
        print("$", *check, flush=True)
        code = subprocess.run([sys.executable, "-m", *check], cwd=ROOT, env=environment, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(verify())
