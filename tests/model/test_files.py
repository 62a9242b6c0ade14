"""Files that a crash leaves whole: the old bytes or the new ones, for whom they are meant, and nothing beside them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from twitterlab.files import free_name, replace_file


def test_a_file_is_made_and_replaced_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    for data in (b"first", b"second, and longer", b""):
        replace_file(tmp_path / "facts", data)
        assert (tmp_path / "facts").read_bytes() == data
    assert os.listdir(tmp_path) == ["facts"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_what_fails_before_its_end_leaves_the_old_bytes(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("the disk is gone")

    replace_file(tmp_path / "facts", b"old")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="the disk is gone"):
        replace_file(tmp_path / "facts", b"new")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"facts": b"old"}


def test_half_a_file_that_a_kill_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".facts.part").write_bytes(b"half of much more")
    replace_file(tmp_path / "facts", b"whole")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"facts": b"whole"}


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_the_file_is_for_whom_it_is_meant_from_its_first_byte_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes, real = [], os.fsync

    def fsync(handle: int) -> None:
        modes.append(os.fstat(handle).st_mode & 0o777)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    replace_file(tmp_path / "key", b"secret", mode=0o600)
    assert modes == [0o600]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_the_first_free_name_keeps_the_ending(tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    assert free_name(path, "before-reset") == tmp_path / "lesson.before-reset-1.ipynb"
    for taken in ("lesson.before-reset-1.ipynb", "lesson.before-reset-3.ipynb", "lesson.broken-2.ipynb"):
        (tmp_path / taken).mkdir()
    assert free_name(path, "before-reset") == tmp_path / "lesson.before-reset-2.ipynb"
    assert free_name(tmp_path / "lesson", "before-reset") == tmp_path / "lesson.before-reset-1"
