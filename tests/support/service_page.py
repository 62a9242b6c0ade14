"""What the tests of the service's page share: a service of its own, callers beside the page, and a watched page."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page
from support.browser import CHROMIUM, DIRECT
from support.depth import BROWSER

EDGES = {0: (1, 2, 3), 4: (5,), 6: (5, 7), 8: (9,), 10: (11, 12), 13: (), 14: (1, 5), 15: (5, 7, 9), 16: (17,)}
TWITTERLAB = (sys.executable, "-c", "import sys; from twitterlab.commands.cli import main; sys.exit(main())")
PERIOD = 5000  # milliseconds from one look for new tweets to the next
MARKS = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not BROWSER,
        reason="slow: TWITTERLAB_BROWSER=1 python -m pytest tests/service",
    ),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on PATH to look at the page with"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARTICLES = "#main [role=feed] > article"
IDS = f"[...document.querySelectorAll('{ARTICLES}')].map(article => article.dataset.id)"


@dataclass(frozen=True)
class Service:
    """A service in a process of its own, and callers by HTTP."""

    address: str
    environ: dict[str, str]

    def token(self, user: int) -> str:
        """A token, as `twitterlab token` prints it."""
        port = self.address.rpartition(":")[2]
        command = [*TWITTERLAB, "token", "--port", port, str(user)]
        return subprocess.run(command, env=self.environ, check=True, capture_output=True, text=True).stdout.strip()

    def caller(self, user: int) -> Caller:
        return Caller(self.address, user, self.token(user))


@dataclass(frozen=True)
class Caller:
    """One user who calls without the page."""

    address: str
    user: int
    token: str

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with DIRECT.open(urllib.request.Request(self.address + path, data, headers, method=method)) as answer:
            said = answer.read()
        return json.loads(said) if said else None

    def post(self, text: str) -> str:
        """The ID of a new tweet."""
        return str(self("POST", "/tweets", {"text": text})["id"])

    def pages(self, path: str) -> list[dict[str, Any]]:
        """All tweets of a scroll, newest first."""
        tweets, page = [], self("GET", f"{path}?limit=200")
        while True:
            tweets += page["tweets"]
            if page["next"] is None:
                return tweets
            page = self("GET", f"{path}?limit=200&before={page['next']}")

    def feed(self) -> list[str]:
        """The IDs of the whole feed."""
        return [tweet["id"] for tweet in self.pages("/feed")]

    def until_delivered(self) -> None:
        """Come back once no background work is waiting."""
        while any(lag["positions"] for lag in self("GET", "/work")["lag"]):
            pass


@contextmanager
def serving(home: Path, stage: int) -> Iterator[Service]:
    """`twitterlab serve` of a stage without tweets, for the users of EDGES, until the end of the block."""
    graph = home / "follows.csv"
    rows = (f"{reader},{author}" for reader, authors in EDGES.items() for author in authors)
    graph.write_text("\n".join(["follower,followee", *rows]) + "\n")
    options = [f"--stage={stage}", f"--graph={graph}", "--tweets=0", "--port=0", "--quiet", "--rate=1000000/minute"]
    environ = {**os.environ, "XDG_STATE_HOME": str(home), "HOME": str(home)}
    command = [*TWITTERLAB, "serve", *options]
    with (
        (home / "server.log").open("w") as log,
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            assert said.startswith("http"), (said, (home / "server.log").read_text())
            yield Service(said.partition(" ")[0].rstrip("/"), environ)
        finally:
            server.terminate()
            server.wait(timeout=60)


@contextmanager
def watched(chromium: Browser, service: Service, failing: Iterable[str] = (), **settings: Any) -> Iterator[Page]:
    """A page that may ask nobody but its service and log no error; `failing` are words of errors that a test makes."""
    with chromium.new_context(**settings) as context:
        page, asked, errors = context.new_page(), [], []
        page.set_default_timeout(60_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.clock.install()
        page.goto(service.address)
        yield page
        own = (f"{service.address}/", f"blob:{service.address}/")
        assert asked
        assert [url for url in asked if not url.startswith(own)] == []
        assert [error for error in errors if not any(word in error for word in failing)] == []


def sign_in(page: Page, caller: Caller) -> None:
    """With a pasted token; comes back once the feed is there."""
    page.get_by_role("textbox", name="Token").fill(caller.token)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text(f"User {caller.user}", exact=True).first.wait_for()
    loaded(page)


def loaded(page: Page) -> None:
    """Wait until the first page of the list is there, or its end."""
    until(
        page,
        "document.querySelector('#main [role=feed]')?.ariaBusy === 'false'"
        f" && (document.querySelector('{ARTICLES}') || document.querySelector('.nothing:not([hidden])'))",
    )


def until(page: Page, condition: str) -> None:
    """Wait for a condition in JavaScript; it is asked from outside, since the page's own policy lets no text be run."""
    while not page.evaluate(condition):
        page.wait_for_timeout(20)


def go(page: Page, route: str) -> None:
    """To a view by its address."""
    page.evaluate("route => { location.hash = route }", route)


def ids(page: Page) -> list[str]:
    """The IDs of the tweets on the page, from the top."""
    return list(page.evaluate(IDS))


def poll(page: Page) -> None:
    """Let the page look for new tweets, and come back when it has seen the answer."""
    with page.expect_response("**/feed?limit=20") as asked:
        page.clock.fast_forward(PERIOD)
    asked.value.finished()
    page.evaluate("new Promise(done => setTimeout(done, 0)).then(() => 0)")
    until(page, "!document.querySelector('.announce[aria-disabled=true]')")


def announced(page: Page) -> Locator:
    """The button that says how many tweets are new."""
    return page.locator(".announce:visible")


def catch_up(page: Page) -> None:
    """Press the button as long as there is one."""
    poll(page)
    while announced(page).count():
        announced(page).click()
        until(page, "document.querySelector('.announce').hidden")
        poll(page)


def to_the_end(page: Page) -> None:
    """Scroll down until that is all there is."""
    bottom = "scrollTo(0, document.body.scrollHeight)"
    until(page, f"{bottom}, document.querySelector('.older-says').textContent.startsWith('That is all')")


def picture(width: int = 90, height: int = 60) -> FilePayload:
    """A file to choose."""
    file = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), (200, 80, 40), np.uint8)).save(file, "PNG")
    return {"name": "sun.png", "mimeType": "image/png", "buffer": file.getvalue()}


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there."""
    wanted.wait_for()
    for _ in range(100):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


def accessible(page: Page) -> None:
    """Nothing that axe looks at is amiss in what is shown now."""
    found: Any = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
