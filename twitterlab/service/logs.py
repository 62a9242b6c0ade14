"""The log: a line of JSON for each call, which says who called and what, and never holds a token, a text or a query."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any, Protocol

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Log(Protocol):
    """What a line is written with."""

    def info(self, event: str, **values: Any) -> Any: ...


class AccessLog:
    """Writes a line for each call: the route as it is documented and not the path, which may hold anything."""

    def __init__(self, app: ASGIApp, log: Log) -> None:
        self._app, self._log = app, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        start = asyncio.get_running_loop().time()
        status: int | None = None  # where nobody waited for the answer
        state = scope.setdefault("state", {})

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._log.info(
                "call",
                method=scope["method"] if scope["method"] in METHODS else "other",
                route=getattr(scope.get("route"), "path", "none"),
                status=status,
                caller=state.get("caller"),
                milliseconds=round(1000 * (asyncio.get_running_loop().time() - start), 1),
            )


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


def json_log() -> Log:
    """A log of JSON lines on stderr, where what the server itself has to say goes too."""
    shared: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso")]
    form = structlog.processors.format_exc_info  # plain text: no variable of a frame gets into the log
    rendered: Any = structlog.processors.JSONRenderer()
    structlog.configure(processors=[*shared, form, rendered], logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, form, rendered],
        )
    )
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler] if name == "uvicorn" else [], name != "uvicorn"
        logger.setLevel(logging.INFO)
    log: Log = structlog.get_logger()
    return log
