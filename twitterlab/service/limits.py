"""Limits: how many bytes a body may have, and how often one caller may call."""

from __future__ import annotations

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twitterlab.service.problems import TooLarge, TooMany, problem

MAX_PICTURE = 5_000_000  # bytes
MAX_BODY = MAX_PICTURE + 65_536  # with the text and what multipart puts around both
MAX_JSON = 16_384  # 280 characters, each of them written as two \uXXXX, take less
RATE = "1200/minute"  # a page and a poll a second are 120


class BodyLimit:
    """Refuses a body that says it is too large before reading it, and one that turns out to be while it is read.

    (Starlette has a limit too, but it answers in plain text, and not with a problem.)
    """

    def __init__(self, app: ASGIApp, most: int = MAX_BODY) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._most:
            refused = TooLarge(self._most)
            return await problem(413, refused.detail, headers={"Connection": "close"})(scope, receive, send)
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise TooLarge(self._most)
            return message

        return await self._app(scope, counted, send)


class Heads:
    """Answers HEAD as GET, without the body, which the server leaves out (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = scope["type"] == "http" and scope["method"] == "HEAD"
        await self._app({**scope, "method": "GET"} if head else scope, receive, send)


class RateLimit:
    """So many calls a caller in so long, in a window that moves; `rate` is as in 1200/minute."""

    def __init__(self, rate: str = RATE) -> None:
        self._item, self._limiter = parse(rate), MovingWindowRateLimiter(MemoryStorage())

    def hit(self, caller: str, now_s: float) -> None:
        """Count one call; raises TooMany, with the seconds until one may be made again."""
        if not self._limiter.hit(self._item, caller):
            until = self._limiter.get_window_stats(self._item, caller).reset_time
            raise TooMany(until - now_s, str(self._item))
