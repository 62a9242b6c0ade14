"""What needs no token: the page, whether the service is well, and signing in as one of the demo users."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from twitterlab.service.api import User
from twitterlab.service.calls import door_of, stranger_address, user_id
from twitterlab.service.problems import documented_problems
from twitterlab.service.shapes import DemoUser, DemoUsers, Health, SignedIn

PAGE = Path(__file__).parent / "page"
public = APIRouter()


@public.get("/", include_in_schema=False)
async def page() -> FileResponse:
    """The page to scroll."""
    return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})


@public.get("/health", responses=documented_problems(), tags=["service"])
async def health(request: Request) -> Health:
    """That the service answers; 503 where its background work has come to a stop."""
    here = door_of(request)
    if here.desk.failed:
        raise HTTPException(503, "the background work has come to a stop: see the log")
    system = here.desk.system
    return Health(status="ok", stage=here.stage, name=type(system).__name__, users=system.users)


@public.get("/demo", responses=documented_problems(), tags=["sign in"])
async def demo_users(request: Request) -> DemoUsers:
    """Whom one may sign in as without a token."""
    return DemoUsers(users=[DemoUser(user=str(user), about=about) for user, about in door_of(request).demo.items()])


@public.post("/demo/{user}", responses=documented_problems(404), tags=["sign in"])
async def sign_in(request: Request, response: Response, user: User) -> SignedIn:
    """A token of a demo user; nobody else's is given."""
    here = door_of(request)
    here.strangers.hit(stranger_address(request))
    asked = user_id(user)
    if asked not in here.demo:
        raise HTTPException(404, "that is not one of the demo users")
    response.headers["Cache-Control"] = "no-store"
    return SignedIn(user=str(asked), token=here.signer.token(asked), expires_at=1000 * here.signer.until())
