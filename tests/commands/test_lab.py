"""`twitterlab lab` serves the learner's copy of a clone's lessons, and says where when it cannot open a window."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import end

from twitterlab.classroom.course import copy as course
from twitterlab.commands import clones, lab

MODULE = Path("twitterlab", "commands", "clones.py")
RAN = {"output_type": "stream", "name": "stdout", "text": ["1"]}
CELL = {"cell_type": "code", "id": "cell-0", "metadata": {}, "source": ["print(1)"]}
NOTEBOOK = {
    "cells": [CELL | {"execution_count": 1, "outputs": [RAN]}],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy does not know this machine


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    home = tmp_path / "a clone"
    for name in ("notebooks/02_later.ipynb", "notebooks/01_first.ipynb", "exercises/01_first.ipynb"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(json.dumps(NOTEBOOK))
    (home / "notebooks" / "README.md").write_text("# The course\n")
    return home


@pytest.fixture
def server(clone: Path) -> Iterator[subprocess.Popen[str]]:
    """A lab that believes there is no browser; the copy and all of Jupyter's own files are in the temporary folder."""
    private = {f"JUPYTER_{kind}_DIR": str(clone.parent / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
    environ = {name: value for name, value in os.environ.items() if name not in hidden} | private
    environ["PYTHONPATH"] = str(Path(lab.__file__).parents[2])
    command = [
        sys.executable,
        "-m",
        "twitterlab.commands.lab",
        "--course",
        str(clone.parent / "a copy"),
        "--port-retries=200",
    ]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=clone, env=environ, text=True, **pipes) as process:
        try:
            yield process
        finally:
            end(process)


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


SETTINGS = (
    ("@jupyterlab/docmanager-extension:plugin", "defaultViewers", {"markdown": "Markdown Preview"}),
    ("@jupyter-widgets/jupyterlab-manager:plugin", "saveState", True),
    ("@jupyterlab/apputils-extension:notification", "fetchNews", "false"),
)


@pytest.mark.timeout(120)
def test_the_printed_address_opens_the_front_page_of_the_copy(clone: Path, server: subprocess.Popen[str]) -> None:
    assert server.stderr
    assert server.stdout
    assert server.stdout.readline() == f"Your copy of the course is in {clone.parent / 'a copy'}\n"
    assert server.stdout.readline() == "  new or newer files: 4\n"
    printed = next(line for line in server.stderr if "?token=" in line).strip()
    address = re.fullmatch(r"(http://[^/]+)/lab/tree/notebooks/README\.md\?token=(\w+)", printed)
    assert address, printed
    assert b"<title>JupyterLab" in _get(printed, server)
    host, token = address.groups()
    lessons = {"README.md", "01_first.ipynb", "02_later.ipynb"}
    for folder, names in (("notebooks", lessons), ("exercises", {"01_first.ipynb"})):
        listing = json.loads(_get(f"{host}/api/contents/{folder}?token={token}", server))
        assert {entry["name"] for entry in listing["content"]} == names
    served = json.loads(_get(f"{host}/api/contents/notebooks/01_first.ipynb?token={token}", server))["content"]
    assert served["cells"][0]["outputs"] == []
    assert json.loads((clone / "notebooks/01_first.ipynb").read_text()) == NOTEBOOK
    for plugin, setting, value in SETTINGS:
        schema = json.loads(_get(f"{host}/lab/api/settings/{plugin}?token={token}", server))["schema"]
        assert schema["properties"][setting]["default"] == value


def test_root_and_a_missing_browser_are_told_to_jupyter_only_where_they_are_so(clone: Path) -> None:
    plain = lab.lab_options(clone, browser=True, root=False)
    assert not {"--no-browser", "--allow-root"} & set(plain)
    assert lab.lab_options(clone, browser=False, root=True) == [*plain, "--no-browser", "--allow-root"]


def test_before_there_is_a_front_page_the_lessons_folder_opens(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    assert "--LabApp.default_url=/lab/tree/notebooks" in lab.lab_options(tmp_path, browser=True, root=False)


def test_without_lessons_it_says_where_to_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clones, "__file__", str(tmp_path / "site-packages" / MODULE))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    assert lab.serve_course(["--course", str(tmp_path / "copy")]) == 1
    assert "run it in a clone" in capsys.readouterr().err
    assert not (tmp_path / "copy").exists()


def test_a_copy_is_no_clone_to_copy_from(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone)
    monkeypatch.setattr(clones, "__file__", str(clone / MODULE))
    assert clones.find_clone() == clone
    course.refresh_course(clone, clone.parent / "a copy")
    monkeypatch.chdir(clone.parent / "a copy")
    assert clones.find_clone() == clone
    monkeypatch.setattr(clones, "__file__", str(clone.parent / "site-packages" / MODULE))
    monkeypatch.setattr(sys, "prefix", str(clone.parent / ".venv"))
    assert clones.find_clone() is None


def test_a_handout_in_which_the_environment_lies_is_a_clone_to_copy_from(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clone.parent)
    monkeypatch.setattr(clones, "__file__", str(clone / ".venv" / "site-packages" / MODULE))
    monkeypatch.setattr(sys, "prefix", str(clone / ".venv"))
    assert clones.find_clone() == clone


def test_where_the_copy_cannot_be_made_it_says_so_in_a_line(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(clone)
    (clone.parent / "file").write_text("")
    for place in (clone / "mine", clone.parent / "file"):
        assert lab.serve_course(["--course", str(place)]) == 1
        error = capsys.readouterr().err
        assert str(place) in error
        assert error.count("\n") == 1


def test_only_the_course_option_is_ours() -> None:
    assert lab.course_and_rest(["--port=1", "--course", "a b", "--no-browser"]) == ("a b", ["--port=1", "--no-browser"])
    assert lab.course_and_rest(["--course=x", "--cours", "y"]) == ("x", ["--cours", "y"])
    assert lab.course_and_rest([]) == (None, [])


def test_what_was_kept_comes_with_the_command_that_gets_the_newer_one() -> None:
    done = course.Refreshed(kept=["notebooks/03_read_replicas.ipynb"])
    plain = lab.course_news(Path("/home/course"), done, None)
    assert plain[0] == "Your copy of the course is in /home/course"
    assert plain[1].endswith("twitterlab reset notebooks/03_read_replicas.ipynb")
    assert lab.course_news(Path("/home/course"), done, "a b")[1].endswith(" --course 'a b'")
    assert len(plain) == 2


def test_terminals_in_jupyterlab_find_the_program_and_the_copy(tmp_path: Path) -> None:
    environ = lab.for_terminals(tmp_path, {"PATH": "/usr/bin"})
    assert environ["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/usr/bin"]
    assert course.chosen_folder(None, environ) == tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="its shells have no login")
def test_terminals_are_no_login_shells_which_would_forget_where_the_program_is(tmp_path: Path) -> None:
    (option,) = [o for o in lab.lab_options(tmp_path, browser=True, root=False) if "terminado_settings" in o]
    ((command,),) = ast.literal_eval(option.partition("=")[2]).values()
    assert subprocess.run([command, "-c", "exit 7"], check=False).returncode == 7


def test_help_is_short_and_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.serve_course(["--help"]) == 0
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


def test_the_command_is_named_as_this_shell_can_call_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = tmp_path / ".venv" / "bin"
    beside.mkdir(parents=True)
    (beside / "twitterlab").write_text("")
    monkeypatch.setattr(sys, "executable", str(beside / "python"))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert lab.program_name() == str(beside / "twitterlab")
    monkeypatch.chdir(tmp_path)
    assert lab.program_name() == os.path.join(".venv", "bin", "twitterlab")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert lab.program_name() == "twitterlab"
