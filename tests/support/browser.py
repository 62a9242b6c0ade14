"""A JupyterLab for the tests that look and click: a server of its own, a page on one of its notebooks, and a kernel."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from support.processes import end

from authoring.verify import impersonal_environment
from twitterlab.commands.lab import SETTINGS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
ALL_CELLS = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}  # so that what is below is there too
TOKEN = "a-lesson"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy does not know this machine
NOTEBOOK = "window.jupyterapp.shell.currentWidget"
CELLS = f"{NOTEBOOK}.content.widgets.filter(cell => cell.model.type === 'code' && cell.model.sharedModel.source.trim())"


@contextmanager
def serving_lab(root: Path, home: Path) -> Iterator[str]:
    """A server of the folder `root` until the end of the block; gives its address. Its own files are in `home`."""
    settings = home / "settings"
    settings.mkdir(parents=True)
    ours = json.loads((SETTINGS / "overrides.json").read_text(encoding="utf-8"))
    (settings / "overrides.json").write_text(json.dumps(ours | ALL_CELLS))
    port = free_port()
    options = [
        f"--port={port}",
        "--port-retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={root}",
    ]
    options += ["--no-browser", "--allow-root", "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--LabApp.app_settings_dir={settings}"]
    environment = impersonal_environment(os.environ, home)
    with (home / "server.log").open("w") as log, subprocess.Popen(command, env=environment, stderr=log) as server:
        try:
            yield wait_for_server(f"http://127.0.0.1:{port}", server)
        finally:
            end(server)


def free_port() -> int:
    """A port of the loopback interface that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_server(address: str, server: subprocess.Popen[Any]) -> str:
    """The address, once the server answers at it; RuntimeError where the server ended instead."""
    while True:
        with suppress(urllib.error.URLError), DIRECT.open(f"{address}/api?token={TOKEN}"):
            return address
        with suppress(subprocess.TimeoutExpired):
            raise RuntimeError(f"the server ended with {server.wait(timeout=0.1)}")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A chromium until the end of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def open_notebook(browser: Browser, address: str, path: str) -> Iterator[Page]:
    """A page with a notebook open, rendered and with a kernel that is ready; its kernel ends with the block."""
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.goto(f"{address}/lab/workspaces/{Path(path).stem}/tree/{path}?token={TOKEN}&reset")
    page.wait_for_function(f"window.jupyterapp && {NOTEBOOK} && {NOTEBOOK}.context && {NOTEBOOK}.context.isReady")
    try:
        page.evaluate(f"{NOTEBOOK}.revealed.then(() => {NOTEBOOK}.sessionContext.ready).then(() => null)")
        wait_until_idle(page)
        yield page
    finally:
        page.evaluate(f"{NOTEBOOK}.sessionContext.shutdown().then(() => null)")
        page.context.close()


def wait_until_idle(page: Page) -> None:
    """Wait until the kernel has nothing to do."""
    page.wait_for_function(f"{NOTEBOOK}.sessionContext.session?.kernel?.status === 'idle'")


def run_command(page: Page, name: str, arguments: dict[str, Any] | None = None) -> None:
    """Give one of JupyterLab's commands, and wait until it is done."""
    page.evaluate(
        "([name, a]) => window.jupyterapp.commands.execute(name, a).then(() => null)", [name, arguments or {}]
    )


def run_all_cells(page: Page, seconds: float) -> list[str]:
    """Run all cells; returns what went wrong, as the names of errors."""
    page.set_default_timeout(seconds * 1000)
    run_command(page, "notebook:run-all-cells")
    page.wait_for_function(f"{CELLS}.every(cell => cell.model.executionCount !== null)")
    wait_until_idle(page)
    outputs = page.evaluate(f"{CELLS}.flatMap(cell => cell.model.outputs.toJSON())")
    return [output["ename"] for output in outputs if output["output_type"] == "error"]


def ask_kernel(page: Page, code: str) -> Any:
    """What a piece of Python that prints JSON says in the notebook's own kernel."""
    asked = f"""async code => {{
        const kernel = {NOTEBOOK}.sessionContext.session.kernel, said = [];
        const future = kernel.requestExecute({{code, store_history: false}});
        future.onIOPub = message => {{
            if (message.header.msg_type === 'stream') said.push(message.content.text);
            if (message.header.msg_type === 'error') said.push(message.content.traceback.join('\\n'));
        }};
        await future.done;
        return said.join('');
    }}"""
    said = page.evaluate(asked, code)
    try:
        return json.loads(said)
    except ValueError:
        raise RuntimeError(f"the kernel said: {said}") from None


def photograph_notebook(page: Page, folder: Path, name: str) -> None:
    """Photograph the whole notebook from top to bottom, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = "document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer')"
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.set_viewport_size({"width": 1100, "height": page.evaluate(f"{whole}.scrollHeight") + 150})
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        run_command(page, "apputils:change-theme", {"theme": theme})
        page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")
        page.wait_for_selector("#jupyterlab-splash", state="detached")
        page.evaluate(f"{whole}.scrollTop = 0")
        page.screenshot(path=folder / f"{name}-{theme.split()[1].lower()}.png", animations="disabled")
