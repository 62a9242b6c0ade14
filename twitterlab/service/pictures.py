"""Pictures: what may be uploaded, what stored bytes are, and the part of them that was asked for."""

from __future__ import annotations

import re
from io import BytesIO

from fastapi.responses import Response
from PIL import Image
from starlette.datastructures import Headers
from werkzeug.http import parse_etags

from twitterlab.model import InvalidTweet

KINDS = ("PNG", "JPEG", "GIF", "WEBP")  # what browsers show, and none that can hold a script
TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/octet-stream")
MAX_PIXELS = 20_000_000
OTHER = TYPES[-1]
RANGE = re.compile(r"bytes=(?:(?P<first>\d+)-(?P<last>\d*)|-(?P<suffix>\d+))", re.ASCII | re.IGNORECASE)


def checked_picture(data: bytes) -> bytes:
    """The bytes of a picture that a browser can show; raises InvalidTweet."""
    try:
        with Image.open(BytesIO(data), formats=KINDS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidTweet(f"the picture has more than {MAX_PIXELS:,} pixels")
            picture.load()  # a part of a picture is none
    except InvalidTweet:
        raise
    except Exception as error:  # each decoder has its own
        raise InvalidTweet(f"the picture is no {', '.join(KINDS[:-1])} or {KINDS[-1]} that can be read") from error
    return data


def content_type(data: bytes) -> str:
    """What kind of picture these bytes are, by the first of them alone; no picture is `application/octet-stream`."""
    Image.init()
    begins = {kind: accept for kind in KINDS if (accept := Image.OPEN[kind][1])}
    return next((Image.MIME[kind] for kind, accept in begins.items() if accept(data[:16]) is True), OTHER)


def picture_answer(key: str, data: bytes, asked: Headers) -> Response:
    """Stored bytes, or the range of them that was asked for, or the word that the caller has them (RFC 9110)."""
    kind = content_type(data)
    headers = {
        "ETag": f'"{key}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",  # a key never changes its meaning, but what it means may be deleted
        "Content-Disposition": "attachment" if kind == OTHER else "inline",
    }
    if parse_etags(", ".join(asked.getlist("if-none-match"))).contains_weak(key):
        return Response(status_code=304, headers=headers)
    part = asked_part(asked.get("range", ""), len(data))
    if part is None or not is_same_picture(key, asked):
        return Response(data, media_type=kind, headers=headers)
    start, end = part
    if start >= end:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Response(data[start:end], 206, headers, kind)


def asked_part(header: str, length: int) -> tuple[int, int] | None:
    """Start and end of the one range that is asked for, the same where there is nothing of it; None where none is.

    A suffix that is longer than the bytes is all of them (RFC 9110, 14.1.2).
    """
    found = RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last, suffix = map(number_in_range, found.groups(default=""))
    if suffix is not None:
        return length - min(suffix, length), length
    assert first is not None  # else it were a suffix
    end = length if last is None else min(last + 1, length)
    return (min(first, length), end) if last is None or first <= last else None


def number_in_range(digits: str) -> int | None:
    """A number, None where there is none; beyond 19 digits it is more than anything has."""
    return int(digits.lstrip("0")[:19] or 0) if digits else None


def is_same_picture(key: str, asked: Headers) -> bool:
    """Whether a range is of what the caller has the rest of."""
    condition = asked.get("if-range")
    return condition is None or condition.strip() == f'"{key}"'  # a weak tag never matches here
