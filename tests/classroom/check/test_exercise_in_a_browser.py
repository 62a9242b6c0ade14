"""An exercise in JupyterLab, as a learner does it: a wrong answer typed, its message read, a hint, the right answer.

These tests start JupyterLab and a chromium, so they run where CI=true or TWITTERLAB_BROWSER=1. With
TWITTERLAB_SHOTS=DIR they leave photographs there, light and dark.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from support.depth import BROWSER

from authoring.verify import ROOT
from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course.exercise_texts import texts_of
from twitterlab.classroom.course.outline import outline

sync_api = pytest.importorskip("playwright.sync_api")
from support import browser  # noqa: E402  it needs playwright

STARTERS = [ROOT / lesson.exercise_file for lesson in outline().with_exercises]
KEY, NAME = "4.2", "merge_newest"
WRONG = """from itertools import chain


def merge_newest(sources):
    return chain(*sources)
"""
RIGHT = """import heapq


def merge_newest(sources):
    return heapq.merge(*sources, key=lambda row: row[0], reverse=True)
"""
SECONDS = 120

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(not BROWSER, reason="slow: set TWITTERLAB_BROWSER=1"),
    pytest.mark.skipif(browser.CHROMIUM is None, reason="there is no chromium on PATH to look at JupyterLab with"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's copy of the course."""
    folder = tmp_path_factory.mktemp("learner") / "course"
    course.refresh_course(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def lab(home: Path) -> Iterator[tuple[sync_api.Browser, str]]:
    """A chromium, and the address of a JupyterLab on the copy."""
    with browser.serving_lab(home, home.parent / "jupyter") as address, browser.open_browser() as chromium:
        yield chromium, address


def cell_of(page: sync_api.Page, source: str) -> sync_api.Locator:
    """The code cell that holds a text."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").filter(
        has=page.locator(".jp-InputArea", has_text=source)
    )


def put(page: sync_api.Page, cell: sync_api.Locator, source: str) -> None:
    """Type an answer over what the cell holds, and run it with Shift+Enter."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")
    browser.wait_until_idle(page)


def run(page: sync_api.Page, cell: sync_api.Locator) -> sync_api.Locator:
    """Run a cell as it is; gives what it shows."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    browser.wait_until_idle(page)
    return cell.locator(".jp-OutputArea")


def photograph(page: sync_api.Page, name: str) -> None:
    """Where photographs are wanted, take them."""
    if folder := os.environ.get("TWITTERLAB_SHOTS"):
        browser.photograph_notebook(page, Path(folder), name)


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.stem)
def test_a_starter_that_is_run_from_top_to_bottom_shows_no_error_and_no_answer(
    path: Path, lab: tuple[sync_api.Browser, str]
) -> None:
    solved = nbformat.read(ROOT / "solutions" / path.name, as_version=4)
    answers = [cell.source for cell in solved.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    with browser.open_notebook(*lab, f"exercises/{path.name}") as page:
        assert browser.run_all_cells(page, SECONDS) == []
        shown = page.locator(".jp-NotebookPanel").inner_text()
        photograph(page, f"exercises-{path.stem}-as-given")
    assert shown.count("Not attempted yet.") == len(answers)
    for answer in answers:
        region = answer.partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")[0]
        lines = [line.strip() for line in region.splitlines() if len(line.strip()) > 25]
        assert [line for line in lines if line in shown] == []


def test_an_exercise_is_answered_from_wrong_to_right(lab: tuple[sync_api.Browser, str], home: Path) -> None:
    about = texts_of(KEY)
    with browser.open_notebook(*lab, "exercises/04_user_shards.ipynb") as page:
        page.set_default_timeout(SECONDS * 1000)
        sync_api.expect.set_options(timeout=SECONDS * 1000)
        the_map = run(page, cell_of(page, "my_progress()"))
        mine = the_map.locator("td").filter(has_text=about.title)
        sync_api.expect(mine).to_contain_text("not begun")

        answer, check = cell_of(page, f"def {NAME}"), cell_of(page, f"check.{NAME}({NAME})").first
        put(page, answer, WRONG)
        said = run(page, check)
        sync_api.expect(said).to_contain_text("Not yet.")
        sync_api.expect(said).to_contain_text("Source 0 gives t1; source 1 gives t2.")
        sync_api.expect(said).to_contain_text(about.wrong["chained"].says)
        sync_api.expect(mine).to_contain_text("tried once")

        again = run(page, check)
        sync_api.expect(again).to_contain_text("The same as last time.")
        again.get_by_role("button", name="Hint 1 of 3").press("Enter")
        sync_api.expect(again).to_contain_text(about.hints[0])
        sync_api.expect(again).not_to_contain_text(about.hints[1])
        photograph(page, "exercise-wrong-with-a-hint")

        put(page, cell_of(page, f"def {NAME}"), RIGHT)
        said = run(page, check)
        sync_api.expect(said).to_contain_text("Right.")
        sync_api.expect(said).to_contain_text("Ours, to compare")
        sync_api.expect(mine).to_contain_text("right after 2 tries")

        helps = run(page, cell_of(page, f'hint("{KEY}")'))
        helps.get_by_role("button", name="Show a solution").press("Enter")
        sync_api.expect(helps).to_contain_text("def merge_newest(sources):")
        photograph(page, "exercise-right")
    noted = json.loads((home / "progress.json").read_text())["exercises"][KEY]
    assert (noted["answers"], noted["hints"], noted["solution"]) == ({"wrong": 1, "right": 1}, 1, True)
    assert "heapq.merge" in (home / "my_parts" / f"{NAME}.py").read_text()
