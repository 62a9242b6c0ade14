"""Home: a system's directory, which is absent or whole, and held by one process at a time.

Everything is first built in `.creating` and then renamed to `system`, so that a kill during creation leaves nothing
that a later opening would mistake for a system.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from twitterlab.model import StorageError
from twitterlab.parts.store.changes import storage_errors

Facts = dict[str, Any]


class Home:
    """The directory of one system; `facts` says what it is (stage, graph, shards) and is replaced atomically."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        with storage_errors(f"use the directory {self.path.name}"):
            self.path.mkdir(parents=True, exist_ok=True)
            self._refuse_strangers()
            self._lock = FileLock(self.path / "lock", timeout=0, thread_local=False)
            try:
                self._lock.acquire()
            except Timeout as error:
                why = "is held by another process, or open in this one: close it first"
                raise StorageError(f"{self.path.name} {why}") from error

    @property
    def system_folder(self) -> Path:
        """Where the databases lie."""
        return self.path / "system"

    @property
    def facts(self) -> Facts | None:
        """What was written when the system was made; None where there is no system yet."""
        file = self.system_folder / "facts.json"
        if not file.exists():
            return None
        try:
            facts: Facts = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise StorageError(f"{self.path.name}/system/facts.json cannot be read: {error}") from error
        if not isinstance(facts, dict):
            raise StorageError(f"{self.path.name}/system/facts.json is damaged: it holds no facts by name")
        return facts

    def create_files(self, facts: Facts, build: Callable[[Path], None]) -> None:
        """Build the system's files in a folder that becomes the system by one rename."""
        folder = self.path / ".creating"
        with storage_errors("create the system"):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            write_durably(folder / "facts.json", json.dumps(facts))
            for file in folder.iterdir():
                sync_to_disk(file)
            sync_to_disk(folder)
            folder.rename(self.system_folder)
            sync_to_disk(self.path)

    def replace_facts(self, facts: Facts) -> None:
        """Replace the facts in one atomic step."""
        with storage_errors("write facts.json"):
            write_durably(self.system_folder / "facts.json.new", json.dumps(facts))
            (self.system_folder / "facts.json.new").rename(self.system_folder / "facts.json")
            sync_to_disk(self.system_folder)

    def release_lock(self) -> None:
        """Let another process open the directory."""
        self._lock.release()

    def _refuse_strangers(self) -> None:
        known = {"lock", "system", ".creating", "media", "service"}
        strangers = sorted(entry.name for entry in self.path.iterdir() if entry.name not in known)
        if strangers:
            raise StorageError(f"{self.path.name} holds {strangers[0]!r}, which is no part of a system: give another")


def write_durably(file: Path, text: str) -> None:
    """Write a file whose content is on disk when this returns."""
    file.write_text(text)
    sync_to_disk(file)


def sync_to_disk(path: Path) -> None:
    """Ask the operating system to put a file or a directory's entries on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
