"""What stands around every call: the largest body, the names of this service, and HEAD."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twitterlab.service.limits import MAX_BODY
from twitterlab.service.problems import TooLarge, problem_response

END = 256  # bytes of a body's end: more than a form's last boundary


class BodyLimit:
    """Refuses a body that says it is too large before reading it, and one that turns out to be while it is read.

    The end of the body is kept as `body_end`, to see whether it is one. (Starlette has a limit too, but it answers in
    plain text, and not with a problem.)
    """

    def __init__(self, app: ASGIApp, most: int = MAX_BODY) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._most:
            refused = TooLarge(self._most)
            return await problem_response(413, refused.detail, headers={"Connection": "close"})(scope, receive, send)
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise TooLarge(self._most)
            scope["body_end"] = (scope["body_end"] + message.get("body", b""))[-END:]
            return message

        scope["body_end"] = b""
        return await self._app(scope, counted, send)


class Heads:
    """Answers HEAD as GET, without the body, which the server leaves out (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self._app(scope, receive, send)
        as_get = {**scope, "method": "GET"}
        try:
            await self._app(as_get, receive, send)
        finally:
            scope["route"] = as_get.get("route")  # for the log


class Hosts:
    """Refuses calls under names that are not this service's: a name of another site may point at this machine.

    (Starlette has this too, but answers in plain text, and takes the first of two names.)
    """

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app, self._names = app, set(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "*" in self._names:
            return await self._app(scope, receive, send)
        told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(told) != 1 or hostname(told[0]) not in self._names:
            refused = "the header Host is to name this service, once"
            return await problem_response(400, refused)(scope, receive, send)
        return await self._app(scope, receive, send)


def hostname(host: str) -> str | None:
    """The name without the port; None where it is no name."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
