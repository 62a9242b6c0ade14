"""Other processes, for tests that kill them, starve them, serve with them or compare them with this one."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import textwrap
from typing import Any

from authoring.verify import ROOT

PATIENCE = 60  # seconds after which a process counts as hung


def child(source: str, *arguments: object, **environ: str) -> subprocess.Popen[str]:
    """A process that runs `source` and can import the helpers of these tests."""
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": paths, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> list[Any]:
    """What a child printed, a JSON value a line; it must end well."""
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out
    return [json.loads(line) for line in out.splitlines()]


def end(server: subprocess.Popen[Any]) -> None:
    """Ask a server to end, and kill it where it does not: it may hang that is ended while it starts something.

    Its pipes stay open until then, since a server that cannot say goodbye does not go either.
    """
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=PATIENCE / 4)
    server.kill()  # which does nothing to one that has ended
