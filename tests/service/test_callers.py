"""Nobody sees, posts, follows or deletes as somebody else, whatever they put where."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from support.serving import STAGES, Knocking, knocking
from support.systems import USERS, everything

import twitterlab as tl
from twitterlab.service import Signer

VICTIM, ATTACKER = 0, 7  # user 0 follows four others, user 7 nobody
CALLS = {
    "feed": ("GET", "/feed", {}),
    "post": ("POST", "/tweets", {"json": {"text": "as somebody else"}}),
    "delete": ("DELETE", "/tweets/{own}", {}),
    "follow": ("PUT", "/following/5", {}),
    "unfollow": ("DELETE", "/following/1", {}),
    "following": ("GET", "/following/1", {}),
    "tweets": ("GET", "/users/1/tweets", {}),
    "tweet": ("GET", "/users/1/tweets/{seen}", {}),
    "media": ("GET", "/media/" + "0" * 64, {}),
    "work": ("GET", "/work", {}),
}


@pytest.fixture(scope="module", params=STAGES)
def house(request: pytest.FixtureRequest) -> Iterator[tuple[Knocking, dict[str, str]]]:
    """A service of a stage, with a tweet that the victim sees and one that is theirs."""
    with knocking(request.param) as knock:
        seen, own = knock.post(1, "for followers"), knock.post(VICTIM, "mine")
        knock.system.drain()
        yield knock, {"seen": seen["id"], "own": own["id"]}


def encoded(head: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token's first two parts, put together by hand."""
    parts = (json.dumps(part).encode() for part in (head, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def by_hand(head: dict[str, Any], claims: dict[str, Any], key: bytes) -> str:
    """A header with a token signed as its head says, with any key, as a library would not."""
    signed = encoded({"typ": "JWT", **head}, claims)
    kind = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[head["alg"]]
    signature = base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), kind)).rstrip(b"=").decode()
    return f"Bearer {signed}.{signature}"


def forgeries(signer: Signer) -> dict[str, str | None]:
    """Authorization headers that must prove nobody; None is no header."""
    now = signer.now() // 1000
    claims = {"sub": str(VICTIM), "aud": signer.instance, "exp": now + 600}
    valid, mine = signer.token(VICTIM), signer.token(ATTACKER)
    head, _, signature = mine.split(".")
    other = Signer.new(signer.now)
    same_secret = Signer(signer.secret, other.instance, signer.now)

    def signed(changed: dict[str, Any], key: bytes = signer.secret) -> str:
        return by_hand({"alg": "HS256"}, {**claims, **changed}, key)

    def without(claim: str) -> str:
        return by_hand({"alg": "HS256"}, {k: v for k, v in claims.items() if k != claim}, signer.secret)

    return {
        "no header": None,
        "an empty header": "",
        "no token": "Bearer",
        "blanks": "Bearer   ",
        "the name alone": f"Bearer {VICTIM}",
        "basic": "Basic " + base64.b64encode(b"0:").decode(),
        "without Bearer": valid,
        "another scheme": f"Token {valid}",
        "two tokens in one header": f"Bearer {mine} {valid}",
        "another key": signed({}, b"x" * 32),
        "no signature": "Bearer " + encoded({"alg": "HS256", "typ": "JWT"}, claims) + ".",
        "an empty key": by_hand({"alg": "HS256"}, claims, b""),
        "another instance": "Bearer " + other.token(VICTIM),
        "another instance with the same secret": "Bearer " + same_secret.token(VICTIM),
        "alg none": "Bearer " + jwt.encode(claims, None, "none"),
        "alg None": "Bearer " + encoded({"alg": "None", "typ": "JWT"}, claims) + ".",
        "alg nOnE with a signature": "Bearer " + encoded({"alg": "nOnE"}, claims) + "." + signature,
        "alg HS512": by_hand({"alg": "HS512"}, claims, signer.secret),
        "alg HS384": by_hand({"alg": "HS384"}, claims, signer.secret),
        "the name rewritten": f"Bearer {head}.{encoded(claims, claims).split('.')[1]}.{signature}",
        "the signature cut": "Bearer " + valid.rpartition(".")[0],
        "the signature shortened": "Bearer " + valid[:-2],
        "expired": signed({"exp": now}),
        "expired long ago": signed({"exp": 1}),
        "expiry that is no time": signed({"exp": "tomorrow"}),
        "no expiry": without("exp"),
        "no subject": without("sub"),
        "no audience": without("aud"),
        "a user who is not here": signed({"sub": str(USERS)}),
        "a user below 0": signed({"sub": "-1"}),
        "a user by name": signed({"sub": "root"}),
        "a user in other digits": signed({"sub": "٣"}),
        "a user with an underscore": signed({"sub": "0_0"}),
        "a user as a number": signed({"sub": VICTIM}),
        "a key id that points elsewhere": by_hand({"alg": "HS256", "kid": "../../dev/null"}, claims, b""),
        "a key of its own": by_hand({"alg": "HS256", "jwk": {"kty": "oct", "k": "eA"}}, claims, b"x"),
        "not unicode": "Bearer \xff\xfe",
        "very long": "Bearer " + "a" * 20_000,
    }


