"""schemathesis against the service's own OpenAPI document, over HTTP, at every stage, with workers behind it.

It makes calls that the document allows and calls that it does not, alone and in sequences, and looks for server errors,
undocumented answers, calls that are let in without a token, and what is still there after it was deleted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.depth import CI
from support.serving import LOOSE, picture

import twitterlab as tl
from twitterlab.service import running

HERE = Path(__file__).parent
EXAMPLES = 25 if CI else 3
STAGES = tl.STAGES if CI else (tl.HybridFeeds,)
CASES = 500 if CI else 150  # at each stage, at least


def run(address: str, token: str, media: str, report: Path) -> subprocess.CompletedProcess[str]:
    """Run schemathesis with the same cases each time; its report is a line of JSON for each event."""
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml")]
    command += ["run", f"{address}/openapi.json", "--no-color", "--generation-deterministic"]
    command += ["--max-examples", str(EXAMPLES), "--report-ndjson-path", str(report)]
    own = {"SERVICE_TOKEN": token, "SERVICE_MEDIA": media, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(HERE.parent)}
    return subprocess.run(command, env=os.environ | own, cwd=report.parent, capture_output=True, text=True, check=False)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", STAGES)
def test_no_server_error_and_no_undocumented_answer(kind: Any, tmp_path: Path) -> None:
    graph = tl.FollowGraph.synthetic(users=60, mean_follows=10, seed=7)
    with kind(graph) as system:
        media = system.post(3, "look", picture()).media
        with running(system, workers=2, rate=LOOSE, demo={5: "somebody"}) as service:
            done = run(service.address, service.token(5), media, tmp_path / "events.ndjson")
    assert done.returncode == 0, done.stdout + done.stderr
    statuses = answers(tmp_path / "events.ndjson")
    assert statuses.total() >= CASES
    assert not [status for status in statuses if status >= 500]
    assert {200, 201, 204, 400, 401, 404, 405, 422} <= statuses.keys(), "it got past the door, and was refused too"


def answers(report: Path) -> Counter[int]:
    """How many answers there were of each status."""
    found: Counter[int] = Counter()
    for line in report.read_text().splitlines():
        found.update(walk(json.loads(line)))
    return found


def walk(value: Any) -> list[int]:
    """The statuses of all answers in an event."""
    if isinstance(value, list):
        return [status for each in value for status in walk(each)]
    if not isinstance(value, dict):
        return []
    own = [value["status_code"]] if isinstance(value.get("status_code"), int) and "headers" in value else []
    return own + [status for each in value.values() for status in walk(each)]
