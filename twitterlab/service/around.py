"""What stands around every call: the largest body, the names of this service, HEAD, ranges, and redirects."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twitterlab.service.limits import BODY_PAUSE_S, BODY_S, MAX_BODY
from twitterlab.service.problems import TooLarge, TooSlow, problem_response

END = 256  # bytes of a body's end: more than a form's last boundary


class BodyLimit:
    """Refuses a body that says it is too large before reading it, one that turns out to be, and one that is too slow.

    The end of the body is kept as `body_end`, to see whether it is one. (Starlette has a limit too, but it answers in
    plain text, and not with a problem.)
    """

    def __init__(self, app: ASGIApp, most: int = MAX_BODY) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length[:19]) > self._most:
            refused = TooLarge(self._most)
            return await problem_response(413, refused.detail, headers=refused.headers)(scope, receive, send)
        await self._app(scope, Body(scope, receive, self._most).receive, send)


class Body:
    """The body of one request as it arrives; what comes after its end, that the caller is gone, may take any time."""

    def __init__(self, scope: Scope, receive: Receive, most: int) -> None:
        self._scope, self._receive, self._most = scope, receive, most
        self._taken, self._ends_at, self._ended = 0, asyncio.get_running_loop().time() + BODY_S, False
        scope["body_end"] = b""

    async def receive(self) -> Message:
        """The next message; raises TooLarge, and TooSlow."""
        message = await (self._receive() if self._ended else self._in_time())
        self._ended = not message.get("more_body", False)
        data = message.get("body", b"")
        self._taken += len(data)
        if self._taken > self._most:
            raise TooLarge(self._most)
        self._scope["body_end"] = (self._scope["body_end"] + data)[-END:]
        return message

    async def _in_time(self) -> Message:
        left = self._ends_at - asyncio.get_running_loop().time()
        try:
            return await asyncio.wait_for(self._receive(), min(left, BODY_PAUSE_S))
        except TimeoutError:
            raise TooSlow from None


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


class Ranges:
    """Parts are given of pictures alone, and to GET alone: elsewhere the header Range is passed over (RFC 9110, 14.2).

    It stands outside of `Heads`, where the method is still what the caller said.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not (scope["method"] == "GET" and scope["path"].startswith("/media/")):
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await self._app(scope, receive, send)


class Redirects:
    """Says where else to ask by path alone: which name this service has for its callers, it does not know."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_relative(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [relative_location(*header) for header in message["headers"]]}
            await send(message)

        await self._app(scope, receive, send_relative)


def relative_location(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header; of a Location path and query, with one slash before them: two would name another site."""
    if name != b"location":
        return name, value
    place = urlsplit(value.decode("latin-1"))
    return name, ("/" + place._replace(scheme="", netloc="").geturl().lstrip("/")).encode("latin-1")


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
