"""Bodies: the tweet in a request, as JSON or as a form with a picture."""

from __future__ import annotations

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from werkzeug.http import parse_options_header

from twitterlab.model import InvalidTweet
from twitterlab.service.limits import MAX_JSON, MAX_PICTURE
from twitterlab.service.problems import TooLarge
from twitterlab.service.shapes import MULTIPART, NewTweet

JSON, FORM = "application/json", "multipart/form-data"
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
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind.lower() == JSON:
        return text_in_json(await short_body(request)), None
    if kind.lower() == FORM:
        try:
            async with request.form(max_files=1, max_fields=1, max_part_size=MAX_JSON) as form:
                check_form_end(request.scope["body_end"], options.get("boundary", ""))
                return text_of_form(form), await picture_of_form(form)
        except (LookupError, UnicodeError) as error:  # of a charset that there is not, or that says nothing
            raise HTTPException(400, "the form is not in a charset that can be read") from error
    raise HTTPException(415, f"a tweet is {JSON}, or {FORM} where it has a picture", {"Accept-Post": f"{JSON}, {FORM}"})


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
    return found.replace("\r\n", "\n")  # browsers send every line end in a form like this


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
