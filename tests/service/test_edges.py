"""What tries to wear the service out, to outrun it, or to find what it leaves behind."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image
from support.serving import Knocking, Lines, knocking, picture, upload
from support.systems import small

import twitterlab as tl
from twitterlab.model import StorageError
from twitterlab.service import desk, pictures, running
from twitterlab.service.problems import HEADER


@pytest.fixture
def knock() -> Iterator[Knocking]:
    with knocking(tl.SingleTable) as knock:
        yield knock


def raw(address: str, data: bytes, seconds: float = 10) -> bytes:
    """What a service answers to these bytes."""
    host, port = address.removeprefix("http://").split(":")
    answer = b""
    with closing(socket.create_connection((host, int(port)), timeout=seconds)) as line:
        try:
            line.sendall(data)
            while more := line.recv(65_536):
                answer += more
        except (ConnectionError, TimeoutError):
            pass
    return answer


def test_pictures_that_take_long_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than there are threads are being looked at, and somebody else gets a page."""
    release, looked_at = threading.Event(), threading.Event()

    def slow(data: bytes) -> bytes:
        looked_at.set()
        release.wait(30)
        return data

    monkeypatch.setattr(pictures, "checked_picture", slow)
    with small(tl.SingleTable) as system, running(system, workers=0) as service:

        def post() -> None:
            header = {"Authorization": f"Bearer {service.token(1)}"}
            more = upload(None, picture())
            assert httpx2.post(f"{service.address}/tweets", headers=header, trust_env=False, **more).status_code == 201

        posting = [threading.Thread(target=post) for _ in range(desk.THREADS + 1)]
        for each in posting:
            each.start()
        assert looked_at.wait(30)
        header = {"Authorization": f"Bearer {service.token(0)}"}
        assert httpx2.get(f"{service.address}/feed", headers=header, trust_env=False).json()["tweets"] == []
        release.set()
        for each in posting:
            each.join()
        assert len(system.tweets_of(1).tweets) == len(posting)


def test_a_header_of_a_megabyte_is_refused() -> None:
    with small(tl.SingleTable) as system, running(system, workers=0) as service:
        head = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n"
        assert b" 200 " not in raw(service.address, head).split(b"\r\n")[0]


EARLY = """
import os, signal, sys, uvicorn
run = uvicorn.Server.run
def early(self, *args, **more):
    os.kill(os.getpid(), signal.SIGTERM)
    return run(self, *args, **more)
uvicorn.Server.run = early
from twitterlab.commands.cli import main
sys.exit(main(["serve", "--port", "0", "--stage", "1", "--tweets", "0", "--quiet"]))
"""


def test_a_signal_that_comes_early_ends_it_too(tmp_path: Path) -> None:
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", EARLY], env=environment, stdout=subprocess.PIPE)
    try:
        assert process.wait(30) == 0
        assert not list((tmp_path / "twitterlab").iterdir())
    finally:
        process.kill()
        process.communicate()


def test_of_two_changes_at_once_the_feed_has_seen_both(monkeypatch: pytest.MonkeyPatch) -> None:
    position = tl.ReadReplicas.position.fget  # type: ignore[attr-defined]
    read, go_on = threading.Event(), threading.Event()

    def slow_once(system: tl.ReadReplicas) -> Any:
        found = position(system)
        if threading.current_thread().name.startswith("desk") and not read.is_set():
            read.set()
            go_on.wait(10)
        return found

    with knocking(tl.ReadReplicas) as knock:
        posted = knock.post(1, "hello")
        monkeypatch.setattr(tl.ReadReplicas, "position", property(slow_once))
        first = threading.Thread(target=knock, args=(7, "PUT", "/following/2"))
        first.start()
        assert read.wait(10)
        assert knock(7, "PUT", "/following/1").status_code == 204
        go_on.set()
        first.join()
        for _ in range(2):  # each replica hears of the post and the first follow, and not of the second one
            assert knock.system.step(2) == 2
        for _ in range(4):
            assert knock(7, "GET", "/feed").json()["tweets"] == [posted]


@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
def test_half_a_picture_is_refused(knock: Knocking, kind: str) -> None:
    file = io.BytesIO()
    Image.effect_noise((300, 300), 50).save(file, kind)
    data = file.getvalue()
    assert knock(1, "POST", "/tweets", **upload(None, data[: len(data) // 2])).status_code == 422


def test_a_wrong_host_gets_a_problem_document() -> None:
    with knocking(tl.SingleTable, hosts=("127.0.0.1",)) as knock:
        answer = knock(1, "GET", "/feed", headers={"Host": "other.example"})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_is_not_to_be_kept_by_caches() -> None:
    with knocking(tl.SingleTable, demo={3: ""}) as knock:
        assert knock(None, "POST", "/demo/3").headers.get("cache-control") == "no-store"


def test_a_refused_call_says_what_it_cost_too(knock: Knocking) -> None:
    answer = knock(1, "DELETE", "/tweets/1")
    assert answer.status_code == 404
    assert HEADER in answer.headers


def test_expiry_is_told_as_the_token_has_it() -> None:
    with knocking(tl.SingleTable, demo={3: ""}) as knock:
        knock.system.clock.advance(999)
        given = knock(None, "POST", "/demo/3").json()
        knock.system.clock.advance(given["expires_at"] - knock.system.clock.now() - 1)
        header = {"Authorization": f"Bearer {given['token']}"}
        assert knock(None, "GET", "/feed", headers=header).status_code == 200


def test_the_log_holds_no_query_of_a_websocket_either(tmp_path: Path) -> None:
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "twitterlab.commands.cli", "serve", "--port", "0", "--stage", "1", "--tweets", "0"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().split("/ ")[0]  # type: ignore[union-attr]
        while b"200" not in raw(address, b"GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"):
            pass
        raw(
            address,
            b"GET /feed?token=asecret HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
            seconds=2,
        )
        process.terminate()
        assert "asecret" not in process.communicate(timeout=30)[1]
    finally:
        process.kill()
        process.communicate()


def test_why_the_store_failed_is_in_the_log(
    knock: Knocking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise StorageError("no space left on the device")

    monkeypatch.setattr(type(knock.system), "post", broken)
    assert knock(1, "POST", "/tweets", json={"text": "x"}).status_code == 503
    assert "no space left" in caplog.text


def test_head_is_logged_under_its_route() -> None:
    lines = Lines()
    with knocking(tl.SingleTable, log=lines) as knock:
        knock(1, "HEAD", "/feed")
    assert (lines[0]["method"], lines[0]["route"]) == ("HEAD", "/feed")
