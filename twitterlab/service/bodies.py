"""Bodies: the tweet in a request, as JSON or as a form with a picture."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import ValidationError
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from werkzeug.http import parse_options_header

from twitterlab.model import InvalidTweet
from twitterlab.service.limits import MAX_CONTENT_TYPE, MAX_JSON, MAX_PICTURE
from twitterlab.service.problems import TooLarge
from twitterlab.service.shapes import MULTIPART, NewTweet

JSON, FORM, UTF_8 = "application/json", "multipart/form-data", "utf-8"
BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}", re.ASCII)  # RFC 2046, 5.1.1
UNSEEN_CATEGORIES = ("Zs", "Zl", "Zp", "Cc", "Cf")  # spaces, line ends, controls, and what only joins or directs
UNSEEN_LETTERS = "\u034f\u115f\u1160\u2800\u3164\ufe0e\ufe0f\uffa0"  # fillers, selectors, and Braille without dots
DOCUMENTED = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": NewTweet.model_json_schema()},
            FORM: {"schema": MULTIPART, "encoding": {"picture": {"contentType": "image/png"}}},
        },
    }
}


async def tweet_in_request(request: Request) -> tuple[str, bytes | None]:
    """The text and the picture; raises InvalidTweet, and problems 400, 413 and 415."""
    kind, options = content_type(request.headers)
    if kind == JSON:
        return without_blanks(text_in_json(await short_body(request))), None
    if kind == FORM:
        check_charset(options.get("charset", UTF_8))
        async with parsed_form(request, options.get("boundary", "")) as form:
            return without_blanks(text_of_form(form)), await picture_of_form(form)
    raise HTTPException(415, f"a tweet is {JSON}, or {FORM} where it has a picture", {"Accept-Post": f"{JSON}, {FORM}"})


def content_type(headers: Headers) -> tuple[str, dict[str, str]]:
    """What the body says it is, and its parameters; a longer header is not looked into, which could take long."""
    told = headers.get("content-type", "")
    if len(told) > MAX_CONTENT_TYPE:
        raise HTTPException(400, f"the header Content-Type is too long: at most {MAX_CONTENT_TYPE} characters are read")
    kind, options = parse_options_header(told)
    return kind.lower(), options


def check_charset(name: str) -> None:
    """Forms are UTF-8 as JSON is (RFC 7578, 5.1.2); one that says otherwise is refused, and not read as UTF-8."""
    if name.lower() not in (UTF_8, "utf8"):
        raise HTTPException(400, "a form is in UTF-8, and in no other charset")


@asynccontextmanager
async def parsed_form(request: Request, boundary: str) -> AsyncIterator[FormData]:
    """A whole form, whose texts are given byte by byte, as latin-1: the parser would guess at what is not UTF-8."""
    if not BOUNDARY.fullmatch(boundary):
        raise HTTPException(400, "a form has a boundary of 1 to 70 letters, digits and marks")
    told = Headers({"content-type": f'{FORM}; boundary="{boundary}"; charset=latin-1'})
    parser = MultiPartParser(told, request.stream(), max_files=1, max_fields=1, max_part_size=MAX_JSON)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise HTTPException(400, error.message) from error
    try:
        check_form_end(request.scope["body_end"], boundary)
        yield form
    finally:
        await form.close()


def without_blanks(text: str) -> str:
    """The text, and nothing where nothing of it would be seen: the contract then asks for a picture."""
    return text if any(map(is_seen, text)) else ""


def is_seen(character: str) -> bool:
    """Whether a character leaves a mark on a page: blanks, controls and invisible letters do not."""
    return unicodedata.category(character) not in UNSEEN_CATEGORIES and character not in UNSEEN_LETTERS


async def short_body(request: Request) -> bytes:
    """The body, of no more bytes than a tweet as JSON can have."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_JSON:
            raise TooLarge(MAX_JSON)
    return bytes(body)


def text_in_json(body: bytes) -> str:
    """The text in a JSON body; what is no JSON is 400, what is no tweet InvalidTweet."""
    try:
        return NewTweet.model_validate_json(body).text
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise HTTPException(400, first["msg"]) from None
        where = ".".join(map(str, first["loc"])) or "the body"
        raise InvalidTweet(f"{where}: {first['msg']}") from None


def check_form_end(body_end: bytes, boundary: str) -> None:
    """A form that was cut off lacks its last line, and nothing of it is taken (the parser would take what there is)."""
    if not body_end.rstrip(b"\r\n\t ").endswith(f"--{boundary}--".encode("latin-1", "replace")):
        raise HTTPException(400, "the form does not end: its last boundary is missing")


def text_of_form(form: FormData) -> str:
    """The text of a form, empty where there is none."""
    if others := sorted(set(form) - {"text", "picture"}):
        raise InvalidTweet(f"a tweet has text and picture, and no {others[0]!r}")
    found = form.get("text", "")
    if not isinstance(found, str):
        raise InvalidTweet("text is not a file")
    try:
        text = found.encode("latin-1").decode(UTF_8)  # the bytes as they came
    except UnicodeDecodeError as error:
        raise HTTPException(400, f"text is not UTF-8: {error.reason} at byte {error.start}") from None
    return text.replace("\r\n", "\n")  # browsers send every line end in a form like this


async def picture_of_form(form: FormData) -> bytes | None:
    """The bytes of the form's file, None where there is none."""
    found = form.get("picture")
    if found is None:
        return None
    if not isinstance(found, UploadFile):
        raise InvalidTweet("picture is a file, with a file name")
    data = await found.read()
    if len(data) > MAX_PICTURE:
        raise TooLarge(MAX_PICTURE)
    return data
