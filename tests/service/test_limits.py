"""What the service limits and keeps to itself: sizes, rates, headers, stack traces, and what the log may hold."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from support.serving import Knocking, Lines, knocking, picture, upload
from support.systems import GRAPH, everything

import twitterlab as tl
from twitterlab.service import running
from twitterlab.service.limits import MAX_BODY, MAX_JSON, MAX_PICTURE

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture
def knock() -> Iterator[Knocking]:
    with knocking(tl.SingleTable) as knock:
        yield knock


def chunks(size: int) -> Iterator[bytes]:
    """A body in pieces, whose length no header says."""
    yield from (b" " * 65_536 for _ in range(size // 65_536 + 1))


def test_a_body_that_is_too_large_is_413_and_stores_nothing(knock: Knocking) -> None:
    before = everything(knock.system)
    kind = {"Content-Type": "application/json"}
    bodies: dict[str, dict[str, Any]] = {
        "json": {"json": {"text": "hello", "more": "x" * MAX_JSON}},
        "json that does not say its length": {"content": chunks(MAX_JSON), "headers": kind},
        "a picture": upload("hello", picture() + b"\0" * MAX_PICTURE),
        "more than anything may have": {"content": b" " * (MAX_BODY + 1), "headers": kind},
        "more than anything, in pieces": {
            "content": chunks(MAX_BODY),
            "headers": {"Content-Type": "multipart/form-data; boundary=b"},
        },
        "a wrong kind": {"content": b" " * (MAX_BODY + 1), "headers": {"Content-Type": "text/plain"}},
    }
    for name, body in bodies.items():
        answer = knock(1, "POST", "/tweets", **body)
        assert answer.status_code == 413, name
        assert answer.headers["content-type"] == "application/problem+json", name
    assert everything(knock.system) == before


def test_the_largest_picture_is_taken(knock: Knocking) -> None:
    data = picture()
    answer = knock(1, "POST", "/tweets", **upload("x" * 280, data + b"\0" * (MAX_PICTURE - len(data))))
    assert answer.status_code == 201


def test_a_caller_who_calls_too_often_waits_and_nobody_else_does() -> None:
    with knocking(tl.SingleTable, rate="3/hour") as knock:
        assert [knock(1, "GET", "/feed").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        refused = knock(1, "POST", "/tweets", json={"text": "hello"})
        assert refused.status_code == 429
        assert 3500 < int(refused.headers["retry-after"]) <= 3600
        assert refused.headers["content-type"] == "application/problem+json"
        assert knock(2, "GET", "/feed").status_code == 200
        assert knock.system.tweets_of(1).tweets == []


def test_guessing_tokens_is_limited_by_address() -> None:
    with knocking(tl.SingleTable, rate="3/hour", demo={1: ""}) as knock:
        wrong = {"Authorization": "Bearer guess"}
        assert [knock(None, "GET", "/feed", headers=wrong).status_code for _ in range(4)] == [401, 401, 401, 429]
        assert knock(None, "POST", "/demo/1").status_code == 429
        assert knock(1, "GET", "/feed").status_code == 200, "who proves themselves is let in"


@pytest.mark.parametrize("path", ["/", "/health", "/feed", "/nothing", "/openapi.json", "/page/nothing.js"])
def test_every_answer_has_security_headers(knock: Knocking, path: str) -> None:
    for user in (None, 1):
        headers = knock(user, "GET", path).headers
        assert HEADERS.items() <= dict(headers).items()
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "server" not in headers


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(
    knock: Knocking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(type(knock.system), "feed", broken)
    answer = knock(1, "GET", "/feed")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert HEADERS.items() <= dict(answer.headers).items()
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "the secret of the house" in caplog.text
    assert knock(1, "GET", "/work").status_code == 200


def test_a_store_that_fails_is_503_and_does_not_say_where_it_lies(
    knock: Knocking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise tl.StorageError("/home/somebody/feeds cannot be written")

    monkeypatch.setattr(type(knock.system), "post", broken)
    answer = knock(1, "POST", "/tweets", json={"text": "hello"})
    assert (answer.status_code, answer.json()["error"]) == (503, "StorageError")
    assert "somebody" not in answer.text


def test_a_system_that_is_closed_is_503(knock: Knocking) -> None:
    knock.system.close()
    answer = knock(1, "GET", "/feed")
    assert (answer.status_code, answer.json()["error"]) == (503, "SystemClosed")


def test_a_worker_that_died_makes_the_service_unwell(monkeypatch: pytest.MonkeyPatch) -> None:
    died = RuntimeError("a worker's end")

    def broken(*_: Any) -> int:
        raise died

    def until_it_is_unwell() -> None:
        with knocking(tl.PrecomputedFeeds, workers=1) as knock:
            while (seen := knock(None, "GET", "/health").status_code) == 200:
                knock.post(1, "hello")
            assert seen == 503

    monkeypatch.setattr(tl.PrecomputedFeeds, "_step", broken)
    with pytest.raises(RuntimeError) as told:
        until_it_is_unwell()
    assert told.value is died


def test_the_log_says_who_called_what_and_no_token_text_or_query() -> None:
    lines = Lines()
    with knocking(tl.SingleTable, log=lines) as knock:
        token = knock.signer.token(1)
        knock(1, "GET", f"/feed?token={token}&limit=5")
        knock(1, "POST", "/tweets", json={"text": "a private thought"}, headers={"Idempotency-Key": "a private key"})
        knock(None, "GET", "/feed", headers={"Authorization": f"Bearer {token}x"})
        knock(1, "GET", f"/{token}")
        knock(1, "GET", f"/users/{token}/tweets")
        knock(1, "G" + "E" * 20, "/feed")
    told = [(line["method"], line["route"], line["status"], line["caller"]) for line in lines]
    assert told == [
        ("GET", "/feed", 200, 1),
        ("POST", "/tweets", 201, 1),
        ("GET", "/feed", 401, None),
        ("GET", "none", 404, None),
        ("GET", "/users/{user}/tweets", 404, 1),
        ("other", "/feed", 405, None),
    ]
    whole = json.dumps(lines)
    for secret in (token, token.rpartition(".")[2], "private", "limit"):
        assert secret not in whole


def test_an_address_is_not_what_a_header_says() -> None:
    with tl.SingleTable(GRAPH) as system, running(system, rate="3/hour") as service:
        statuses = [
            httpx2.get(
                f"{service.address}/feed",
                headers={"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": f"for=10.0.0.{number}"},
                trust_env=False,
            ).status_code
            for number in range(5)
        ]
    assert statuses == [401, 401, 401, 429, 429]


def test_a_caller_who_goes_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    lines = Lines()
    with tl.SingleTable(GRAPH) as system, running(system, workers=0, log=lines) as service:
        for kind in ("application/json", "multipart/form-data; boundary=b"):
            with socket.create_connection(("127.0.0.1", int(service.address.rpartition(":")[2]))) as caller:
                head = f"POST /tweets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service.token(1)}\r\n"
                caller.sendall(f"{head}Content-Type: {kind}\r\nContent-Length: 100\r\n\r\n--b".encode())
        while len(lines) < 2:
            time.sleep(0.01)
        assert httpx2.get(f"{service.address}/health", trust_env=False).status_code == 200
    assert [line["status"] for line in lines] == [None, None, 200]
    assert "Traceback" not in caplog.text
