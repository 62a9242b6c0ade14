"""Where keys of tokens lie, which of them count, and what no token is made for."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

import twitterlab as tl
from twitterlab.commands.cli import main
from twitterlab.model import StorageError
from twitterlab.service import Signer, keys


def test_what_was_killed_does_not_count_as_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that was killed leaves its key; the next one must be found without saying which."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as dead:
        port = dead.getsockname()[1]
    Signer.new(tl.SystemClock().now).write(keys.running_file(port))
    with (
        socket.create_server(("127.0.0.1", 0)) as alive,
        keys.announced_key(Signer.new(tl.SystemClock().now), alive.getsockname()[1]),
    ):
        assert list(keys.running_ports()) == [alive.getsockname()[1]]


def test_two_services_on_one_port_of_two_addresses_keep_their_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1:8000 and 127.0.0.2:8000: the second one to end must not take the first one's key along."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first, second = (Signer.new(tl.SystemClock().now) for _ in range(2))
    with keys.announced_key(first, 8000):
        with pytest.raises(StorageError), keys.announced_key(second, 8000):
            pass
        assert Signer.read(keys.running_file(8000), tl.SystemClock().now).secret == first.secret


WEAK = [
    {"instance": "a", "secret": ""},
    {"instance": "a", "secret": "00"},
    {"instance": None, "secret": "00" * 32},
]


@pytest.mark.parametrize("kept", WEAK, ids=["empty", "one byte", "no instance"])
def test_a_key_that_protects_nothing_is_refused(tmp_path: Path, kept: dict[str, Any]) -> None:
    (tmp_path / "key.json").write_text(json.dumps(kept))
    with pytest.raises(StorageError):
        Signer.read(tmp_path / "key.json", tl.SystemClock().now)


@pytest.mark.parametrize("user", ["-5", "9" * 25])
def test_no_token_is_made_for_what_is_no_user(tmp_path: Path, user: str, capsys: pytest.CaptureFixture[str]) -> None:
    Signer.new(tl.SystemClock().now).write(tmp_path / "service" / "key.json")
    try:
        code = main(["token", "--path", str(tmp_path), "--", user])
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_a_port_that_there_is_not_is_said_in_one_line(
    tmp_path: Path, port: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    try:
        code: Any = main(["serve", "--stage", "1", "--tweets", "0", "--port", port])
    except SystemExit as left:
        code = left.code
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err
