"""A call: who makes it, whether they may make another one so soon, and what it costs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from twitterlab.model import Position, UnknownTweet, UnknownUser
from twitterlab.service.desk import Desk
from twitterlab.service.limits import RateLimit
from twitterlab.service.problems import HEADER
from twitterlab.service.shapes import work_header
from twitterlab.service.tokens import NUMBER, NoToken, Signer, Unauthorized
from twitterlab.stages.base import Stage
from twitterlab.stages.read_replicas import ReadReplicas
from twitterlab.work import Work

T = TypeVar("T")
BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="a token, as `twitterlab token USER` makes it")


class WrittenPositions:
    """Where replicas answer: how much of the leader's log each caller's feed must have seen, since they wrote it."""

    def __init__(self) -> None:
        self._positions: dict[int, Position] = {}
        self._lock = threading.Lock()

    def note(self, user: int, position: Position) -> None:
        """A change of this user is in the log below this position; of two, the later one counts."""
        with self._lock:
            self._positions[user] = max(position, self._positions.get(user, position))

    def get(self, user: int, system: Stage) -> Position | None:
        """What the user's feed must have seen, None where they wrote nothing; without what was lost with a leader."""
        position = self._positions.get(user)
        return system.what_survived(position) if position and isinstance(system, ReadReplicas) else position


@dataclass(frozen=True)
class Door:
    """What all calls share: the system's desk, who proves callers, the limits, and whom one may be without a token."""

    desk: Desk
    signer: Signer
    callers: RateLimit
    strangers: RateLimit
    demo: Mapping[int, str]
    stage: int
    written: WrittenPositions


@dataclass(frozen=True)
class Call:
    """A call of a proved user."""

    user: int
    door: Door
    response: Response
    request: Request

    async def __call__(self, ask: Callable[[Stage], T]) -> T:
        """What `ask` gets from the system; its work goes into a header of the answer, also where it is refused."""
        answer = await self.door.desk.call(ask, self._note_work)
        self.response.headers.update({HEADER: self.request.state.work, "Cache-Control": "no-store"})
        return answer

    async def write(self, change: Callable[[Stage], T]) -> T:
        """The same for a change. Where replicas answer, the caller's next feed comes from one that has heard of it."""

        def changed(system: Stage) -> T:
            answer = change(system)
            if isinstance(system, ReadReplicas):
                self.door.written.note(self.user, system.position)
            return answer

        return await self(changed)

    def _note_work(self, work: Work) -> None:
        self.request.state.work = work_header(work)


def door_of(request: Request) -> Door:
    """The door that this app was made with."""
    found: Door = request.app.state.door
    return found


async def proved_call(
    request: Request, response: Response, _: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
) -> Call:
    """The call, once its token proves who makes it; raises Unauthorized, and TooMany where it comes too soon."""
    here = door_of(request)
    try:
        user = here.signer.caller(bearer_token(request.headers.getlist("authorization")))
        if user >= here.desk.system.users:
            raise Unauthorized("the token is of a user who is not here")
    except Unauthorized:
        here.strangers.hit(stranger_address(request))
        raise
    request.state.caller = user
    here.callers.hit(str(user))
    return Call(user, here, response, request)


ProvedCall = Annotated[Call, Depends(proved_call)]


def bearer_token(headers: list[str]) -> str:
    """The token of the one Authorization header; two of them prove nothing."""
    if not headers:
        raise NoToken("no token was sent: a call needs the header Authorization: Bearer TOKEN")
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("the header Authorization is not Bearer and one token")
    return token.strip()


def stranger_address(request: Request) -> str:
    """What is known of a caller who proves nothing: the address."""
    return request.client.host if request.client else "unknown"


def user_id(value: str) -> int:
    """A user's ID out of a path."""
    if not NUMBER.fullmatch(value):
        raise UnknownUser("there is no such user: a user ID is a number in decimal digits")
    return int(value)


def tweet_id(value: str) -> int:
    """A tweet's ID out of a path."""
    if not NUMBER.fullmatch(value):
        raise UnknownTweet("there is no such tweet: a tweet ID is a number in decimal digits")
    return int(value)
