"""Opening a system: in memory from a graph, in a directory from what is stored there, or made there whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from twitterlab import checks
from twitterlab.model import InvalidGraph, StorageError
from twitterlab.parts.store.directory import Facts, Home
from twitterlab.parts.store.layout import Tables
from twitterlab.workloads.graph import FollowGraph

OpenTables = Callable[[Path | None, Facts, FollowGraph | None], object]


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
    facts = checks.stored_facts(home.facts or {}, asked, graph)
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
