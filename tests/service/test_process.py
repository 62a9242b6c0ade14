"""`twitterlab serve` as a process: its address, its tokens, a signal that ends it, and what a restart must not lose."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.depth import CI
from support.serving import scroll_ids
from support.systems import EDGES

import twitterlab as tl
from twitterlab.commands.cli import main
from twitterlab.service import Signer

STAGES = range(1, len(tl.STAGES) + 1) if CI else (7,)
CLI = [sys.executable, "-m", "twitterlab.commands.cli"]


@dataclass
class Served:
    """A service that runs as a process of its own."""

    process: subprocess.Popen[str]
    address: str
    home: Path

    def token(self, user: int, *more: str) -> str:
        return command(self.home, "token", str(user), *more).stdout.strip()

    def client(self, user: int) -> httpx2.Client:
        """A caller with a token as the command makes it, which takes a second each time."""
        port = self.address.rpartition(":")[2]
        file = self.home / "state" / "twitterlab" / f"service-{port}.json"
        headers = {"Authorization": f"Bearer {Signer.read(file, tl.SystemClock().now).token(user)}"}
        return httpx2.Client(base_url=self.address, headers=headers, trust_env=False)

    def stop(self) -> tuple[int, str]:
        """Send SIGTERM; returns the exit code and the log."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=60)
        return self.process.returncode, log


def environment(home: Path) -> dict[str, str]:
    """One in which keys are kept in a folder of the test."""
    return os.environ | {"XDG_STATE_HOME": str(home / "state")}


def command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CLI, *arguments], env=environment(home), capture_output=True, text=True, check=False)


@contextmanager
def serving(home: Path, *options: str) -> Iterator[Served]:
    """`twitterlab serve` until the end of the block, on a free port."""
    process = subprocess.Popen(
        [*CLI, "serve", "--port", "0", *options],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.match(r"(http://127\.0\.0\.1:\d+)/ answers for stage \d, \w+\n$", said)
        assert found, said or process.stderr.read()  # type: ignore[union-attr]
        yield Served(process, found[1], home)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    follower, followee = zip(*EDGES, strict=True)
    pq.write_table(
        pa.table({"follower": np.array(follower), "followee": np.array(followee)}), tmp_path / "graph.parquet"
    )
    return tmp_path / "graph.parquet"


def test_it_prints_its_address_and_a_token_of_it_opens_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--tweets", "100") as served:
        (file,) = (tmp_path / "state" / "twitterlab").glob("*.json")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        (user, *_) = httpx2.get(f"{served.address}/demo", trust_env=False).json()["users"]
        with served.client(int(user["user"])) as client:
            assert client.get("/health").json() == {"status": "ok", "stage": 7, "name": "HybridFeeds", "users": 1000}
            assert client.get("/feed").json()["tweets"], "there is something to scroll"
        port = served.address.rpartition(":")[2]
        assert served.token(5, "--port", port)
        assert served.stop()[0] == 0
        assert not file.exists()
    assert "none run" in command(tmp_path, "token", "5").stderr


@pytest.mark.parametrize("stage", STAGES)
def test_sigterm_finishes_what_was_accepted_and_a_restart_loses_nothing(
    tmp_path: Path, graph: Path, stage: int
) -> None:
    """Callers post all the time while the signal comes: each tweet that was answered is there after a restart, once."""
    options = ["--stage", str(stage), "--path", str(tmp_path / "feeds"), "--tweets", "0", "--rate", "100000/minute"]
    answered: list[str] = []
    with serving(tmp_path, *options, "--graph", str(graph)) as served:
        with served.client(1) as author:
            first = author.post("/tweets", json={"text": "first"}, headers={"Idempotency-Key": "k"}).json()
        callers = [threading.Thread(target=post_on, args=(served, user, answered)) for user in (1, 2)]
        for caller in callers:
            caller.start()
        while len(answered) < 20 and any(caller.is_alive() for caller in callers):
            callers[0].join(0.01)
        code, log = served.stop()
        for caller in callers:
            caller.join()
    assert code == 0, log
    assert len(answered) >= 20
    with serving(tmp_path, *options) as served, served.client(0) as client:
        shown = scroll_ids(lambda query: client.get(f"/feed{query}").json(), limit=50)
        assert len(shown) == len(set(shown))
        assert {first["id"], *answered} <= set(shown)
        assert len(shown) <= 1 + len(answered) + 2, "at most the two calls under way were stored and not answered"
        with served.client(1) as author:
            assert author.post("/tweets", json={"text": "again"}, headers={"Idempotency-Key": "k"}).json() == first


def post_on(served: Served, user: int, answered: list[str]) -> None:
    """Post until the service does not answer any more."""
    with served.client(user) as client:
        for number in range(100_000):
            try:
                answer = client.post("/tweets", json={"text": f"tweet {number}"})
            except httpx2.TransportError:
                return
            if answer.status_code != 201:
                return
            answered.append(answer.json()["id"])


def test_tokens_hold_after_a_restart_and_nowhere_else(tmp_path: Path, graph: Path) -> None:
    def options(name: str) -> list[str]:
        return ["--stage", "1", "--path", str(tmp_path / name), "--graph", str(graph), "--tweets", "0"]

    with serving(tmp_path, *options("one")) as served:
        token = served.token(0)
        served.stop()
    assert stat.S_IMODE((tmp_path / "one" / "service" / "key.json").stat().st_mode) == 0o600
    header = {"Authorization": f"Bearer {token}"}
    with serving(tmp_path, *options("one")) as one, serving(tmp_path, *options("two")) as two:
        assert httpx2.get(f"{one.address}/feed", headers=header, trust_env=False).status_code == 200
        assert httpx2.get(f"{two.address}/feed", headers=header, trust_env=False).status_code == 401
        assert "say which service" in command(tmp_path, "token", "0").stderr
        by_path = command(tmp_path, "token", "0", "--path", str(tmp_path / "two")).stdout.strip()
        header = {"Authorization": f"Bearer {by_path}"}
        assert httpx2.get(f"{two.address}/feed", headers=header, trust_env=False).status_code == 200


def test_the_log_is_json_and_has_no_token(tmp_path: Path) -> None:
    with serving(tmp_path, "--stage", "1", "--tweets", "0") as served:
        token = served.token(3)
        with served.client(3) as client:
            client.get(f"/feed?token={token}")
            client.get(f"/{token}")
        httpx2.get(f"{served.address}/feed", headers={"Authorization": f"Bearer {token[:-3]}"}, trust_env=False)
        _, log = served.stop()
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.splitlines()]
    assert [line["status"] for line in lines if line["event"] == "call"] == [200, 404, 401]
    assert token[:-3] not in log
    assert token.split(".")[1] not in log


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--graph", "missing.parquet"], "missing.parquet"),
        (["token", "0", "--path", "nowhere"], "has this service been started?"),
        (["token", "0", "--port", "1"], "has this service been started?"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with serving(tmp_path, "--stage", "1", "--tweets", "0") as served:
        port = served.address.rpartition(":")[2]
        second = command(tmp_path, "serve", "--stage", "1", "--tweets", "0", "--port", port)
        assert second.returncode == 2
        assert f"port {port} cannot be listened on" in second.stderr


def test_a_token_holds_for_a_day_at_most(tmp_path: Path) -> None:
    signer = Signer.new(tl.ManualClock().now)
    signer.write(tmp_path / "service" / "key.json")
    assert main(["token", "0", "--path", str(tmp_path), "--minutes", "1440"]) == 0
    for minutes in ("0", "1441"):
        assert main(["token", "0", "--path", str(tmp_path), "--minutes", minutes]) == 2
