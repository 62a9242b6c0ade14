"""Shapes: what goes in and out as JSON. IDs and cursors are strings, since JavaScript has no integers above 2**53."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from twitterlab.model import MAX_TEXT, Page, Tweet
from twitterlab.parts.store.media import MEDIA_KEY
from twitterlab.service.tokens import NUMBER
from twitterlab.work import Work

Digits = Annotated[str, Field(pattern=f"^{NUMBER.pattern}$", examples=["1724555141182390272"])]
Cursor = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$", examples=["1724555141182390272"])]
SEEN = r"\S"  # a text has something that can be seen
Key = Annotated[str, Field(pattern=f"^{MEDIA_KEY.pattern}$")]


class NewTweet(BaseModel):
    """A tweet to post: text of at most 280 characters. Whose it is, the token says."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, Field(strict=True, json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT, "pattern": SEEN})]


class TweetOut(BaseModel):
    """A tweet: `media` is the key of its picture, `created_at` in Unix milliseconds."""

    id: Digits
    author: Digits
    text: str
    media: Key | None
    created_at: int

    @classmethod
    def of(cls, tweet: Tweet) -> TweetOut:
        """The tweet as JSON will have it."""
        return cls.model_construct(
            id=str(tweet.id),
            author=str(tweet.author),
            text=tweet.text,
            media=tweet.media,
            created_at=tweet.created_at,
        )


class PageOut(BaseModel):
    """A page, newest first; `next` is the `before` of the following page, null where nothing older is visible."""

    tweets: list[TweetOut]
    next: Digits | None

    @classmethod
    def of(cls, page: Page) -> PageOut:
        """The page as JSON will have it."""
        cursor = None if page.next is None else str(page.next)
        return cls.model_construct(tweets=list(map(TweetOut.of, page.tweets)), next=cursor)


class Following(BaseModel):
    """Whether the caller follows a user."""

    user: Digits
    following: bool


class Health(BaseModel):
    """That the service answers, and for which stage."""

    status: str
    stage: int
    name: str
    users: int


class LagOut(BaseModel):
    """How far a replica or a queue is behind."""

    name: str
    positions: int
    milliseconds: int


class WorkOut(BaseModel):
    """The counters since the start, of all callers and workers together; `shards` counts databases."""

    stage: int
    name: str
    shards: int
    work: dict[str, int]
    lag: list[LagOut]


class DemoUser(BaseModel):
    """Somebody to sign in as without a token."""

    user: Digits
    about: str


class DemoUsers(BaseModel):
    """Everybody to sign in as; nobody where that is off."""

    users: list[DemoUser]


class SignedIn(BaseModel):
    """A token, and until when it holds, in Unix milliseconds."""

    user: Digits
    token: str
    expires_at: int


def work_header(work: Work) -> str:
    """What one call cost, as the value of the header Twitterlab-Work."""
    return ", ".join(f"{name}={number}" for name, number in work.as_dict().items())


MULTIPART: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "maxLength": MAX_TEXT},
        "picture": {"type": "string", "format": "binary", "contentMediaType": "image/png"},
    },
    "anyOf": [
        {"required": ["picture"]},
        {"required": ["text"], "properties": {"text": {"minLength": 1, "pattern": SEEN}}},
    ],
    "additionalProperties": False,
}
