"""What the service's page does at any stage: signing in, failures, the keyboard alone, accessibility, what calls cost.

These tests start a service and a chromium, so they run where CI=true or TWITTERLAB_BROWSER=1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Literal

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Route
from support import browser
from support import service_page as see

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}

pytestmark = see.MARKS


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.open_browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[see.Service]:
    with see.serving(tmp_path_factory.mktemp("service"), 4) as service:
        yield service


@pytest.fixture
def author(service: see.Service) -> see.Caller:
    """Whom readers 14 and 15 follow, with more tweets than a page."""
    author = service.caller(5)
    for number in range(30):
        author.post(f"number {number}: " + "a-long-word" * 20 + " <b>&amp;</b>")
    return author


def test_a_demo_user_signs_in_and_out_again(chromium: Browser, service: see.Service) -> None:
    with see.watched(chromium, service) as page:
        choice = page.locator("[data-users] button").first
        user = choice.locator("span").first.inner_text()
        choice.click()
        page.locator("#who-name").get_by_text(user, exact=True).wait_for()
        see.loaded(page)
        page.reload()
        page.locator("#who-name").get_by_text(user, exact=True).wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert page.evaluate("sessionStorage.length") == 0
        page.reload()
        page.get_by_role("heading", name="Sign in").wait_for()


def test_a_token_that_proves_nothing_is_refused_with_the_reason(chromium: Browser, service: see.Service) -> None:
    head, claims, signature = service.token(14).split(".")
    with see.watched(chromium, service, ["401"]) as page:
        for token, reason in (("nothing", "not a token"), (f"{head}.{claims}.{signature[::-1]}", "proves nothing")):
            page.get_by_role("textbox", name="Token").fill(token)
            page.keyboard.press("Enter")
            page.locator("[data-trouble]").get_by_text(reason).wait_for()
            assert page.evaluate("sessionStorage.length") == 0


def test_a_session_that_ends_leads_back_to_the_sign_in_form_with_the_reason(
    chromium: Browser, service: see.Service
) -> None:
    reader = service.caller(14)
    ended = {"title": "Unauthorized", "status": 401, "detail": "the token has expired: sign in again"}
    with see.watched(chromium, service, ["401"]) as page:
        see.sign_in(page, reader)
        page.get_by_role("textbox", name="What do you want").fill("half a thought")
        see.go(page, "#/users/7")
        page.get_by_role("heading", name="User 7").wait_for()
        page.route("**/work", lambda route: route.fulfill(status=401, body=json.dumps(ended)))
        page.clock.fast_forward(see.PERIOD)
        page.locator("[data-trouble]").get_by_text("You were signed out: the token has expired").wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Sign in"
        page.unroute("**/work")
        page.get_by_role("textbox", name="Token").fill(reader.token)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="User 7").wait_for()
        see.go(page, "#/")
        assert page.get_by_role("textbox", name="What do you want").input_value() == "half a thought"


def test_a_tweet_whose_answer_was_lost_is_sent_again_and_posted_once(chromium: Browser, service: see.Service) -> None:
    author, tries = service.caller(7), []

    def lose_the_first_answer(route: Route) -> None:
        tries.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        if len(tries) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    with see.watched(chromium, service, ["ERR_FAILED"]) as page:
        see.sign_in(page, author)
        page.route("**/tweets", lose_the_first_answer)
        page.get_by_role("textbox", name="What do you want").fill("only once")
        page.get_by_role("button", name="Post").click()
        page.get_by_text("Not posted. The service cannot be reached.").wait_for()
        page.get_by_role("button", name="Post").click()
        page.get_by_text("Posted. Your followers will see it").wait_for()
        assert [tweet["text"] for tweet in author.pages("/users/7/tweets")] == ["only once"]
        page.get_by_role("textbox", name="What do you want").fill("only once")
        page.get_by_role("button", name="Post").click()
        see.until(page, "document.querySelector('#compose-text').value === ''")
        assert len(author.pages("/users/7/tweets")) == 2
        assert tries[0] == tries[1] != tries[2]


def test_older_tweets_that_did_not_come_are_asked_for_again(
    chromium: Browser, service: see.Service, author: see.Caller
) -> None:
    reader = service.caller(14)
    with see.watched(chromium, service, ["ERR_FAILED"]) as page:
        page.route(re.compile("/feed.*before="), lambda route: route.abort())
        see.sign_in(page, reader)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.get_by_role("button", name="Try again").wait_for()
        page.locator(".older").get_by_text("The service cannot be reached.").wait_for()
        first = see.ids(page)
        page.unroute(re.compile("/feed.*before="))
        page.get_by_role("button", name="Try again").press("Enter")
        see.to_the_end(page)
        assert see.ids(page) == reader.feed()
        assert page.evaluate("document.activeElement.dataset.id") == see.ids(page)[len(first)]


def test_characters_are_counted_as_the_service_counts_them(chromium: Browser, service: see.Service) -> None:
    with see.watched(chromium, service) as page:
        see.sign_in(page, service.caller(6))
        text = page.get_by_role("textbox", name="What do you want")
        text.fill("\U0001f600" * 281)
        assert page.locator("[data-count]").inner_text() == "281"
        page.get_by_role("button", name="Post").click()
        page.get_by_text("1 character too many.").wait_for()
        text.fill("\U0001f600" * 280)
        page.get_by_role("button", name="Post").click()
        page.get_by_text("Posted.").wait_for()


def test_everything_is_done_with_the_keyboard_alone(
    chromium: Browser, service: see.Service, author: see.Caller
) -> None:
    reader = service.caller(15)
    with see.watched(chromium, service, viewport=WIDE) as page:
        see.tab_to(page, page.get_by_role("textbox", name="Token"))
        page.keyboard.insert_text(reader.token)
        page.keyboard.press("Enter")
        see.loaded(page)
        assert page.evaluate("document.activeElement.textContent") == "Your feed"
        page.keyboard.press("Shift+Tab")
        see.tab_to(page, page.locator(see.ARTICLES).first)
        page.keyboard.press("PageDown")
        assert page.evaluate("document.activeElement.ariaPosInSet") == "2"
        page.reload()
        see.loaded(page)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        see.tab_to(page, page.get_by_role("textbox", name="What do you want"))
        page.keyboard.type("by hand")
        see.tab_to(page, page.get_by_role("button", name="Post"))
        page.keyboard.press("Enter")
        page.get_by_text("Posted.").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Your tweets").wait_for()
        page.reload()
        see.loaded(page)
        see.tab_to(page, page.get_by_role("textbox", name="Look at user"))
        page.keyboard.type("17")
        page.keyboard.press("Enter")
        see.tab_to(page, page.get_by_role("button", name="Follow user 17"))
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Unfollow user 17").wait_for()
        assert reader("GET", "/following/17")["following"] is True


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_in_the_way_of_assistive_technology(
    chromium: Browser,
    service: see.Service,
    author: see.Caller,
    theme: Literal["light", "dark"],
    size: dict[str, int],
) -> None:
    reader = service.caller(14)
    with see.watched(chromium, service, color_scheme=theme, viewport=size, reduced_motion="reduce") as page:
        page.locator("[data-users] button").first.wait_for()
        see.accessible(page)
        see.sign_in(page, reader)
        page.evaluate("document.querySelector('details').open = true")
        see.accessible(page)
        page.evaluate("document.querySelector('details').open = innerWidth > 1000")
        page.set_input_files("#compose-file", see.picture())
        author.post("one more")
        see.poll(page)
        see.announced(page).wait_for()
        see.accessible(page)
        see.go(page, f"#/users/{author.user}")
        page.get_by_role("button", name="Unfollow user 5").wait_for()
        see.loaded(page)
        see.accessible(page)
        reader.post("to be deleted")
        see.go(page, "#/users/14")
        page.get_by_role("button", name="Delete this tweet").first.click()
        see.accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_panel_says_what_the_last_page_and_the_last_change_cost(
    chromium: Browser, service: see.Service, author: see.Caller
) -> None:
    with see.watched(chromium, service, viewport=WIDE) as page:
        with page.expect_response("**/feed?limit=20") as asked:
            see.sign_in(page, service.caller(14))
        work = dict(pair.split("=") for pair in asked.value.headers["twitterlab-work"].split(", "))
        shown = {name: page.locator(f"#page-{name}") for name in ("rows_read", "queries", "shard_requests")}
        assert {name: cell.inner_text() for name, cell in shown.items()} == {name: work[name] for name in shown}
        assert int(work["rows_read"]) > 0
        assert page.locator("#change-queries").inner_text() == "-"
        page.get_by_role("textbox", name="What do you want").fill("what does it cost")
        page.get_by_role("button", name="Post").click()
        page.get_by_text("Posted.").wait_for()
        assert page.locator("#change-shard_requests").inner_text() != "-"
        assert page.locator("#panel-stage").inner_text() == "Stage 4: UserShards"
