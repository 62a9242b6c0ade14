"""The service's calls, at every stage: what the system would answer, as JSON whose IDs are strings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.serving import Knocking, knocking, scroll_ids
from support.systems import EDGES, USERS

import twitterlab as tl
from twitterlab.service.calls import HEADER
from twitterlab.work import Work


@pytest.fixture(params=tl.STAGES)
def knock(request: pytest.FixtureRequest) -> Iterator[Knocking]:
    with knocking(request.param) as knock:
        yield knock


@pytest.fixture(scope="module")
def simple() -> Iterator[Knocking]:
    with knocking(tl.SingleTable) as knock:
        yield knock


def test_a_tweet_is_in_the_feeds_of_followers_and_of_nobody_else(knock: Knocking) -> None:
    posted = knock.post(1, "hello")
    assert posted == {
        "id": posted["id"],
        "author": "1",
        "text": "hello",
        "media": None,
        "created_at": 1_700_000_000_000,
    }
    assert isinstance(posted["id"], str)
    assert int(posted["id"]) > 2**53, "JavaScript would round it"
    for reader in range(USERS):
        expected = [posted] if (reader, 1) in EDGES else []
        assert knock.feed(reader) == {"tweets": expected, "next": None}


def test_scrolling_by_cursor_shows_every_tweet_once_newest_first(knock: Knocking) -> None:
    posted = [knock.post(1 + n % 2, f"tweet {n}")["id"] for n in range(9)]
    assert scroll_ids(lambda query: knock.feed(0, query), limit=2) == posted[::-1]


def test_a_user_s_own_tweets_and_one_of_them_by_its_link(knock: Knocking) -> None:
    first, second = knock.post(3, "one"), knock.post(3, "two")
    knock.system.drain()
    page = knock(5, "GET", "/users/3/tweets?limit=1").json()
    assert page == {"tweets": [second], "next": second["id"]}
    assert knock(5, "GET", f"/users/3/tweets?before={second['id']}").json() == {"tweets": [first], "next": None}
    assert knock(5, "GET", f"/users/3/tweets/{first['id']}").json() == first
    assert knock(5, "GET", f"/users/2/tweets/{first['id']}").status_code == 404


def test_following_and_unfollowing_change_the_feed_and_may_be_said_twice(knock: Knocking) -> None:
    posted = knock.post(4, "come and see")
    assert knock(7, "GET", "/following/4").json() == {"user": "4", "following": False}
    for method, following in (("PUT", True), ("DELETE", False)):
        for _ in range(2):
            answer = knock(7, method, "/following/4")
            assert (answer.status_code, answer.content) == (204, b"")
        assert knock(7, "GET", "/following/4").json() == {"user": "4", "following": following}
        assert knock.feed(7)["tweets"] == ([posted] if following else [])


def test_a_deleted_tweet_is_nowhere_at_once(knock: Knocking) -> None:
    posted = knock.post(1, "a slip")
    assert [tweet["id"] for tweet in knock.feed(0)["tweets"]] == [posted["id"]]
    assert knock(1, "DELETE", f"/tweets/{posted['id']}").status_code == 204
    assert knock(0, "GET", "/feed").json()["tweets"] == []
    assert knock(0, "GET", f"/users/1/tweets/{posted['id']}").status_code == 404
    assert knock(1, "DELETE", f"/tweets/{posted['id']}").status_code == 404


def test_the_same_key_of_the_same_caller_gets_the_first_answer(knock: Knocking) -> None:
    key = {"Idempotency-Key": "the letter k"}
    first, other = knock.post(1, "once", headers=key), knock.post(2, "somebody else's", headers=key)
    again = knock(1, "POST", "/tweets", json={"text": "twice"}, headers=key)
    assert (again.status_code, again.json()) == (201, first)
    assert other["id"] != first["id"]
    assert len(knock.feed(0)["tweets"]) == 2


def test_the_key_is_remembered_after_a_restart(tmp_path, request: pytest.FixtureRequest) -> None:  # type: ignore[no-untyped-def]
    for kind in tl.STAGES:
        key, path = {"Idempotency-Key": "k"}, tmp_path / kind.__name__
        with knocking(kind, path) as knock:
            first = knock.post(1, "once", headers=key)
        with knocking(kind, path) as knock:
            assert knock.post(1, "twice", headers=key) == first
            assert knock.feed(0)["tweets"] == [first]


def test_the_counters_are_the_system_s(knock: Knocking) -> None:
    knock.post(1, "hello")
    told = knock(3, "GET", "/work").json()
    assert told["work"] == knock.system.work.as_dict()
    assert told["name"] == type(knock.system).__name__
    assert told["stage"] == tl.STAGES.index(type(knock.system)) + 1
    assert told["shards"] == len(knock.system.tables.databases)
    assert told["lag"] == [lag._asdict() for lag in knock.system.lag]


def test_each_answer_says_what_it_cost(knock: Knocking) -> None:
    knock.post(1, "hello")
    knock.feed(0)
    before = knock.system.work
    answer = knock(0, "GET", "/feed")
    told = dict(pair.split("=") for pair in answer.headers[HEADER].split(", "))
    assert Work(**{name: int(number) for name, number in told.items()}) == knock.system.work - before
    assert sum(map(int, told.values())) > 0


def test_health_needs_no_token(knock: Knocking) -> None:
    stage = tl.STAGES.index(type(knock.system)) + 1
    expected = {"status": "ok", "stage": stage, "name": type(knock.system).__name__, "users": USERS}
    assert knock(None, "GET", "/health").json() == expected


REFUSED = {
    ("GET", "/feed?limit=0"): 400,
    ("GET", "/feed?limit=201"): 400,
    ("GET", "/feed?limit=many"): 400,
    ("GET", "/feed?before=0"): 400,
    ("GET", "/feed?before=-1"): 400,
    ("GET", "/feed?before=9223372036854775808"): 400,
    ("GET", "/users/99/tweets"): 404,
    ("GET", "/users/-1/tweets"): 404,
    ("GET", "/users/one/tweets"): 404,
    ("GET", "/users/%D9%A3/tweets"): 404,
    ("GET", "/users/1/tweets/5"): 404,
    ("GET", "/users/1/tweets/x"): 404,
    ("GET", "/following/99"): 404,
    ("GET", "/media/" + "0" * 64): 404,
    ("GET", "/media/..%2F..%2Fetc%2Fpasswd"): 404,
    ("GET", "/nothing"): 404,
    ("POST", "/feed"): 405,
    ("PUT", "/following/99"): 404,
    ("PUT", "/following/0"): 422,
    ("DELETE", "/following/0"): 422,
    ("DELETE", "/tweets/1"): 404,
    ("DELETE", "/tweets/x"): 404,
}


@pytest.mark.parametrize(("method", "path"), REFUSED)
def test_what_is_refused_is_a_problem_document(simple: Knocking, method: str, path: str) -> None:
    answer = simple(0, method, path)
    assert answer.status_code == REFUSED[method, path]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "about:blank"
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"]


BODIES = {
    "no text": ({"text": ""}, 422),
    "281 characters": ({"text": "x" * 281}, 422),
    "not a text": ({"text": 5}, 422),
    "nothing": ({}, 422),
    "an author": ({"text": "hello", "author": "1"}, 422),
    "a list": ([], 422),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_body_that_is_no_tweet(simple: Knocking, what: str) -> None:
    body, status = BODIES[what]
    answer = simple(0, "POST", "/tweets", json=body)
    assert (answer.status_code, answer.json()["error"]) == (status, "InvalidTweet")


def test_a_body_that_is_no_json_and_one_of_another_kind(simple: Knocking) -> None:
    kind = {"Content-Type": "application/json"}
    for body in (b"", b"{", b'{"text": "\xff"}', b'{"text": "\\ud800"}'):
        assert simple(0, "POST", "/tweets", content=body, headers=kind).status_code in (400, 422), body
    answer = simple(0, "POST", "/tweets", content=b"hello", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert answer.headers["accept-post"] == "application/json, multipart/form-data"


def test_280_characters_are_counted_as_characters(simple: Knocking) -> None:
    assert simple.post(0, "🙂" * 280)["text"] == "🙂" * 280
    assert simple(0, "POST", "/tweets", json={"text": "🙂" * 281}).status_code == 422


def test_a_named_error_is_named(simple: Knocking) -> None:
    assert simple(0, "GET", "/users/99/tweets").json()["error"] == "UnknownUser"
    assert simple(0, "GET", "/media/" + "0" * 64).json()["error"] == "UnknownMedia"
    assert "users" not in simple(0, "GET", "/nothing").json()


def test_callers_see_at_once_what_they_changed_at_replicas_too() -> None:
    """Nothing is shipped to the replicas here, which say nothing of it to anybody else."""
    with knocking(tl.ReadReplicas) as knock:
        posted = knock.post(1, "hello")
        for _ in range(5):
            assert knock(7, "GET", "/feed").json()["tweets"] == []
        knock(7, "PUT", "/following/1")
        for _ in range(5):
            assert knock(7, "GET", "/feed").json()["tweets"] == [posted]
            assert knock(0, "GET", "/feed").json()["tweets"] == []


def test_a_405_names_what_can_be_done(simple: Knocking) -> None:
    for path, allowed in (
        ("/following/1", "DELETE, GET, HEAD, PUT"),
        ("/tweets", "POST"),
        ("/page/page.css", "GET, HEAD"),
    ):
        answer = simple(0, "PATCH", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_caller_whose_write_was_lost_with_the_leader_reads_on_at_once() -> None:
    with knocking(tl.ReadReplicas) as knock:
        knock.post(1, "kept")
        knock.system.drain()
        knock.post(0, "lost with the leader")
        knock.system.lose_leader()
        for user in (0, 1, 2):
            answer = knock(user, "GET", "/feed")
            assert answer.status_code == 200, answer.text
        assert [tweet["text"] for tweet in knock(0, "GET", "/feed").json()["tweets"]] == ["kept"]
        knock.post(0, "written again")
        assert knock(0, "GET", "/feed").status_code == 200


def test_a_slash_too_many_leads_to_the_path_without_it_whatever_the_host(simple: Knocking) -> None:
    """No redirect names a host: it would be the caller's word for it, or, after two slashes, somebody else's."""
    for method, path, place in (
        ("GET", "/feed/?limit=3", "/feed?limit=3"),
        ("POST", "/tweets/", "/tweets"),
        ("DELETE", "/tweets/5/", "/tweets/5"),
        ("GET", "/page", "/page/"),
    ):
        for host in ("127.0.0.1:8000", "other.example"):
            answer = simple(0, method, path, follow_redirects=False, headers={"Host": host})
            assert (answer.status_code, answer.headers["location"]) == (307, place)
    for path in ("//other.example/feed/", "/\\other.example/feed/", "/page//other.example"):
        answer = simple(0, "GET", f"http://testserver{path}", follow_redirects=False)
        assert answer.headers.get("location", "/").startswith("/")
        assert not answer.headers.get("location", "/").startswith("//")


def test_parts_are_of_pictures_alone(simple: Knocking) -> None:
    """Elsewhere a range is passed over, so that nothing but a problem document refuses one."""
    for path in ("/", "/page/page.css", "/health"):
        whole = simple(0, "GET", path).content
        for asked in ("bytes=0-3", "bytes=99999999-", "bytes=x"):
            answer = simple(0, "GET", path, headers={"Range": asked})
            assert (answer.status_code, answer.content) == (200, whole)


def test_what_every_call_may_answer_is_documented(simple: Knocking) -> None:
    paths = simple(None, "GET", "/openapi.json").json()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            documented = set(operation["responses"])
            assert {"307", "400", "408", "413", "429", "503"} <= documented, (method, path)
