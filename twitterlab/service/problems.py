"""Problems: what went wrong, as a document for programs and people (RFC 9457), and never a stack trace."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twitterlab import model
from twitterlab.service.tokens import NoToken, Unauthorized

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="twitterlab"'
LOG = logging.getLogger("uvicorn.error")  # the server's own, which ours writes as JSON
HEADER = "Twitterlab-Work"  # what a call cost
STATUS: dict[type[model.TwitterlabError], int] = {
    model.InvalidCursor: 400,
    model.InvalidLimit: 400,
    Unauthorized: 401,
    model.NotTheAuthor: 403,
    model.UnknownUser: 404,
    model.UnknownTweet: 404,
    model.InvalidTweet: 422,
    model.InvalidFollow: 422,
    model.StorageError: 503,
    model.SystemClosed: 503,
}


EVERYWHERE = (
    400,
    408,
    413,
    429,
    503,
)  # whatever is asked: wrongly, slowly, too much, too often
UNREAD = {"Connection": "close"}  # the rest of a body that nobody reads is not to be taken for the next request
REDIRECT: dict[str, Any] = {
    "description": "the path has a slash too many at its end",
    "headers": {"Location": {"description": "the path without it", "schema": {"type": "string"}}},
}


class Problem(BaseModel):
    """What went wrong; `error` is the contract's name for it, where it has one."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    error: str | None = Field(default=None, examples=["UnknownTweet"])


class TooLarge(HTTPException):
    """A body of more bytes than are taken."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"the body is too large: at most {most:,} bytes are taken", UNREAD)


class TooSlow(HTTPException):
    """A body that does not come to its end."""

    def __init__(self) -> None:
        super().__init__(408, "the body did not come to its end in time", UNREAD)


class TooMany(HTTPException):
    """More calls than one caller may make in a while; `seconds` until the next."""

    def __init__(self, seconds: float, limit: str) -> None:
        headers = {"Retry-After": str(max(1, math.ceil(seconds)))}
        super().__init__(429, f"too many calls: {limit} are taken", headers=headers)


def documented_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These problems for an operation's OpenAPI, with what every operation may answer."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    problems: dict[int | str, dict[str, Any]] = {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: schema}}
        for status in sorted({*EVERYWHERE, *statuses})
    }
    return {307: REDIRECT} | problems


def install_problems(app: FastAPI) -> None:
    """Answer every error of this app with a problem."""
    app.add_exception_handler(model.TwitterlabError, _named_problem)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_middleware(Shield)


def problem_response(status: int, detail: str, error: str | None = None, headers: Any = None) -> Response:
    """A problem document as an answer."""
    return Response(problem_document(status, detail, error), status, headers, MEDIA_TYPE)


def problem_document(status: int, detail: str, error: str | None = None) -> bytes:
    """A problem document."""
    document = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, error=error)
    return document.model_dump_json(exclude_none=True).encode()


def _named_problem(request: Request, error: Exception) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    headers = {"WWW-Authenticate": challenge(error)} if status == 401 else {}
    if (work := getattr(request.state, "work", None)) is not None:
        headers[HEADER] = work
    if status >= 500:
        LOG.error("%s: %s", type(error).__name__, error)
    detail = "the store cannot be used at the moment" if isinstance(error, model.StorageError) else str(error)
    return problem_response(status, detail, type(error).__name__, headers)


def challenge(error: Exception) -> str:
    """What a 401 asks for (RFC 6750); without a token at all it names no error."""
    if isinstance(error, NoToken):
        return CHALLENGE
    return f'{CHALLENGE}, error="invalid_token", error_description="{error}"'


def _invalid_request(request: Request, error: Exception) -> Response:
    """What is wrong with a query or a header is 400, and with a body 422; without the value that was sent."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return problem_response(422 if first["loc"][0] == "body" else 400, f"{where}: {first['msg']}")


def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem_response(error.status_code, error.detail, headers=error.headers)


class Shield:
    """Answers what nobody foresaw with a problem that says nothing of it; the log says all.

    It stands inside of what adds headers to every answer, where Starlette's own handler of errors does not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception:
            LOG.exception("a call failed")
            if started:  # too late for another answer: the connection is cut
                raise
            await problem_response(500, "something went wrong here, and was written to the log")(scope, receive, send)
