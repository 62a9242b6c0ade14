"""What the contract refuses, and in which words: every check answers with the clean value or a named error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from twitterlab.model import (
    MAX_ID,
    MAX_LIMIT,
    MAX_TEXT,
    InvalidCursor,
    InvalidLimit,
    InvalidTweet,
    Position,
    UnknownTweet,
    UnknownUser,
    Users,
    integer,
)

MAX_KEY = 255


def valid_user(value: object, users: int) -> int:
    """A user ID, 0 to users - 1."""
    if type(value) is int and 0 <= value < users:
        return value
    found = integer(value)
    if found is None or not 0 <= found < users:
        raise UnknownUser(f"there is no user {value!r}: user IDs are integers from 0 to {users - 1}")
    return found


def valid_users(values: Iterable[object], known: int) -> Users:
    """User IDs as an int32 array."""
    if type(values) is np.ndarray and values.ndim == 1 and values.dtype.kind in "iu":
        outside = np.flatnonzero((values < 0) | (values >= known))
        if outside.size:
            valid_user(values[outside[0]], known)
        return values.astype(np.int32)
    return np.array([valid_user(value, known) for value in values], np.int32)


def valid_text(value: object, media: object = None) -> str:
    """A tweet's text: at most 280 characters that UTF-8 can hold, and empty only beside media."""
    if media is not None and not (isinstance(media, bytes) and media):
        raise InvalidTweet(f"media is the bytes of a picture or film, at least one, and not {type(media).__name__}")
    if not isinstance(value, str):
        raise InvalidTweet(f"text is a str, not {type(value).__name__}")
    if not value and media is None:
        raise InvalidTweet("a tweet without media needs text")
    if len(value) > MAX_TEXT:
        raise InvalidTweet(f"text of {len(value)} characters: at most {MAX_TEXT} are allowed")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise InvalidTweet(f"character {error.start} of the text cannot be encoded as UTF-8: {error.reason}") from error
    return value


def valid_rows(values: Iterable[object], users: int) -> list[tuple[int, str]]:
    """The rows of a group commit, each checked."""
    try:
        numbered = enumerate(values)
    except TypeError as error:
        raise InvalidTweet(f"rows are an iterable of (author, text), not {type(values).__name__}") from error
    return [valid_row(number, value, users) for number, value in numbered]


def valid_row(number: int, value: object, users: int) -> tuple[int, str]:
    """One (author, text) row of a group commit; an error names the row."""
    if not (isinstance(value, (tuple, list)) and len(value) == 2):
        raise InvalidTweet(f"row {number} is {value!r}: a row is (author, text)")
    try:
        return valid_user(value[0], users), valid_text(value[1])
    except (UnknownUser, InvalidTweet) as error:
        raise type(error)(f"row {number}: {error}") from error


def valid_key(value: object) -> str | None:
    """An idempotency key: None, or 1 to 255 characters."""
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_KEY:
        raise InvalidTweet(f"key {value!r}: a key is a str of 1 to {MAX_KEY} characters")
    valid_text(value[:MAX_TEXT])  # a key must be encodable too
    return value


def valid_limit(value: object) -> int:
    """A page size, 1 to 200."""
    if type(value) is int and 1 <= value <= MAX_LIMIT:
        return value
    found = integer(value)
    if found is None or not 1 <= found <= MAX_LIMIT:
        raise InvalidLimit(f"limit {value!r}: a page has 1 to {MAX_LIMIT} tweets")
    return found


def valid_cursor(value: object) -> int | None:
    """An exclusive upper bound of tweet IDs: None, or 1 to 2**63 - 1."""
    if value is None:
        return None
    found = integer(value)
    if found is None or not 1 <= found <= MAX_ID:
        raise InvalidCursor(f"before {value!r}: a cursor is a tweet ID, an integer from 1 to 2**63 - 1")
    return found


def valid_position(value: object) -> Position | None:
    """What `system.position` gave: None, or a tuple of integers."""
    if value is None:
        return None
    found = tuple(map(integer, value)) if isinstance(value, (tuple, list)) else (None,)
    if any(number is None or number < 0 for number in found):
        raise InvalidCursor(f"at_least {value!r}: it takes what system.position gave")
    return tuple(number for number in found if number is not None)


def valid_tweet_id(value: object) -> int:
    """A tweet ID that could exist, 1 to 2**63 - 1."""
    found = integer(value)
    if found is None or not 1 <= found <= MAX_ID:
        raise UnknownTweet(f"there is no tweet {value!r}: tweet IDs are integers from 1 to 2**63 - 1")
    return found


def valid_setting(name: str, value: Any, low: int, high: int | None = None) -> int:
    """A whole-numbered setting from `low` on, to `high` where there is one; else a ValueError."""
    found = integer(value)
    if found is None or found < low or (high is not None and found > high):
        most = "" if high is None else f" and at most {high}"
        raise ValueError(f"{name}={value!r}: it is an integer of at least {low}{most}")
    return found
