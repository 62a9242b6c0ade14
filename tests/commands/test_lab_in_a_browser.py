"""The lab as the learner sees it: the front page is rendered, its links lead on, and a widget outlives its kernel.

These tests start JupyterLab and a chromium, so they run where CI=true or TWITTERLAB_BROWSER=1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from support.depth import BROWSER
from support.processes import end

from twitterlab.classroom.course.contents import fingerprint
from twitterlab.commands import lab

sync_api = pytest.importorskip("playwright.sync_api")
from support import browser  # noqa: E402  it needs playwright

FRONT = """# The course

[A slider](slider.ipynb), and [far below](README.md#hot-shard).

{lines}

- <a id="hot-shard"></a>**hot shard**: busy
"""
SLIDER = """import ipywidgets
ipywidgets.IntSlider(value=3, description="users")"""
NOTEBOOK = "notebooks/slider.ipynb"
PREVIEW = ".jp-MarkdownViewer:not(.lm-mod-hidden)"
SCROLLED = "[...document.querySelectorAll('.jp-MarkdownViewer *')].some(element => element.scrollTop > 500)"

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(not BROWSER, reason="slow: set TWITTERLAB_BROWSER=1"),
    pytest.mark.skipif(browser.CHROMIUM is None, reason="there is no chromium on PATH to look at JupyterLab with"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where a course of a front page and one notebook will be, beside the clone that it comes from."""
    lessons = tmp_path / "clone" / "notebooks"
    lessons.mkdir(parents=True)
    (lessons / "README.md").write_text(FRONT.format(lines="\n\n".join(["a line"] * 100)))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    notebook = v4.new_notebook(cells=[v4.new_code_cell(SLIDER, id="slider")], metadata=metadata)
    nbformat.write(notebook, lessons / "slider.ipynb")
    return tmp_path / "course"


@pytest.fixture
def address(home: Path) -> Iterator[str]:
    """`twitterlab lab` on that course."""
    port = browser.free_port()
    options = [f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={browser.TOKEN}", "--no-browser"]
    command = [sys.executable, "-m", "twitterlab.commands.lab", "--course", str(home), *options]
    private = {f"JUPYTER_{kind}_DIR": str(home.parent / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    environ = os.environ | private | {"PYTHONPATH": str(Path(lab.__file__).parents[2])}
    with (
        (home.parent / "server.log").open("w") as log,
        subprocess.Popen(
            [*command, "--LabApp.expose_app_in_browser=True"],
            cwd=home.parent / "clone",
            env=environ,
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            yield browser.wait_for_server(f"http://127.0.0.1:{port}", server)
        finally:
            end(server)


def saved(home: Path) -> dict[str, object]:
    return dict(json.loads((home / NOTEBOOK).read_text(encoding="utf-8")))


def test_the_front_page_opens_rendered_and_its_links_lead_on(address: str) -> None:
    with browser.open_browser() as chromium:
        page = chromium.new_page()
        page.goto(f"{address}/?token={browser.TOKEN}")
        page.wait_for_selector(f"{PREVIEW} h1 >> text=The course")
        page.click(f"{PREVIEW} a >> text=far below")
        page.wait_for_function(SCROLLED)
        page.click(f"{PREVIEW} a >> text=A slider")
        page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
        browser.wait_until_idle(page)  # a server that is ended while it starts a kernel may wait for it for ever


def test_a_notebook_that_is_opened_and_saved_is_still_ours(address: str, home: Path) -> None:
    with browser.open_browser() as chromium, browser.open_notebook(chromium, address, NOTEBOOK) as page:
        given = (home / NOTEBOOK).read_bytes()
        page.wait_for_function(f"{browser.NOTEBOOK}.context.model.sharedModel.getMetadata('language_info').version")
        browser.run_command(page, "docmanager:save")
        opened = (home / NOTEBOOK).read_bytes()
    assert opened != given
    assert fingerprint(opened, NOTEBOOK) == fingerprint(given, NOTEBOOK)


def test_a_widget_is_saved_with_its_notebook_and_shown_again_without_a_run(address: str, home: Path) -> None:
    with browser.open_browser() as chromium:
        with browser.open_notebook(chromium, address, NOTEBOOK) as page:
            assert browser.run_all_cells(page, 60) == []
            page.focus(".noUi-handle")
            page.keyboard.press("ArrowRight")
            page.wait_for_selector(".widget-readout >> text=4")
            browser.run_command(page, "docmanager:save")
        before = saved(home)
        assert '"value": 4' in json.dumps(before["metadata"])
        with browser.open_notebook(chromium, address, NOTEBOOK) as again:
            again.wait_for_selector(".widget-readout >> text=4")
        assert saved(home) == before
