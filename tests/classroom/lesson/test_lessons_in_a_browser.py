"""Each lesson in JupyterLab, as it is read in a fresh clone and as it answers once it was run, by keyboard alone.

These tests take minutes, so they run where CI=true or TWITTERLAB_BROWSER=1, and where there is a chromium. With
TWITTERLAB_SHOTS=DIR they leave photographs of each lesson there, light and dark.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode
from support import lesson_rules
from support.depth import BROWSER

from authoring.verify import ROOT
from twitterlab.classroom.course import copy as course
from twitterlab.classroom.course.outline import outline
from twitterlab.classroom.lesson import questions as lessons

sync_api = pytest.importorskip("playwright.sync_api")
from support import browser  # noqa: E402  it needs playwright

LESSONS = [ROOT / lesson.lesson_file for lesson in outline().lessons]
SECONDS = 120  # the longest that a lesson may take to run here, other tests beside it
RESULT = re.compile("Measured:|Modelled:")
PROBE = '''
import json as _json

def _move(panel):
    """Move a panel's first slider, or menu, or row of buttons by one; say which, where to, and what it shows then."""
    kinds = {"slider": "Slider", "menu": "Dropdown", "buttons": "ToggleButtons"}
    kind, control = next((k, c) for k, n in kinds.items() for c in panel.controls.values() if n in type(c).__name__)
    before = panel.state()
    if hasattr(control, "index"):
        step = 1 if control.index + 1 < len(control.options) else -1
        control.index += step
    else:
        step = 1 if control.value + control.step <= control.max else -1
        control.value += step * control.step
    told = [{"finding": s.finding, "alt": s.figure and s.figure.alt, "numbers": dict(s.numbers or {})}
            for s in (before, panel.state())]
    place = getattr(control, "index", None)
    print(_json.dumps({"kind": kind, "forward": step > 0, "place": place, "before": told[0], "after": told[1]}))
