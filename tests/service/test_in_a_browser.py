"""The service's page as its reader sees it, at three stages: scrolling, what is new, posts, pictures, follows, deletes.

These tests start a service and a chromium, so they run where CI=true or TWITTERLAB_BROWSER=1.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser
from support import browser
from support import service_page as see

PLACES = "[...document.querySelectorAll('h1, textarea, #main article')].map(e => e.getBoundingClientRect().top)"
FOCUS = "document.activeElement.outerHTML"

pytestmark = see.MARKS


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.open_browser() as chromium:
        yield chromium


@pytest.fixture(scope="module", params=[1, 4, 7], ids="stage-{}".format)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[see.Service]:
    with see.serving(tmp_path_factory.mktemp("service"), request.param) as service:
        yield service


def test_scrolling_repeats_nothing_and_skips_nothing_while_others_post(chromium: Browser, service: see.Service) -> None:
    reader, authors = service.caller(0), [service.caller(user) for user in (1, 2, 3)]
    for number in range(200):
        authors[number % 3].post(f"old {number}")
    reader.until_delivered()
    stop = threading.Event()

    def post() -> None:
        number = 0
        while not stop.wait(0.01):
            authors[number % 3].post(f"new {number}")
            number += 1

    posting = threading.Thread(target=post)
    with see.watched(chromium, service) as page:
        see.sign_in(page, reader)
        posting.start()
        try:
            while len(see.ids(page)) < 100:
                page.evaluate("scrollTo(0, document.body.scrollHeight)")
            see.poll(page)
            see.announced(page).click()
            see.to_the_end(page)
        finally:
            stop.set()
            posting.join()
        reader.until_delivered()
        see.catch_up(page)
        see.to_the_end(page)
        assert see.ids(page) == reader.feed()
        assert len(see.ids(page)) > 200


@pytest.mark.parametrize("scrolled", [False, True], ids=["at-the-top", "further-down"])
def test_new_tweets_are_announced_and_nothing_moves_until_they_are_asked_for(
    chromium: Browser, service: see.Service, scrolled: bool
) -> None:
    reader, author = service.caller(4), service.caller(5)
    for number in range(25):
        author.post(f"before {number}")
    reader.until_delivered()
    with see.watched(chromium, service) as page:
        see.sign_in(page, reader)
        see.to_the_end(page)
        page.locator(see.ARTICLES).nth(12 if scrolled else 0).locator("time").locator("..").focus()
        page.evaluate(f"scrollTo(0, {900 if scrolled else 0})")
        before, places, focus = see.ids(page), page.evaluate(PLACES), page.evaluate(FOCUS)
        new = [author.post(f"after {number}") for number in range(3)][::-1]
        reader.until_delivered()
        see.poll(page)
        assert see.announced(page).inner_text() == "3 new tweets"
        assert (see.ids(page), page.evaluate(PLACES), page.evaluate(FOCUS)) == (before, places, focus)
        see.announced(page).click()
        see.until(page, "document.querySelector('.announce').hidden")
        assert see.ids(page) == [*new, *before]
        first = page.locator(see.ARTICLES).first
        assert first.evaluate("article => article === document.activeElement")
        head = page.locator(".feed-head").bounding_box()
        top = first.bounding_box()
        assert head
        assert top
        assert head["y"] + head["height"] <= top["y"] + 1 < 400


def test_a_reader_who_comes_back_to_the_feed_is_where_they_were(chromium: Browser, service: see.Service) -> None:
    reader, author = service.caller(6), service.caller(5)
    for number in range(25):
        author.post(f"to come back to {number}")
    reader.until_delivered()
    with see.watched(chromium, service) as page:
        see.sign_in(page, reader)
        see.to_the_end(page)
        link = page.locator(see.ARTICLES).nth(15).get_by_role("link", name="User 5")
        link.focus()
        before, place, focus = see.ids(page), page.evaluate("scrollY"), page.evaluate(FOCUS)
        assert place > 500
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="User 5").wait_for()
        assert page.evaluate("[scrollY, document.activeElement.textContent]") == [0, "User 5"]
        see.loaded(page)
        page.go_back()
        page.get_by_role("heading", name="Your feed").wait_for()
        assert (see.ids(page), page.evaluate("scrollY"), page.evaluate(FOCUS)) == (before, place, focus)


def test_more_new_tweets_than_a_page_holds_come_without_a_gap(chromium: Browser, service: see.Service) -> None:
    reader, author = service.caller(8), service.caller(9)
    for number in range(5):
        author.post(f"before {number}")
    reader.until_delivered()
    with see.watched(chromium, service) as page:
        see.sign_in(page, reader)
        for number in range(45):
            author.post(f"after {number}")
        reader.until_delivered()
        see.poll(page)
        assert see.announced(page).inner_text() == "20 or more new tweets"
        see.catch_up(page)
        see.to_the_end(page)
        assert see.ids(page) == reader.feed()
        for number in range(250):
            author.post(f"far more {number}")
        reader.until_delivered()
        see.catch_up(page)
        see.to_the_end(page)
        assert see.ids(page) == reader.feed()


def test_a_picture_that_is_posted_is_seen_by_a_follower(chromium: Browser, service: see.Service) -> None:
    author, follower = service.caller(17), service.caller(16)
    with see.watched(chromium, service) as page, see.watched(chromium, service) as other:
        see.sign_in(page, author)
        page.get_by_role("textbox", name="What do you want").fill("the sun,\nand below it the sea \U0001f600")
        page.set_input_files("#compose-file", see.picture())
        assert page.get_by_alt_text("The picture that will be posted").evaluate(
            "i => i.decode().then(() => i.naturalWidth)"
        )
        page.get_by_role("button", name="Post").click()
        page.locator(".says").get_by_role("link", name="your tweets").wait_for()
        assert see.ids(page) == []
        follower.until_delivered()
        see.sign_in(other, follower)
        shown = other.get_by_alt_text("Picture by user 17")
        shown.wait_for()
        assert shown.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [90, 60]
        assert follower.pages("/feed")[0]["text"] == "the sun,\nand below it the sea \U0001f600"


def test_follow_and_unfollow_change_the_feed(chromium: Browser, service: see.Service) -> None:
    reader, authors = service.caller(10), [service.caller(11), service.caller(12)]
    for number in range(6):
        authors[number % 2].post(f"in turn {number}")
    reader.until_delivered()
    with see.watched(chromium, service) as page:
        see.sign_in(page, reader)
        assert see.ids(page) == reader.feed()
        page.get_by_role("button", name="Unfollow user 11").first.click()
        page.get_by_text("You no longer follow user 11").first.wait_for()
        assert see.ids(page) == [tweet["id"] for tweet in reader.pages("/users/12/tweets")]
        reader.until_delivered()
        assert see.ids(page) == reader.feed()
        page.get_by_role("textbox", name="Look at user").fill("11")
        page.get_by_role("button", name="Go").click()
        page.get_by_role("button", name="Follow user 11").click()
        page.get_by_role("button", name="Unfollow user 11").wait_for()
        see.loaded(page)
        assert page.get_by_role("button", name="Delete").count() == 0
        assert reader("GET", "/following/11")["following"] is True
        reader.until_delivered()
        page.get_by_role("link", name="Feed", exact=True).click()
        see.until(page, f"{see.IDS}.length === 6")
        assert see.ids(page) == reader.feed()


def test_own_tweets_are_deleted_once_one_is_sure(chromium: Browser, service: see.Service) -> None:
    author = service.caller(13)
    kept, deleted = author.post("to be kept"), author.post("to be deleted")
    with see.watched(chromium, service) as page:
        see.sign_in(page, author)
        page.get_by_role("link", name="Your tweets", exact=True).click()
        page.get_by_text("to be kept").wait_for()
        page.get_by_role("button", name="Delete this tweet").first.press("Enter")
        page.keyboard.press("Escape")
        assert see.ids(page) == [deleted, kept]
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_text("to be deleted").wait_for()
        page.get_by_role("button", name="Delete", exact=True).press("Enter")
        see.until(page, f"{see.IDS}.length === 1")
        assert see.ids(page) == [kept] == [tweet["id"] for tweet in author.pages("/users/13/tweets")]
        assert page.locator(see.ARTICLES).evaluate("article => article === document.activeElement")


def test_the_time_of_a_tweet_is_a_link_to_it_alone(chromium: Browser, service: see.Service) -> None:
    reader, author = service.caller(16), service.caller(17)
    author.post("this one <i>alone</i>")
    author.post("and not this one")
    reader.until_delivered()
    with see.watched(chromium, service, ["404"]) as page:
        see.sign_in(page, reader)
        page.locator(see.ARTICLES).nth(1).locator("time").click()
        page.get_by_role("heading", name="Tweet of user 17").wait_for()
        page.locator("#main article").get_by_text("this one <i>alone</i>").wait_for()
        assert page.locator("#main article").count() == 1
        see.go(page, "#/users/17/tweets/5")
        page.locator("#main .trouble").wait_for()
        assert "5" in page.locator("#main .trouble").inner_text()
