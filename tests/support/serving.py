"""What the tests of the service share: a small system behind its door, and callers who knock."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image
from starlette.testclient import TestClient
from support.depth import CI
from support.systems import GRAPH, settings_of

import twitterlab as tl
from twitterlab.service import Signer, create_app
from twitterlab.stages.base import Stage

STAGES = tl.STAGES if CI else (tl.SingleTable, tl.HybridFeeds)  # for what no stage should touch
LOOSE = "1000000/minute"


class Knocking:
    """A service in this process and its system; each call is made by a user with a token of their own."""

    def __init__(self, system: Stage, client: TestClient, signer: Signer) -> None:
        self.system, self.client, self.signer = system, client, signer

    def __call__(self, user: int | None, method: str, path: str, **more: Any) -> Any:
        """The answer to one call, by a user or by nobody."""
        headers = {} if user is None else {"Authorization": f"Bearer {self.signer.token(user)}"}
        return self.client.request(method, path, headers=headers | more.pop("headers", {}), **more)

    def post(self, user: int, text: str, **more: Any) -> Any:
        """The tweet, as the service shows it."""
        answer = self(user, "POST", "/tweets", json={"text": text}, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def feed(self, user: int, query: str = "") -> Any:
        """A page, once the background work is done."""
        self.system.drain()
        answer = self(user, "GET", f"/feed{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def knocking(kind: type[Stage], path: Any = None, **settings: Any) -> Iterator[Knocking]:
    """A small system of a stage behind its door, without workers; its clock stands still."""
    settings = {"workers": 0, "rate": LOOSE, "hosts": ["*"], **settings}
    graph = GRAPH if path is None or not (path / "system").exists() else None
    with kind(graph, path, tl.ManualClock(), **settings_of(kind)) as system:
        signer = settings.pop("signer", None) or Signer.new(system.clock.now)
        with TestClient(create_app(system, signer, **settings), raise_server_exceptions=False) as client:
            yield Knocking(system, client, signer)


def scroll_ids(page_at: Callable[[str], Any], limit: int) -> list[str]:
    """The IDs in a whole feed, the newest first; `page_at` answers with the page that a query asks for."""
    shown: list[str] = []
    query = f"?limit={limit}"
    while True:
        page = page_at(query)
        shown += [tweet["id"] for tweet in page["tweets"]]
        if page["next"] is None:
            return shown
        query = f"?limit={limit}&before={page['next']}"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    """The bytes of a small picture."""
    file = io.BytesIO()
    Image.new("RGB", size, (200, 80, 40)).save(file, kind)
    return file.getvalue()


def upload(text: str | None, data: bytes, name: str = "sun.png") -> dict[str, Any]:
    """A form with a picture, as an argument of a call."""
    return {"files": {"picture": (name, data, "image/png")}, "data": {} if text is None else {"text": text}}


class Lines(list[dict[str, Any]]):
    """A log that keeps what it is told."""

    def info(self, event: str, **values: Any) -> None:
        self.append({"event": event, **values})
