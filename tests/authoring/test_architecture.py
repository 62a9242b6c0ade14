"""ARCHITECTURE.md is true: every name on it is in a file of its own row, its rooms are those that there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import grimp
import pytest

from authoring import rooms
from authoring.verify import ROOT

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
LINK, NAME = re.compile(r"\]\(([^)#]+)\)"), re.compile(r"`([A-Za-z_]+(?:\.[A-Za-z_]+)?)`")
ROWS = [line for line in PAGE.split("\n") if line.startswith("|") and "](twitterlab/" in line]
WAYS = [line for line in ROWS if re.match(r"\| \d+ \|", line)]


def names_defined(path: Path) -> set[str]:
    """The functions and classes of a module, and of its classes the methods, as `Class.method`."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


def files_of(row: str) -> list[Path]:
    return [ROOT / link for link in LINK.findall(row) if link.endswith(".py")]


@pytest.mark.parametrize("row", WAYS, ids=lambda row: " ".join(row.split("|")[2].split()[:5]))
def test_every_function_of_a_way_is_in_a_file_of_its_row_and_every_file_has_one(row: str) -> None:
    _, _, _, functions, _, _ = row.split("|")
    names = NAME.findall(functions)
    defined = {path: names_defined(path) for path in files_of(row)}
    assert names
    assert [name for name in names if not any(name in found for found in defined.values())] == []
    assert [path.name for path, found in defined.items() if found.isdisjoint(names)] == []


def test_a_name_that_is_not_there_would_be_found(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("class Feed:\n    def read(self): ...\n\ndef merge(): ...\n")
    assert names_defined(module) == {"Feed", "Feed.read", "merge"}


@pytest.mark.parametrize("link", sorted(set(LINK.findall(PAGE))))
def test_every_link_leads_to_something(link: str) -> None:
    assert (ROOT / link).exists()


def test_both_ways_have_their_dozen_places() -> None:
    assert len(WAYS) >= 20


def test_the_rooms_on_the_page_are_those_of_the_imports_and_lead_one_way() -> None:
    house = rooms.house_of(grimp.build_graph(rooms.PACKAGE))
    assert rooms.with_rooms(PAGE, house) == PAGE
    floor = {room: number for number, floor in enumerate(rooms.floors_of(house)) for room in floor}
    assert [(user, used) for user, used in house.edges if floor[user] >= floor[used]] == []


def test_every_folder_of_the_package_is_a_room_on_the_page() -> None:
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "twitterlab").rglob("__init__.py")}
    inner = {"twitterlab", "twitterlab/classroom", "twitterlab/parts"}  # the doors: rooms stand behind them
    rooms_told = set(re.findall(r"\[`[^`]+/`\]\((twitterlab/[^)]+)\)", PAGE))
    below = {folder for folder in folders if any(folder.startswith(f"{room}/") for room in rooms_told)}
    assert rooms_told == folders - inner - below


def test_a_circle_of_rooms_is_named() -> None:
    house = rooms.house_of(grimp.build_graph(rooms.PACKAGE))
    house.add_edge("parts/store", "stages")
    with pytest.raises(ValueError, match="stages"):
        rooms.floors_of(house)
