"""Media comes back byte for byte, once stored it stays, and a store that fails says so by name."""

from __future__ import annotations

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from hypothesis import given
from hypothesis import strategies as st

from twitterlab.model import StorageError, UnknownMedia
from twitterlab.parts.store.media import MediaStore

CAT = b"\x89PNG a picture of a cat"
HEX = "0123456789abcdef" * 4
NO_KEYS: list[Any] = ["", "../secret", "../" * 21 + "x", "/etc/hosts", HEX[1:], HEX + "0", HEX.upper(), HEX + "\n"]
NO_KEYS += ["\u0660" * 64, None, 7, HEX.encode()]


class FullDisk(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A disk on which directories can be made and files opened, but nothing fits."""

    protocol = "fulldisk"

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        file = super()._open(path, mode, **kwargs)
        if "w" in mode:
            file.write = _no_space
        return file


class Unmovable(LocalFileSystem):  # type: ignore[misc]
    """A store that is not local to us, takes every byte, and fails at the move."""

    protocol = "unmovable"

    def mv(self, *_args: Any, **_kwargs: Any) -> None:
        raise OSError(errno.EIO, "the move was lost")


def _no_space(*_args: Any) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


for broken in (FullDisk, Unmovable):
    fsspec.register_implementation(broken.protocol, broken, clobber=True)


@pytest.fixture(params=["memory", "directory", "fsspec memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    urls = {"memory": None, "directory": str(tmp_path / "a" / "b"), "fsspec memory": f"memory://{tmp_path.name}"}
    return MediaStore(urls[request.param])


def _files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*") if path.is_file())


def test_what_was_put_comes_back_under_the_hash_of_its_bytes(store: MediaStore) -> None:
    key = store.put(CAT)
    assert key == hashlib.sha256(CAT).hexdigest()
    assert store.get(key) == CAT


@given(data=st.binary(max_size=300))
def test_any_bytes_come_back(data: bytes) -> None:
    store = MediaStore()
    assert store.get(store.put(data)) == data


def test_the_same_content_is_stored_once_and_nothing_else_is_left(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    key = store.put(CAT)
    written = (tmp_path / key).stat()
    assert store.put(CAT) == key
    assert _files(tmp_path) == [key]
    assert (tmp_path / key).stat().st_ino == written.st_ino


def test_many_writers_of_one_content_leave_one_object(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda n: store.put(bytes([n % 4]) * 10_000), range(64)))
    assert _files(tmp_path) == sorted(keys)
    assert len(keys) == 4


def test_an_unknown_key_is_unknown_media(store: MediaStore) -> None:
    with pytest.raises(UnknownMedia, match="no media is stored"):
        store.get("0" * 64)


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_is_no_key_never_reaches_a_path(store: MediaStore, key: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_object_path", lambda key: pytest.fail(f"{key!r} became part of a path"))
    with pytest.raises(UnknownMedia, match="64 lowercase hex digits"):
        store.get(key)


def test_a_key_cannot_name_a_file_beside_the_store(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    store = MediaStore(tmp_path / "media")
    with pytest.raises(UnknownMedia):
        store.get("../secret")


def test_stores_in_memory_share_nothing() -> None:
    first, second = MediaStore(), MediaStore()
    key = first.put(CAT)
    with pytest.raises(UnknownMedia):
        second.get(key)
    with pytest.raises(UnknownMedia):
        MediaStore("memory://media").get(key)


def test_a_directory_keeps_its_media_for_the_next_store(tmp_path: Path) -> None:
    key = MediaStore(tmp_path / "new" / "deep").put(CAT)
    assert MediaStore(f"file://{tmp_path}/new/deep").get(key) == CAT


def test_put_returns_after_the_bytes_the_entry_and_the_new_directories_are_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(handle: int) -> None:
        events.append(f"sync {Path(os.readlink(f'/proc/self/fd/{handle}')).name.partition('.')[0]}")
        real_fsync(handle)

    def replace(source: str, target: str) -> None:
        events.append("move")
        real_replace(source, target)

    if not Path("/proc/self/fd").exists():
        pytest.skip("the names of open files are read from /proc, which this system has not")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    store = MediaStore(tmp_path / "new" / "deep")
    assert events == [f"sync {tmp_path.name}", "sync new"]
    key = store.put(CAT)
    assert events[2:] == [f"sync {key}", "move", "sync deep"]
    store.put(CAT)  # perhaps another writer moved it and has not synced the directory yet
    assert events[5:] == ["sync deep"]


def test_a_full_disk_is_a_storage_error_and_leaves_nothing(tmp_path: Path) -> None:
    store = MediaStore(f"fulldisk://{tmp_path}")
    with pytest.raises(StorageError, match=r"could not be written.*No space left"):
        store.put(CAT)
    assert _files(tmp_path) == []


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_disk_that_fails_late_is_a_storage_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    store = MediaStore(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os, failing, _no_space)
        with pytest.raises(StorageError, match="No space left"):
            store.put(CAT)
    assert _files(tmp_path) == []
    assert store.get(store.put(CAT)) == CAT  # the store works again as soon as the disk does


def test_a_remote_store_whose_move_fails_is_a_storage_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MediaStore(f"unmovable://{tmp_path}")
    monkeypatch.setattr(store, "_local", False)
    with pytest.raises(StorageError, match="the move was lost"):
        store.put(CAT)
    assert _files(tmp_path) == []


def test_a_crash_before_the_move_leaves_no_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MediaStore(tmp_path)
    key = hashlib.sha256(CAT).hexdigest()
    (tmp_path / f"{key}.0123456789abcdef.part").write_bytes(CAT[:5])  # what a killed process leaves behind
    with pytest.raises(UnknownMedia):
        store.get(key)
    assert store.get(store.put(CAT)) == CAT


def test_a_damaged_object_is_a_storage_error_never_other_bytes(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    key = store.put(CAT)
    (tmp_path / key).write_bytes(CAT[:-1])
    with pytest.raises(StorageError, match="damaged"):
        store.get(key)


def test_a_store_that_cannot_be_read_is_a_storage_error(store: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    key = store.put(CAT)

    def cut_off(_path: str) -> bytes:
        raise TimeoutError("no answer")

    monkeypatch.setattr(store._fs, "cat_file", cut_off)
    with pytest.raises(StorageError, match=r"could not be read.*no answer"):
        store.get(key)


@pytest.mark.parametrize("url", ["nosuchprotocol://bucket", "FILE/below"])
def test_a_store_that_cannot_be_opened_is_a_storage_error(tmp_path: Path, url: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="could not be opened"):
        MediaStore(url.replace("FILE", str(tmp_path / "file")))
