"""`twitterlab lab` serves the lessons of a clone, and says where when it cannot open a window."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest

from twitterlab import lab

NOTEBOOK = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy does not know this machine


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    home = tmp_path / "a clone"
    for name in ("notebooks/02_later.ipynb", "notebooks/01_first.ipynb", "exercises/01_first.ipynb"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(json.dumps(NOTEBOOK))
    return home


@pytest.fixture
def server(clone: Path) -> Iterator[subprocess.Popen[str]]:
    """A lab that believes there is no browser, with all of Jupyter's own files in the temporary folder."""
    private = {f"JUPYTER_{kind}_DIR": str(clone.parent / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
    environ = {name: value for name, value in os.environ.items() if name not in hidden} | private
    environ["PYTHONPATH"] = str(Path(lab.__file__).parents[1])
    command = [sys.executable, "-m", "twitterlab.lab", "--port-retries=200"]
    with subprocess.Popen(command, cwd=clone, env=environ, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.terminate()


def _get(url: str, server: subprocess.Popen[str]) -> bytes:
    """The body at `url`; Jupyter prints its address a moment before it listens, so a refusal is asked again."""
    while True:
        try:
            with DIRECT.open(url) as answer:
                return bytes(answer.read())
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"the server ended with {server.wait(timeout=0.05)}")


@pytest.mark.timeout(120)
def test_the_printed_address_answers_with_the_first_lesson(server: subprocess.Popen[str]) -> None:
    assert server.stderr
    printed = next(line for line in server.stderr if "?token=" in line).strip()
    address = re.fullmatch(r"(http://[^/]+)/lab/tree/notebooks/01_first.ipynb\?token=(\w+)", printed)
    assert address, printed
    assert b"<title>JupyterLab" in _get(printed, server)
    host, token = address.groups()
    for folder, names in (("notebooks", {"01_first.ipynb", "02_later.ipynb"}), ("exercises", {"01_first.ipynb"})):
        listing = json.loads(_get(f"{host}/api/contents/{folder}?token={token}", server))
        assert {entry["name"] for entry in listing["content"]} == names


def test_root_and_a_missing_browser_are_told_to_jupyter_only_where_they_are_so(clone: Path) -> None:
    plain = lab.options(clone, browser=True, root=False)
    assert not {"--no-browser", "--allow-root"} & set(plain)
    assert lab.options(clone, browser=False, root=True) == [*plain, "--no-browser", "--allow-root"]


def test_before_there_are_lessons_their_folder_opens(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    assert "--LabApp.default_url=/lab/tree/notebooks" in lab.options(tmp_path, browser=True, root=False)


def test_without_lessons_it_says_where_to_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lab, "__file__", str(tmp_path / "site-packages" / "twitterlab" / "lab.py"))
    assert lab.lab([]) == 1
    assert "run it in a clone" in capsys.readouterr().err


def test_help_is_short_and_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.lab(["--help"]) == 0
    assert "prints the address" in " ".join(capsys.readouterr().out.split())


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="a desktop always has a window to open")
def test_a_browser_is_one_that_was_named_or_has_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not lab.has_browser({"PATH": "/usr/bin"})
    assert lab.has_browser({"BROWSER": "my-browser"})
    monkeypatch.setattr(webbrowser, "get", object)
    assert lab.has_browser({"DISPLAY": ":0"})


def test_a_screen_without_a_browser_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    assert not lab.has_browser({"WAYLAND_DISPLAY": "wayland-0"})
