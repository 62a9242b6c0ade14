"""A system's directory, which is absent or whole, and held by one process at a time; and how a system is opened.

Everything is first built in `.creating` and then renamed to `system`, so that a kill during creation leaves nothing
that a later opening would mistake for a system.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from twitterlab.files import replace_file, sync_to_disk
from twitterlab.model import InvalidGraph, StorageError
from twitterlab.parts.store.changes import storage_errors
from twitterlab.parts.store.layout import Facts, Tables
from twitterlab.workloads.graph import FollowGraph

OpenTables = Callable[[Path | None, Facts, FollowGraph | None], object]


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
            (folder / "facts.json").write_text(json.dumps(facts))
            for file in folder.iterdir():
                sync_to_disk(file)
            sync_to_disk(folder)
            folder.rename(self.system_folder)
            sync_to_disk(self.path)

    def replace_facts(self, facts: Facts) -> None:
        """Replace the facts in one atomic step."""
        with storage_errors("write facts.json"):
            replace_file(self.system_folder / "facts.json", json.dumps(facts).encode())
            sync_to_disk(self.system_folder)

    def release_lock(self) -> None:
        """Let another process open the directory."""
        self._lock.release()

    def _refuse_strangers(self) -> None:
        known = {"lock", "system", ".creating", "media", "service"}
        strangers = sorted(entry.name for entry in self.path.iterdir() if entry.name not in known)
        if strangers:
            raise StorageError(f"{self.path.name} holds {strangers[0]!r}, which is no part of a system: give another")


# Opening: in memory from a graph, in a directory from what is stored there, or made there whole


def open_system(home: Home | None, stage: str, tables: Tables, graph: FollowGraph | None, load: OpenTables) -> Facts:
    """Open a stage's tables by `load`, making them where there are none; returns what the system is.

    Raises InvalidGraph, and StorageError where the directory holds another system than the one asked for.
    """
    if graph is not None and not isinstance(graph, FollowGraph):
        raise InvalidGraph(f"graph is a FollowGraph, not {type(graph).__name__}: FollowGraph.from_... makes one")
    if home is None:
        if graph is None:
            raise InvalidGraph("a system in memory needs a graph: give one, or the path of a stored system")
        facts = new_facts(stage, tables, graph)
        load(None, facts, graph)
        return facts
    if home.facts is None:
        create_system(home, stage, tables, graph, load)
    names = ("users", "graph", "last_id", *tables.default_facts())
    asked = {"stage": stage, **dict.fromkeys(names), **tables.asked_facts()}
    facts = checked_facts(home.facts or {}, asked, graph)
    load(home.system_folder, facts, None)
    return facts


def create_system(home: Home, stage: str, tables: Tables, graph: FollowGraph | None, load: OpenTables) -> None:
    """Make a system in its directory, which is whole or absent whenever this is interrupted."""
    if graph is None:
        raise StorageError(f"{home.path.name} holds no system yet: give a graph to make one")
    facts = new_facts(stage, tables, graph)

    def build(folder: Path) -> None:
        load(folder, facts, graph)
        for database in tables.databases:
            database.checkpoint()
            database.close()

    home.create_files(facts, build)


def new_facts(stage: str, tables: Tables, graph: FollowGraph) -> Facts:
    """What a new system will be known by."""
    return {"stage": stage, "users": graph.users, "graph": graph.digest(), "last_id": 0, **tables.default_facts()}


def checked_facts(stored: Facts, asked: Facts, graph: FollowGraph | None) -> Facts:
    """The stored facts, where they have what is asked for and do not contradict it; else a StorageError."""
    for name, value in asked.items():
        if name not in stored:
            raise StorageError(f"the directory's facts.json is damaged: it lacks {name!r}")
        if value is not None and stored.get(name) != value:
            raise StorageError(f"the directory holds a system with {name} {stored.get(name)!r}, not {value!r}")
    if graph is not None and graph.digest() != stored["graph"]:
        raise StorageError(
            f"the directory's system began with another graph (of {stored['users']} users): give that one, or None"
        )
    return stored
