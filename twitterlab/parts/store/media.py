"""The object store of media: bytes under the SHA-256 of the bytes, on a local disk or wherever fsspec reaches."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from twitterlab.files import sync_to_disk
from twitterlab.model import StorageError, UnknownMedia

MEDIA_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


class _PrivateMemory(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A file system in memory that dies with its instance; fsspec's own is one store for the whole process."""

    cachable = False

    def __init__(self) -> None:
        super().__init__()
        self.store: dict[str, Any] = {}
        self.pseudo_dirs = [""]


class MediaStore:
    """Stores bytes once under the hash of their content, so that a key never changes its meaning; thread-safe.

    `url` is a local directory, which is made where it is missing, or any URL that fsspec knows; None keeps all in
    memory, for this instance alone. Whatever fails in the store itself is a `StorageError`.
    """

    def __init__(self, url: str | os.PathLike[str] | None = None) -> None:
        self._name = "memory" if url is None else os.fspath(url)
        with self._storage_errors("opened"):
            self._fs: Any = _PrivateMemory()
            self._root = "/media"
            if url is not None:
                self._fs, self._root = fsspec.url_to_fs(self._name)
            self._local = isinstance(self._fs, LocalFileSystem)
            self._make_root()

    def put(self, data: bytes) -> str:
        """Store `data` and return its key, 64 lowercase hex digits; on a local disk it then survives a power cut.

        It is written under a temporary name and moved, so a crash leaves the whole object or none.
        """
        key = hashlib.sha256(data).hexdigest()
        with self._storage_errors("written"):
            if not self._fs.exists(self._object_path(key)):
                self._write_then_move(data, self._object_path(key))
            self._sync_directory(self._root)  # also where another writer has moved it, but has not got this far
        return key

    def get(self, key: str) -> bytes:
        """The bytes under `key`, proved by their hash; `UnknownMedia` where there are none or it is no key at all."""
        if not isinstance(key, str) or not MEDIA_KEY.fullmatch(key):  # before it becomes part of a path
            raise UnknownMedia(f"a media key is 64 lowercase hex digits, not {key!r}")
        with self._storage_errors("read"):
            try:
                data: bytes = self._fs.cat_file(self._object_path(key))
            except FileNotFoundError:
                raise UnknownMedia(f"no media is stored under {key}") from None
        if hashlib.sha256(data).hexdigest() != key:
            raise StorageError(f"the media store {self._name} is damaged: {key} holds other bytes than were stored")
        return data

    def remove_unfinished(self) -> None:
        """Remove what was being written when a process was killed; for the only one who uses a local store."""
        with self._storage_errors("swept"):
            for path in Path(self._root).glob("*.part") if self._local else ():
                path.unlink(missing_ok=True)

    def _object_path(self, key: str) -> str:
        return f"{self._root}/{key}"

    def _write_then_move(self, data: bytes, path: str) -> None:
        part = f"{path}.{secrets.token_hex(8)}.part"
        try:
            with self._fs.open(part, "wb") as file:
                file.write(data)
                self._sync_file(file)
            self._move(part, path)
        except BaseException:
            with suppress(Exception):  # the first error is the one to report
                self._fs.rm_file(part)
            raise

    def _move(self, part: str, path: str) -> None:
        if self._local:
            os.replace(part, path)  # atomic, where fsspec might copy
        else:
            self._fs.mv(part, path)

    def _sync_file(self, file: Any) -> None:
        if self._local:
            file.flush()
            os.fsync(file.fileno())

    def _sync_directory(self, path: str) -> None:
        if self._local:
            sync_to_disk(Path(path))

    def _make_root(self) -> None:
        if self._local:
            self._make_durable_directory(self._root)
        else:
            self._fs.makedirs(self._root, exist_ok=True)

    def _make_durable_directory(self, path: str) -> None:
        if not os.path.isdir(path):
            self._make_durable_directory(os.path.dirname(path))
            os.makedirs(path, exist_ok=True)
            self._sync_directory(os.path.dirname(path))

    @contextmanager
    def _storage_errors(self, done: str) -> Iterator[None]:
        try:
            yield
        except UnknownMedia:
            raise
        except Exception as error:  # each kind of store has its own errors
            raise StorageError(f"the media store {self._name} could not be {done}: {error!r}") from error
