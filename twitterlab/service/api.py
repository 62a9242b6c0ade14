"""The calls: post, delete, follow, feed and what belongs to them. None says who calls: only its token does."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from twitterlab.checks import MAX_KEY
from twitterlab.model import MAX_LIMIT
from twitterlab.parts.store.media import MEDIA_KEY
from twitterlab.service import bodies, pictures
from twitterlab.service.calls import ProvedCall, tweet_id, user_id
from twitterlab.service.problems import HEADER, documented_problems
from twitterlab.service.shapes import Cursor, Following, LagOut, PageOut, TweetOut, WorkOut
from twitterlab.service.tokens import NUMBER
from twitterlab.stages.base import Stage

api = APIRouter()

DIGITS = {"pattern": f"^{NUMBER.pattern}$"}  # what is documented; what is not a number is a 404 as any unknown ID
User = Annotated[str, Path(description="a user's ID", json_schema_extra=DIGITS, examples=["42"])]
TweetId = Annotated[str, Path(description="a tweet's ID", json_schema_extra=DIGITS)]
MediaKey = Annotated[
    str, Path(description="the `media` of a tweet", json_schema_extra={"pattern": f"^{MEDIA_KEY.pattern}$"})
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="tweets on the page")]
Before = Annotated[Cursor | None, Query(description="a cursor: only tweets with smaller IDs; `next` of a page")]

Repeat = Annotated[
    str | None,
    Header(
        description="the same key of the same caller gets the tweet that was posted first",
        json_schema_extra={"minLength": 1, "maxLength": MAX_KEY},
    ),
]


@api.post(
    "/tweets",
    status_code=201,
    openapi_extra=bodies.DOCUMENTED,
    responses=documented_problems(401, 415, 422),
    tags=["tweets"],
)
async def post(
    request: Request,
    call: ProvedCall,
    idempotency_key: Repeat = None,
) -> TweetOut:
    """Post a tweet: text of at most 280 characters, or a picture, or both."""
    text, picture = await bodies.tweet_in_request(request)
    if picture is not None:
        await call.door.desk.apart(partial(pictures.checked_picture, picture))
    return await call.write(lambda system: TweetOut.of(system.post(call.user, text, picture, key=idempotency_key)))


@api.delete("/tweets/{id}", status_code=204, responses=documented_problems(401, 403, 404), tags=["tweets"])
async def delete(call: ProvedCall, id: TweetId) -> None:
    """Delete a tweet of one's own; from then on no page shows it."""
    await call.write(lambda system: system.delete(call.user, tweet_id(id)))


@api.get("/users/{user}/tweets/{id}", responses=documented_problems(401, 404), tags=["tweets"])
async def tweet(call: ProvedCall, user: User, id: TweetId) -> TweetOut:
    """One tweet, as a link to it asks."""
    return await call(lambda system: TweetOut.of(system.tweet(user_id(user), tweet_id(id))))


@api.get("/users/{user}/tweets", responses=documented_problems(401, 404), tags=["tweets"])
async def tweets_of(call: ProvedCall, user: User, limit: Limit = 20, before: Before = None) -> PageOut:
    """A user's own tweets, newest first."""
    return await call(lambda system: PageOut.of(system.tweets_of(user_id(user), limit, cursor_number(before))))


@api.get("/feed", responses=documented_problems(401), tags=["feed"])
async def feed(call: ProvedCall, limit: Limit = 20, before: Before = None) -> PageOut:
    """A page of the caller's feed: tweets of the users whom the caller follows, newest first."""

    def page(system: Stage) -> PageOut:
        seen = call.door.written.get(call.user, system)
        return PageOut.of(system.feed(call.user, limit, cursor_number(before), at_least=seen))

    return await call(page)


@api.get("/following/{user}", responses=documented_problems(401, 404), tags=["follows"])
async def following(call: ProvedCall, user: User) -> Following:
    """Whether the caller follows a user."""
    followee = user_id(user)
    found = await call(lambda system: system.follows(call.user, followee))
    return Following(user=str(followee), following=found)


@api.put("/following/{user}", status_code=204, responses=documented_problems(401, 404, 422), tags=["follows"])
async def follow(call: ProvedCall, user: User) -> None:
    """Follow a user; once more changes nothing."""
    await call.write(lambda system: system.follow(call.user, user_id(user)))


@api.delete("/following/{user}", status_code=204, responses=documented_problems(401, 404, 422), tags=["follows"])
async def unfollow(call: ProvedCall, user: User) -> None:
    """Follow a user no longer; once more changes nothing."""
    await call.write(lambda system: system.unfollow(call.user, user_id(user)))


BYTES = {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in pictures.TYPES}}
MEDIA: dict[int | str, dict[str, Any]] = {
    200: {"description": "the stored bytes", **BYTES},
    206: {"description": "the part of them that the header Range asks for", **BYTES},
    304: {"description": "the caller has them already, by the header If-None-Match"},
    416: {"description": "there is no such part"},
}


@api.get("/media/{key}", response_class=Response, responses=MEDIA | documented_problems(401, 404), tags=["tweets"])
async def media(request: Request, call: ProvedCall, key: MediaKey) -> Response:
    """The bytes of a tweet's picture, or a range of them."""
    data = await call(lambda system: system.media(key))
    answer = pictures.picture_answer(key, data, request.headers)
    answer.headers[HEADER] = call.response.headers[HEADER]
    return answer


@api.get("/work", responses=documented_problems(401), tags=["service"])
async def work(call: ProvedCall) -> WorkOut:
    """What all calls and all background work have cost since the start, and what is still to be done."""
    return await call(lambda system: counters(system, call.door.stage))


def counters(system: Stage, stage: int) -> WorkOut:
    """The system's counters and gauges."""
    return WorkOut(
        stage=stage,
        name=type(system).__name__,
        shards=len(system.tables.databases),
        work=system.work.as_dict(),
        lag=[LagOut(**lag._asdict()) for lag in system.lag],
    )


def cursor_number(before: str | None) -> int | None:
    """A cursor's number."""
    return None if before is None else int(before)