'''
HANDLES = {
    "slider": ".widget-slider .noUi-handle",
    "menu": ".widget-dropdown select",
    "buttons": ".widget-toggle-buttons button",
}

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not BROWSER,
        reason="takes minutes: set TWITTERLAB_BROWSER=1",
    ),
    pytest.mark.skipif(browser.CHROMIUM is None, reason="there is no chromium on PATH to look at JupyterLab with"),
]


class Lab(NamedTuple):
    """A JupyterLab and a browser for it; `clone` and `course` lie in its root."""

    address: str
    browser: sync_api.Browser


class Open(NamedTuple):
    """A notebook and the page that shows it."""

    notebook: NotebookNode
    page: sync_api.Page
    errors: list[str]

    def cell(self, place: int) -> sync_api.Locator:
        """What the code cell of this number shows."""
        return self.page.locator(".jp-CodeCell").nth(place).locator(".jp-Cell-outputArea")

    def cells(self, name: str) -> list[tuple[str, sync_api.Locator]]:
        """What the calls of a function show, by the key that each is called with."""
        return [(str(call.values[0]), self.cell(call.cell)) for call in lesson_rules.calls_of(self.notebook, name)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab on the notebooks with their outputs, and on a learner's copy without."""
    root = tmp_path_factory.mktemp("root")
    for folder in ("notebooks", "datasets"):
        shutil.copytree(ROOT / folder, root / "clone" / folder)
    course.refresh_course(ROOT, root / "course")
    sync_api.expect.set_options(timeout=20_000)  # other tests keep the machine busy beside these
    with browser.serving_lab(root, tmp_path_factory.mktemp("home")) as address, browser.open_browser() as chromium:
        yield Lab(address, chromium)


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def read(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Open]:
    """A lesson in a fresh clone: nothing of it is run."""
    with browser.open_notebook(lab.browser, lab.address, f"clone/notebooks/{request.param.name}") as page:
        photograph(page, f"{request.param.stem}-as-committed")
        yield Open(nbformat.read(request.param, as_version=4), page, [])


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def ran(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Open]:
    """A lesson of the learner's copy, run from top to bottom."""
    with browser.open_notebook(lab.browser, lab.address, f"course/notebooks/{request.param.name}") as page:
        errors = browser.run_all_cells(page, SECONDS)
        photograph(page, f"{request.param.stem}-after-a-run")
        yield Open(nbformat.read(request.param, as_version=4), page, errors)


def photograph(page: sync_api.Page, name: str) -> None:
    """Where photographs are wanted, take them."""
    if folder := os.environ.get("TWITTERLAB_SHOTS"):
        browser.photograph_notebook(page, Path(folder), name)


class TestALessonThatIsReadInAFreshClone:
    def test_shows_each_figure_with_its_words(self, read: Open) -> None:
        committed = "".join(
            html for cell in lesson_rules.code_cells(read.notebook) for html in lesson_rules.html_outputs(cell)
        )
        seen = read.page.locator(".jp-OutputArea img")
        sync_api.expect(seen).to_have_count(committed.count("<img "))
        for image in seen.all():
            sync_api.expect(image).to_be_visible()
            assert len(image.get_attribute("alt") or "") > 20
            assert image.evaluate("image => image.complete && image.naturalWidth") > 100

    def test_shows_what_its_panel_says_of_its_default_state(self, read: Open) -> None:
        (call,) = lesson_rules.calls_of(read.notebook, *lesson_rules.PANELS)
        (output,) = lesson_rules.code_cells(read.notebook)[call.cell].outputs
        title, settings, finding, *_ = output.data["text/plain"].splitlines()
        shown = read.cell(call.cell)
        sync_api.expect(shown).to_be_visible()
        for words in (title, settings, finding):
            sync_api.expect(shown).to_contain_text(words)

    def test_shows_its_measurements_and_questions(self, read: Open) -> None:
        for _, shown in read.cells("reveal"):
            sync_api.expect(shown).to_contain_text(RESULT)
        for key, shown in read.cells("quiz"):
            sync_api.expect(shown).to_contain_text(lessons.question(key).question)
            sync_api.expect(shown.locator("details")).to_have_count(1)


class TestALessonThatWasRun:
    def test_has_no_errors(self, ran: Open) -> None:
        assert ran.errors == []

    def test_has_a_panel_that_answers_the_keyboard_with_what_python_says(self, ran: Open) -> None:
        (call,) = lesson_rules.calls_of(ran.notebook, *lesson_rules.PANELS)
        last = ast.parse(lesson_rules.code_cells(ran.notebook)[call.cell].source).body[-1]
        told = browser.ask_kernel(ran.page, f"{PROBE}\n_move({ast.unparse(last)})")
        assert told["before"] != told["after"]
        panel = ran.page.locator(".twitterlab-panel")
        sync_api.expect(panel).to_have_count(1)
        shows(panel, told["before"])
        press(panel.locator(HANDLES[told["kind"]]), told)
        shows(panel, told["after"])

    def test_withholds_each_result_until_a_guess_or_a_skip(self, ran: Open) -> None:
        for place, (key, shown) in enumerate(ran.cells("reveal")):
            sync_api.expect(shown).to_contain_text(f"Predict {key} first.")
            sync_api.expect(shown).not_to_contain_text(RESULT)
            if place == 0:
                shown.locator("input").focus()
                ran.page.keyboard.type("1")
                ran.page.keyboard.press("Enter")
            else:
                shown.get_by_role("button", name="Skip").press("Enter")
            sync_api.expect(shown).to_contain_text("Your guess: 1" if place == 0 else "Skipped.")
            sync_api.expect(shown).to_contain_text(RESULT)

    def test_answers_its_questions_by_tab_and_enter(self, ran: Open) -> None:
        for key, shown in ran.cells("quiz"):
            option = lessons.question(key).options[1]
            sync_api.expect(shown.get_by_role("status")).to_have_text("")
            shown.locator(".twitterlab-option").first.focus()
            ran.page.keyboard.press("Tab")
            ran.page.keyboard.press("Enter")
            said = "B is right." if option.right else f"Not B: {option.misconception}."
            sync_api.expect(shown.get_by_role("status")).to_contain_text(said)


def press(handles: sync_api.Locator, told: dict) -> None:
    """Move a control by one with the keyboard: a button is pressed, all else follows the arrows."""
    if told["kind"] == "buttons":
        handles.nth(told["place"]).press("Enter")
    else:
        keys = ("ArrowRight", "ArrowLeft") if told["kind"] == "slider" else ("ArrowDown", "ArrowUp")
        handles.first.press(keys[0] if told["forward"] else keys[1])


def shows(panel: sync_api.Locator, state: dict) -> None:
    """The panel shows this state: its finding, its numbers, and the figure with these words."""
    view = panel.get_by_role("status")
    sync_api.expect(view.locator("p").first).to_have_text(state["finding"])
    if state["alt"]:
        sync_api.expect(view.locator("img")).to_have_attribute("alt", state["alt"])
    for name, number in state["numbers"].items():
        row = view.locator("tr").filter(has_text=re.compile(f"^{re.escape(name + number)}$"))
        sync_api.expect(row).to_have_count(1)
