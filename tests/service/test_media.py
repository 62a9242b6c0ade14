"""Pictures through the service: what may be uploaded, with which type it comes back, and parts of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.serving import Knocking, knocking, picture, upload
from support.systems import everything

import twitterlab as tl
from twitterlab.service import bodies, pictures

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
NOT_PICTURES = {
    "nothing": b"",
    "text": b"hello",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "svg": SVG,
    "another format": picture("BMP"),
    "cut": picture(size=(400, 400))[:60],
    "a head alone": b"\x89PNG\r\n\x1a\n",
    "damaged": picture()[:40] + b"xxxx" + picture()[44:],
}


@pytest.fixture
def knock() -> Iterator[Knocking]:
    with knocking(tl.SingleTable) as knock:
        yield knock


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("text", ["a sunset", None])
def test_a_picture_comes_back_as_it_went_in(knock: Knocking, kind: str, text: str | None) -> None:
    data = picture(kind)
    tweet = knock(1, "POST", "/tweets", **upload(text, data, name="wrong.txt")).json()
    assert (tweet["text"], tweet["author"]) == (text or "", "1")
    assert knock.feed(0)["tweets"] == [tweet]
    answer = knock(0, "GET", f"/media/{tweet['media']}")
    assert answer.content == data
    assert answer.headers["content-type"] == TYPES[kind], "by its bytes, whatever the upload said"
    assert answer.headers["content-disposition"] == "inline"


@pytest.mark.parametrize("stage", tl.STAGES)
def test_a_picture_and_its_key_outlive_a_restart(tmp_path, stage) -> None:  # type: ignore[no-untyped-def]
    more = {**upload("sun", picture()), "headers": {"Idempotency-Key": "once"}}
    with knocking(stage, tmp_path / "system") as knock:
        first = knock(1, "POST", "/tweets", **more).json()
    with knocking(stage, tmp_path / "system") as knock:
        assert knock(1, "POST", "/tweets", **more).json() == first
        assert knock.feed(0)["tweets"] == [first]
        assert knock(0, "GET", f"/media/{first['media']}").content == picture()


@pytest.mark.parametrize("what", NOT_PICTURES)
def test_what_is_no_picture_is_refused_and_not_stored(knock: Knocking, what: str) -> None:
    before = everything(knock.system)
    answer = knock(1, "POST", "/tweets", **upload("look", NOT_PICTURES[what]))
    assert (answer.status_code, answer.json()["error"]) == (422, "InvalidTweet")
    assert everything(knock.system) == before


def test_a_picture_of_too_many_pixels_is_refused(knock: Knocking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 48)
    assert knock(1, "POST", "/tweets", **upload(None, picture(size=(8, 6)))).status_code == 201
    assert knock(1, "POST", "/tweets", **upload(None, picture(size=(7, 7)))).status_code == 422


def test_a_form_of_other_fields_files_or_kinds_is_refused(knock: Knocking) -> None:
    file = ("sun.png", picture(), "image/png")
    for files in ([("picture", file), ("picture", file)], [("other", file)], [("text", file)]):
        answer = knock(1, "POST", "/tweets", files=files)
        assert answer.status_code in (400, 422)
    named = {"files": {"picture": (None, b"no file")}}
    assert knock(1, "POST", "/tweets", **named).status_code == 422
    assert knock.system.tweets_of(1).tweets == []


def test_a_form_without_a_picture_is_a_text(knock: Knocking) -> None:
    answer = knock(1, "POST", "/tweets", files={"text": (None, "by form")})
    assert (answer.status_code, answer.json()["media"], answer.json()["text"]) == (201, None, "by form")


def test_other_stored_bytes_are_a_download_and_never_shown(knock: Knocking) -> None:
    for data in (b"the bytes of a sunset", SVG):
        media = knock.system.post(1, "", data).media
        answer = knock(0, "GET", f"/media/{media}")
        assert answer.content == data
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == "attachment"


DATA = picture("JPEG", (64, 64))
RANGES = {
    "bytes=0-9": (206, DATA[:10], f"bytes 0-9/{len(DATA)}"),
    "bytes=5-": (206, DATA[5:], f"bytes 5-{len(DATA) - 1}/{len(DATA)}"),
    "bytes=-7": (206, DATA[-7:], f"bytes {len(DATA) - 7}-{len(DATA) - 1}/{len(DATA)}"),
    f"bytes=-{len(DATA)}": (206, DATA, f"bytes 0-{len(DATA) - 1}/{len(DATA)}"),
    "bytes=-99999999": (206, DATA, f"bytes 0-{len(DATA) - 1}/{len(DATA)}"),
    f"bytes=-{'9' * 6000}": (206, DATA, f"bytes 0-{len(DATA) - 1}/{len(DATA)}"),
    "bytes=-0": (416, b"", f"bytes */{len(DATA)}"),
    "Bytes=0-0": (206, DATA[:1], f"bytes 0-0/{len(DATA)}"),
    f"bytes=5-{'9' * 6000}": (206, DATA[5:], f"bytes 5-{len(DATA) - 1}/{len(DATA)}"),
    f"bytes={'9' * 6000}-": (416, b"", f"bytes */{len(DATA)}"),
    f"bytes={len(DATA) - 1}-": (206, DATA[-1:], f"bytes {len(DATA) - 1}-{len(DATA) - 1}/{len(DATA)}"),
    "bytes=-": (200, DATA, None),
    "bytes=3-3": (206, DATA[3:4], f"bytes 3-3/{len(DATA)}"),
    f"bytes=10-{10**9}": (206, DATA[10:], f"bytes 10-{len(DATA) - 1}/{len(DATA)}"),
    f"bytes={len(DATA)}-": (416, b"", f"bytes */{len(DATA)}"),
    "bytes=9-3": (200, DATA, None),
    "bytes=0-1,5-6": (200, DATA, None),
    "tweets=0-9": (200, DATA, None),
    "nonsense": (200, DATA, None),
}


@pytest.mark.parametrize("asked", RANGES)
def test_a_part_of_the_bytes(knock: Knocking, asked: str) -> None:
    media = knock.system.post(1, "", DATA).media
    status, data, content_range = RANGES[asked]
    answer = knock(0, "GET", f"/media/{media}", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, data)
    assert answer.headers.get("content-range") == content_range
    assert answer.headers["accept-ranges"] == "bytes"


def test_bytes_that_the_caller_has_are_not_sent_again(knock: Knocking) -> None:
    media = knock.system.post(1, "", DATA).media
    tag = knock(0, "GET", f"/media/{media}").headers["etag"]
    for known, status in ((tag, 304), (f'"other", {tag}', 304), (f"W/{tag}", 304), ("*", 304), ('"other"', 200)):
        answer = knock(0, "GET", f"/media/{media}", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (status, b"" if status == 304 else DATA), known
    for known, status in ((tag, 206), ('"other"', 200)):
        headers = {"Range": "bytes=0-9", "If-Range": known}
        assert knock(0, "GET", f"/media/{media}", headers=headers).status_code == status
    assert "private" in knock(0, "GET", f"/media/{media}").headers["cache-control"]


def test_a_line_end_counts_and_comes_back_as_one_character(knock: Knocking) -> None:
    """A browser sends every line end in a form as two."""
    for text in ("one\r\ntwo", "x\r\n" * 140):
        tweet = knock(1, "POST", "/tweets", **upload(text, picture())).json()
        assert tweet["text"] == text.replace("\r\n", "\n")


def test_a_form_that_was_cut_off_posts_nothing(knock: Knocking) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    part = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nlook at this\r\n'
    for rest in (
        b"",
        b"--b\r\n",
        b'--b\r\nContent-Disposition: form-data; name="picture"; filename="p"\r\n\r\n\x89PNG',
    ):
        answer = knock(1, "POST", "/tweets", content=part + rest, headers=kind)
        assert answer.status_code == 400, rest
    assert knock.system.tweets_of(1).tweets == []
    assert knock(1, "POST", "/tweets", content=part + b"--b--\r\n", headers=kind).status_code == 201


def test_a_form_of_a_strange_charset_or_boundary_is_refused(knock: Knocking) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n--b--\r\n'
    for options in ("; boundary=b; charset=undefined", "; boundary=b; charset=none-such", "; boundary=c", ""):
        answer = knock(1, "POST", "/tweets", content=part, headers={"Content-Type": f"multipart/form-data{options}"})
        assert answer.status_code in (201, 400), options
        assert answer.headers["content-type"] in ("application/json", "application/problem+json")
    assert knock(
        1, "POST", "/tweets", content=part, headers={"Content-Type": "Multipart/Form-Data; boundary=b"}
    ).is_success


def form(text: bytes, kind: str = "multipart/form-data; boundary=b") -> dict[str, Any]:
    """A form with a text as bytes, as an argument of a call."""
    body = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + text + b"\r\n--b--\r\n"
    return {"content": body, "headers": {"Content-Type": kind}}


def test_a_form_s_text_is_utf_8_or_refused_as_json_s_is(knock: Knocking) -> None:
    assert knock(1, "POST", "/tweets", **form("grüße 🙂".encode())).json()["text"] == "grüße 🙂"
    for text in (b"gr\xfc\xdfe", b"\xff", b"cut \xf0\x9f\x99", b"\xed\xa0\x80"):
        as_json = {"content": b'{"text": "' + text + b'"}', "headers": {"Content-Type": "application/json"}}
        assert [knock(1, "POST", "/tweets", **body).status_code for body in (form(text), as_json)] == [400, 400], text
    for charset in ("latin-1", "utf-16", "idna", "none-such"):
        kind = f"multipart/form-data; boundary=b; charset={charset}"
        assert knock(1, "POST", "/tweets", **form(b"hello", kind)).status_code == 400, charset
    assert len(knock.system.tweets_of(1).tweets) == 1


@pytest.mark.parametrize("blank", ["", " ", "\n" * 280, "\u00a0\u2003", "\u200b\u2060", "\u3164\u2800", "\t\x00"])
def test_a_text_in_which_nothing_is_seen_is_empty(knock: Knocking, blank: str) -> None:
    for body in ({"json": {"text": blank}}, form(blank.encode())):
        answer = knock(1, "POST", "/tweets", **body)
        assert (answer.status_code, answer.json()["error"]) == (422, "InvalidTweet")
    assert knock(1, "POST", "/tweets", **upload(blank, picture())).json()["text"] == ""
    whole = f"{blank[:99]}x{blank[:99]}"
    assert knock.post(1, whole)["text"] == whole, "beside something that is seen it stays"


def test_a_content_type_that_is_long_to_read_is_not_read(knock: Knocking, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    monkeypatch.setattr(bodies, "parse_options_header", lambda told: read.append(told) or ("", {}))
    for filler in ('\\"', ";", "a*0=b; "):
        kind = "multipart/form-data; boundary=" + filler * 5000
        answer = knock(1, "POST", "/tweets", **form(b"hello", kind))
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert read == []


def test_what_the_bytes_are_is_told_by_the_first_of_them_alone() -> None:
    """A reader's call must not take long for what somebody uploaded."""
    for kind, name in TYPES.items():
        assert pictures.content_type(picture(kind)[:16]) == name
    assert pictures.content_type(b"") == "application/octet-stream"


def test_head_answers_as_get_without_the_bytes(knock: Knocking) -> None:
    media = knock.system.post(1, "", DATA).media
    answer = knock(0, "HEAD", f"/media/{media}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(DATA)
    part = knock(0, "HEAD", f"/media/{media}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, int(part.headers["content-length"])) == (200, len(DATA)), "ranges are of GET"
    assert knock(None, "HEAD", f"/media/{media}").status_code == 401
    assert knock(None, "HEAD", "/").status_code == 200


def test_conditions_in_several_lines_and_weak_ones(knock: Knocking) -> None:
    media = knock.system.post(1, "", DATA).media
    token = ("Authorization", f"Bearer {knock.signer.token(0)}")
    two = [token, ("If-None-Match", '"other"'), ("If-None-Match", f'"{media}"')]
    assert knock.client.get(f"/media/{media}", headers=two).status_code == 304
    weak = [token, ("Range", "bytes=0-9"), ("If-Range", f'W/"{media}"')]
    assert knock.client.get(f"/media/{media}", headers=weak).status_code == 200
