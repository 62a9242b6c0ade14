"""Connections: what is no request, what does not go on, and who must not take the room of all others."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import httpx2
import pytest
from support.systems import small

import twitterlab as tl
from twitterlab.service import Service, limits, running
from twitterlab.service.connections import GuardedConnection

HOST = "Host: 127.0.0.1\r\n"
SMUGGLED = "GET /work HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
NO_REQUESTS = {
    "two lengths": f"POST /tweets HTTP/1.1\r\n{HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths in the other order": (
        f"POST /tweets HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{SMUGGLED}"
    ),
    "chunks before there were any": f"POST /tweets HTTP/1.0\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two numbers": f"POST /tweets HTTP/1.1\r\n{HOST}Content-Length: 4\r\nContent-Length: 5\r\n\r\nxxxxx",
    "a bare LF": f"GET /health HTTP/1.1\n{HOST}\r\n",
    "a bare LF in a header": f"GET /health HTTP/1.1\r\n{HOST}X: a\nTransfer-Encoding: chunked\r\n\r\n",
    "an end of bare LFs": "GET /health HTTP/1.1\nHost: 127.0.0.1\n\n",
    "a bare LF before the end": f"GET /health HTTP/1.1\r\n{HOST}X: a\n\r\n",
    "a bare CR": f"GET /health HTTP/1.1\r\n{HOST}X: a\rb\r\n\r\n",
    "a second request with a bare LF": f"GET /health HTTP/1.1\r\n{HOST}\r\nGET /health HTTP/1.1\n{HOST}\r\n",
    "a chunk with a bare LF": f"POST /health HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n",
    "no HTTP": "\x16\x03\x01 a secure greeting\r\n\r\n",
}


@pytest.fixture
def service() -> Iterator[Service]:
    with small(tl.SingleTable) as system, running(system, workers=0) as service:
        yield service


def connect(service: Service, begin: str = "") -> socket.socket:
    """A connection on which some bytes have been sent."""
    line = socket.create_connection(("127.0.0.1", int(service.address.rpartition(":")[2])), timeout=30)
    line.sendall(begin.encode("latin-1"))
    return line


def rest(line: socket.socket) -> bytes:
    """All that comes until the service ends the connection."""
    answer = b""
    with closing(line):
        try:
            while more := line.recv(65_536):
                answer += more
        except ConnectionError:
            pass
    return answer


def problem(answer: bytes) -> dict[str, Any]:
    """The last problem document among some answers."""
    head, _, body = answer.rpartition(b"\r\n\r\n")
    assert b"application/problem+json" in head.rpartition(b"HTTP/1.1 ")[2], answer
    found: dict[str, Any] = json.loads(body)
    return found


@pytest.mark.parametrize("what", NO_REQUESTS)
def test_what_is_no_request_is_a_400_and_ends_the_connection(service: Service, what: str) -> None:
    answer = rest(connect(service, NO_REQUESTS[what]))
    assert problem(answer)["status"] == 400
    assert b"connection: close" in answer.lower()
    assert b"x-content-type-options: nosniff" in answer.lower()
    assert answer.count(b"HTTP/1.1 ") == (2 if what.startswith("a second") else 1)


def test_a_head_in_pieces_is_read_as_if_it_came_at_once(service: Service) -> None:
    line = connect(service)
    for byte in f"GET /health HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n":
        line.sendall(byte.encode())
    assert rest(line).startswith(b"HTTP/1.1 200 ")


def test_a_head_that_is_too_long_is_431(service: Service) -> None:
    answer = rest(connect(service, f"GET /health HTTP/1.1\r\n{HOST}X: {'x' * limits.MAX_HEAD}"))
    assert problem(answer)["status"] == 431


def test_a_connection_without_a_request_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEAD_S", 0.05)
    assert rest(connect(service)) == b""
    assert problem(rest(connect(service, "GET /health HTTP/1.1\r\nHost: ")))["status"] == 408
    asked = f"GET /health HTTP/1.1\r\n{HOST}\r\n"
    answers = rest(connect(service, f"{asked}{asked}GET "))
    assert answers.count(b"HTTP/1.1 200 ") == 2
    assert problem(answers)["status"] == 408


@pytest.mark.parametrize("limit", ["BODY_S", "BODY_PAUSE_S"])
def test_a_body_that_does_not_come_is_408(service: Service, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(f"twitterlab.service.around.{limit}", 0.05)
    head = f"POST /tweets HTTP/1.1\r\n{HOST}Authorization: Bearer {service.token(1)}\r\nContent-Length: 100\r\n"
    for kind in ("application/json", "multipart/form-data; boundary=b"):
        assert problem(rest(connect(service, f"{head}Content-Type: {kind}\r\n\r\n--b")))["status"] == 408


def test_a_body_that_was_answered_unread_has_little_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REST_S", 0.05)
    answer = rest(connect(service, f"POST /tweets HTTP/1.1\r\n{HOST}Content-Length: 100\r\n\r\nx"))
    assert problem(answer)["status"] == 401


def test_a_body_that_is_too_large_ends_the_connection(service: Service) -> None:
    head = f"POST /tweets HTTP/1.1\r\n{HOST}Authorization: Bearer {service.token(1)}\r\n"
    kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = f"{20_000:x}\r\n{'x' * 20_000}\r\n"
    assert problem(rest(connect(service, head + kind + chunk)))["status"] == 413


@pytest.mark.parametrize("more", ["", "no request\r\n\r\n"])
def test_a_caller_who_reads_nothing_is_left(more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lose = GuardedConnection.connection_lost
    lost = threading.Event()  # for its system goes on to tell the caller what was written
    monkeypatch.setattr(GuardedConnection, "connection_lost", lambda *given: (lose(*given), lost.set()))
    monkeypatch.setattr(limits, "WRITE_S", 0.05)
    with small(tl.SingleTable) as system, running(system, workers=0) as service, socket.socket() as line:
        media = system.post(1, "", b"x" * 20_000_000).media
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", int(service.address.rpartition(":")[2])))
        asked = f"GET /media/{media} HTTP/1.1\r\n{HOST}Authorization: Bearer {service.token(1)}\r\n\r\n"
        line.sendall(f"{asked}{more}".encode())
        assert lost.wait(30)


@pytest.mark.parametrize("limit", ["CONNECTIONS_OF_ONE", "CONNECTIONS"])
def test_silent_connections_make_room_for_who_asks(
    service: Service, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(limits, limit, 5)
    with ExitStack() as stack:
        silent = [stack.enter_context(connect(service, "GET /" if n % 2 else "")) for n in range(20)]
        for _ in range(3):
            assert httpx2.get(f"{service.address}/health", trust_env=False).status_code == 200
        assert all(not line.recv(1) for line in silent[:15]), "who waited longest made room"


def test_without_room_and_nobody_who_waits_it_is_a_503(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS_OF_ONE", 2)
    head = f"POST /tweets HTTP/1.1\r\n{HOST}Authorization: Bearer {service.token(1)}\r\nExpect: 100-continue\r\n"
    begin = f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    with connect(service, begin) as one, connect(service, begin) as two:
        assert all(line.recv(100).startswith(b"HTTP/1.1 100 ") for line in (one, two))
        assert problem(rest(connect(service)))["status"] == 503
        one.close()
        two.close()
    asked = f"GET /health HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n"
    while not rest(connect(service, asked)).startswith(b"HTTP/1.1 200 "):
        pass