@pytest.mark.parametrize("call", CALLS)
def test_a_forged_token_gets_a_challenge_and_changes_nothing(house: Any, call: str) -> None:
    knock, places = house
    before = everything(knock.system)
    method, path, more = CALLS[call]
    for name, header in forgeries(knock.signer).items():
        headers = {} if header is None else {"Authorization": header.encode("latin-1", "replace")}
        answer = knock(None, method, path.format(**places), headers=headers, **more)
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"].startswith('Bearer realm="twitterlab"'), name
        assert ("invalid_token" in answer.headers["www-authenticate"]) == (header is not None), name
        assert answer.json()["status"] == 401, name
        assert "for followers" not in answer.text, name
    assert everything(knock.system) == before


def test_the_right_token_is_let_in(house: Any) -> None:
    """What the forgeries are made from does open the door, so that they fail for what is wrong with them."""
    knock, places = house
    for name, (method, path, _) in CALLS.items():
        if name in ("feed", "following", "tweets", "tweet", "work"):
            assert knock(VICTIM, method, path.format(**places)).status_code == 200, name


WISHES = (
    "user",
    "user_id",
    "reader",
    "as",
    "author",
    "sub",
    "caller",
    "follower",
    "on_behalf_of",
    "token",
    "access_token",
)


def test_a_wish_for_another_s_feed_is_not_heard(house: Any) -> None:
    """In the query, in headers, in a body: the feed is that of the token, which follows nobody."""
    knock, _ = house
    theirs = knock.signer.token(VICTIM)
    for value in (str(VICTIM), theirs):
        query = "&".join(f"{name}={value}" for name in WISHES)
        headers = {f"X-{name.title().replace('_', '-')}": value for name in WISHES}
        headers |= {"X-Forwarded-User": value, "X-Remote-User": value, "From": value, "X-Original-Authorization": value}
        headers |= {"Proxy-Authorization": f"Bearer {theirs}", "Cookie": f"user={value}; token={theirs}; sub={value}"}
        for more in ({"headers": headers}, {"json": dict.fromkeys(WISHES, value)}):
            answer = knock(ATTACKER, "GET", f"/feed?{query}", **more)
            assert answer.json() == {"tweets": [], "next": None}
    assert knock(VICTIM, "GET", "/feed").json()["tweets"], "there is something to see"
    for query in WISHES:
        assert knock(None, "GET", f"/feed?{query}={theirs}").status_code == 401
    assert (
        knock(None, "GET", "/feed", headers={"Cookie": f"token={theirs}; Authorization=Bearer {theirs}"}).status_code
        == 401
    )


def test_two_authorization_headers_prove_nobody(house: Any) -> None:
    knock, _ = house
    pair = [("Authorization", f"Bearer {knock.signer.token(user)}") for user in (ATTACKER, VICTIM)]
    for headers in (pair, pair[::-1]):
        assert knock.client.get("/feed", headers=headers).status_code == 401


