"""The app: one system behind its door, with limits, headers and problems around every call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import secure
from fastapi import FastAPI, Request, Response
from fastapi.routing import APIRoute
from secure.middleware import SecureASGIMiddleware
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

import twitterlab as tl
from twitterlab.service import RATE, problems
from twitterlab.service.api import api
from twitterlab.service.around import BodyLimit, Heads, Hosts, Ranges, Redirects
from twitterlab.service.calls import Door, WrittenPositions
from twitterlab.service.desk import Desk
from twitterlab.service.limits import RateLimit
from twitterlab.service.logs import AccessLog, Log
from twitterlab.service.public import PAGE, public
from twitterlab.service.tokens import Signer
from twitterlab.stages.base import Stage

LOOPBACK = ("127.0.0.1", "localhost")
POLICY = (
    secure.ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'", "blob:")
    .connect_src("'self'")
    .base_uri("'none'")
    .form_action("'none'")
    .frame_ancestors("'none'")
)
HEADERS = secure.Secure(
    csp=POLICY,
    xcto=secure.XContentTypeOptions(),
    xfo=secure.XFrameOptions().deny(),
    referrer=secure.ReferrerPolicy().no_referrer(),
    coop=secure.CrossOriginOpenerPolicy().same_origin(),
    corp=secure.CrossOriginResourcePolicy().same_origin(),
)


def create_app(
    system: Stage,
    signer: Signer,
    *,
    workers: int = 2,
    rate: str = RATE,
    demo: Mapping[int, str] | None = None,
    hosts: Sequence[str] = LOOPBACK,
    log: Log | None = None,
) -> FastAPI:
    """An ASGI app of an open system, which stays its caller's to close.

    `workers` threads do its background work, `rate` is how often one caller may call, as in 1200/minute, `demo` whom
    one may sign in as without a token, and what is said of them, `hosts` the names under which it answers.
    """
    stage = next(number for number, kind in enumerate(tl.STAGES, 1) if isinstance(system, kind))
    desk = Desk(system, workers)
    about = f"Stage {stage}, {type(system).__name__}: the caller is whom the bearer token proves."
    app = FastAPI(
        title="twitterlab", version="1", description=about, lifespan=_desk_lifespan(desk), docs_url=None, redoc_url=None
    )
    app.state.door = Door(desk, signer, RateLimit(rate), RateLimit(rate), dict(demo or {}), stage, WrittenPositions())
    app.include_router(public)
    app.include_router(api)
    app.mount("/page", Files(directory=PAGE))
    app.openapi = lambda: _openapi_document(app)  # type: ignore[method-assign]
    problems.install_problems(app)
    app.add_exception_handler(405, _not_allowed)
    app.add_middleware(BodyLimit)
    app.add_middleware(Redirects)
    app.add_middleware(Heads)
    app.add_middleware(Ranges)
    app.add_middleware(Hosts, names=hosts)
    app.add_middleware(SecureASGIMiddleware, secure=HEADERS)
    if log is not None:
        app.add_middleware(AccessLog, log=log)
    return app


class Files(StaticFiles):
    """The page's files, which a browser asks for again each time: an old module beside a new one would not fit."""

    def file_response(self, *args: Any, **settings: Any) -> Response:
        """The file, or that it has not changed."""
        answer = super().file_response(*args, **settings)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def _desk_lifespan(desk: Desk) -> Any:
    """The desk is open while the app runs; at its end every call and all background work is finished."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        desk.open()
        try:
            yield
        finally:
            await run_in_threadpool(desk.close)

    return lifespan


async def _not_allowed(request: Request, error: Exception) -> Response:
    """A 405 that names all methods of the path; Starlette's own names those of the first route that it finds."""
    path = request.scope["path"]
    routes = [route for route in (*public.routes, *api.routes) if isinstance(route, APIRoute)]
    methods = {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    methods = methods or {"GET"}  # of the page's files and of the OpenAPI document
    methods |= {"HEAD"} if "GET" in methods else set()
    detail = f"{request.method} is not what can be done here"
    return problems.problem_response(405, detail, headers={"Allow": ", ".join(sorted(methods))})


def _openapi_document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, with our problems where it has its own."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        schemas = document["components"]["schemas"]
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = problems.Problem.model_json_schema()
        for operation in (each for path in document["paths"].values() for each in path.values()):
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    assert app.openapi_schema is not None
    return app.openapi_schema