@pytest.mark.parametrize("kind", tl.STAGES)
def test_a_post_is_its_caller_s_whatever_it_says(kind: Any) -> None:
    with knocking(kind) as knock:
        tweet = knock.post(ATTACKER, "me", params={"author": "0"}, headers={"X-User": "0"})
        assert tweet["author"] == str(ATTACKER)
        before = everything(knock.system)
        for name in (*WISHES, "id", "created_at"):
            assert knock(ATTACKER, "POST", "/tweets", json={"text": "you", name: "0"}).status_code == 422
            form = {"data": {"text": "you", name: "0"}, "files": {"picture": ("p.png", b"", "image/png")}}
            assert knock(ATTACKER, "POST", "/tweets", **form).status_code in (400, 422)
        assert everything(knock.system) == before


@pytest.mark.parametrize("kind", tl.STAGES)
def test_another_s_tweet_cannot_be_deleted(kind: Any) -> None:
    with knocking(kind) as knock:
        tweet = knock.post(1, "mine")
        before = everything(knock.system)
        for more in ({}, {"params": {"author": "1"}}, {"headers": {"X-User": "1"}}, {"json": {"author": "1"}}):
            answer = knock(ATTACKER, "DELETE", f"/tweets/{tweet['id']}", **more)
            assert (answer.status_code, answer.json()["error"]) == (403, "NotTheAuthor")
        assert knock(ATTACKER, "DELETE", f"/users/1/tweets/{tweet['id']}").status_code == 405
        assert everything(knock.system) == before


@pytest.mark.parametrize("kind", tl.STAGES)
def test_nobody_follows_for_another(kind: Any) -> None:
    with knocking(kind) as knock:
        for method in ("PUT", "DELETE", "POST"):
            for path in (f"/users/{VICTIM}/following/7", f"/following/{VICTIM}/7", "/following"):
                assert knock(ATTACKER, method, path).status_code in (404, 405)
        knock(ATTACKER, "PUT", "/following/3", params={"follower": "0"}, json={"follower": "0"})
        knock(ATTACKER, "DELETE", "/following/1", params={"follower": "0"}, json={"follower": "0"})
        knock.system.drain()
        assert knock.system.follows(ATTACKER, 3)
        assert knock.system.follows(VICTIM, 1)


def test_only_demo_users_may_be_without_a_token() -> None:
    with knocking(tl.SingleTable, demo={3: "follows nobody"}) as knock:
        assert knock(None, "GET", "/demo").json() == {"users": [{"user": "3", "about": "follows nobody"}]}
        given = knock(None, "POST", "/demo/3").json()
        assert given["user"] == "3"
        assert given["expires_at"] == knock.system.clock.now() + 3_600_000
        assert knock.signer.caller(given["token"]) == 3
        for other in ("0", "03x", "-3", "3.0", "٣", "99"):
            answer = knock(None, "POST", f"/demo/{other}", json={"user": "0"}, params={"user": "0"})
            assert answer.status_code == 404, other
            assert "token" not in answer.json()
    with knocking(tl.SingleTable) as knock:
        assert knock(None, "GET", "/demo").json() == {"users": []}
        assert knock(None, "POST", "/demo/3").status_code == 404


def test_a_token_expires_by_the_system_s_clock() -> None:
    with knocking(tl.SingleTable) as knock:
        header = {"Authorization": f"Bearer {knock.signer.token(VICTIM, minutes=10)}"}
        for ahead, status in ((599_999, 200), (1, 401), (10**9, 401)):
            knock.system.clock.advance(ahead)
            answer = knock(None, "GET", "/feed", headers=header)
            assert answer.status_code == status
        assert "expired" in answer.headers["www-authenticate"]


def test_a_page_of_another_site_gets_nothing() -> None:
    """No answer allows another origin, and a name that only points at this machine is no name of the service."""
    with knocking(tl.SingleTable, hosts=("127.0.0.1", "localhost"), demo={3: ""}) as knock:
        here = {"Host": "127.0.0.1:8000"}
        assert knock(None, "POST", "/demo/3", headers=here).status_code == 200
        for host in ("rebound.example", "127.0.0.1.rebound.example", "localhost.rebound.example:8000", ""):
            assert knock(None, "POST", "/demo/3", headers={"Host": host}).status_code == 400, host
        asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "PUT"}
        for method in ("GET", "OPTIONS"):
            answer = knock(VICTIM, method, "/feed", headers=here | asked)
            assert not [name for name in answer.headers if name.startswith("access-control")]
