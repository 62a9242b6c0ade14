"""The rooms of the house and the arrows between them, `python -m authoring.rooms`: drawn from the imports themselves.

It writes `docs/rooms.svg` and the table of rooms in ARCHITECTURE.md. With `--check` it writes nothing: it holds the
imports to the contracts in pyproject.toml (import-linter) and what is written to what a fresh look finds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module

import grimp
import networkx as nx
import pandas as pd
from importlinter.cli import lint_imports
from matplotlib import rc_context
from matplotlib.patches import FancyArrowPatch

from authoring.verify import ROOT
from twitterlab.figures.figure import canvas
from twitterlab.figures.palette import INK, QUIET, styled, tint

PACKAGE, WORDS = "twitterlab", "the words"
ALONE = {"workers": "Threads that do a system's background work."}  # modules that are a room by themselves
OPEN = ("classroom", "parts")  # rooms with rooms inside
PAGE, PICTURE = ROOT / "ARCHITECTURE.md", ROOT / "docs" / "rooms.svg"
BEGIN, END = "<!-- rooms: made by `python -m authoring.rooms` -->\n", "<!-- rooms end -->"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the picture and the table, or check them; returns 0, or 1 where an import or the page breaks a rule."""
    parser = argparse.ArgumentParser(prog="python -m authoring.rooms", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not as it should be")
    check = parser.parse_args(argv).check
    house = house_of(grimp.build_graph(PACKAGE))
    page = PAGE.read_text(encoding="utf-8")
    if check:
        if stale := page != with_rooms(page, house):
            print("ARCHITECTURE.md tells other rooms than there are: run python -m authoring.rooms", file=sys.stderr)
        return int(lint_imports() or stale)
    PAGE.write_text(with_rooms(page, house), encoding="utf-8")
    draw_rooms(house)
    return 0


def house_of(imports: grimp.ImportGraph) -> nx.DiGraph[str]:
    """The rooms, with an arrow from each to those that it imports from."""
    house: nx.DiGraph[str] = nx.DiGraph()
    for module in sorted(imports.modules):
        if (room := room_of(module)) is None:
            continue
        house.add_node(room)
        for imported in sorted(imports.find_modules_directly_imported_by(module)):
            other = room_of(imported)
            if other is not None and other != room:
                house.add_edge(room, other)
    return house


def room_of(module: str) -> str | None:
    """The room that a module stands in, by its path below the package; None for the doors, which are in no room."""
    parts = module.split(".")[1:]
    if not parts or (parts[0] in OPEN and len(parts) == 1):
        return None
    if is_package(f"{PACKAGE}.{parts[0]}"):
        return "/".join(parts[:2]) if parts[0] in OPEN else parts[0]
    return parts[0] if parts[0] in ALONE else WORDS


def is_package(module: str) -> bool:
    """Whether a module is a folder of modules."""
    return hasattr(import_module(module), "__path__")


def floors_of(house: nx.DiGraph[str]) -> list[list[str]]:
    """The rooms by floor, the highest first: each imports only from floors below its own."""
    if not nx.is_directed_acyclic_graph(house):
        raise ValueError(f"imports run in a circle: {' -> '.join(edge[0] for edge in nx.find_cycle(house))}")
    lowest_first = nx.topological_generations(house.reverse())
    return [sorted(floor) for floor in lowest_first][::-1]


def purpose_of(room: str) -> str:
    """The first sentence of a room's own docstring."""
    if room in ALONE:
        return ALONE[room]
    if room == WORDS:
        return "What everybody uses: model, checks, clock, IDs, counters."
    text = import_module(f"{PACKAGE}.{room.replace('/', '.')}").__doc__ or ""
    return text.split("\n")[0]


def rooms_table(house: nx.DiGraph[str]) -> str:
    """A row for each room, the highest floor first: its folder, what it is for, what it imports from."""
    rows = [
        {
            "room": link_to(room),
            "what it is for": purpose_of(room),
            "imports from": ", ".join(sorted(house.successors(room))) or "nothing",
        }
        for floor in floors_of(house)
        for room in floor
    ]
    return pd.DataFrame(rows).to_markdown(index=False)


def link_to(room: str) -> str:
    """A room as Markdown, linked to its folder or file."""
    if room == WORDS:
        return f"{room}, in [`{PACKAGE}/`]({PACKAGE})"
    return f"[`{room}.py`]({PACKAGE}/{room}.py)" if room in ALONE else f"[`{room}/`]({PACKAGE}/{room})"


def with_rooms(page: str, house: nx.DiGraph[str]) -> str:
    """The page with the table of rooms put anew between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rooms_table(house)}\n\n{END}{after}"


def draw_rooms(house: nx.DiGraph[str]) -> None:
    """Draw the rooms on their floors; an arrow that others already imply is left out, one behind a room is bent."""
    storeys = floors_of(house)
    floor = {room: number for number, rooms in enumerate(storeys) for room in rooms}
    place = dict(places_on_floors(storeys))
    with styled(), rc_context({"svg.hashsalt": PACKAGE}):  # so that the same rooms give the same file
        figure = canvas(8, 8)
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.axis("off")
        paper = {"boxstyle": "round,pad=0.5", "facecolor": tint("shard", 0.2), "edgecolor": QUIET}
        words = {room: axes.text(*place[room], room, ha="center", va="center", color=INK, bbox=paper) for room in place}
        for user, used in nx.transitive_reduction(house).edges:
            behind = place[user][0] == place[used][0] and floor[used] - floor[user] > 1
            arrow = FancyArrowPatch(
                place[user],
                place[used],
                arrowstyle="-|>",
                connectionstyle=f"arc3,rad={-0.7 if behind else 0}",
                mutation_scale=14,
                patchA=words[user].get_bbox_patch(),
                patchB=words[used].get_bbox_patch(),
                color=QUIET,
                linewidth=1.2,
            )
            axes.add_patch(arrow)
        figure.savefig(PICTURE, metadata={"Date": None})


def places_on_floors(storeys: list[list[str]]) -> Iterator[tuple[str, tuple[float, float]]]:
    """Where each room's middle is drawn, from 0 to 1 in both directions."""
    for number, floor in enumerate(storeys):
        for column, room in enumerate(floor):
            yield room, ((column + 1) / (len(floor) + 1), 1 - (number + 0.5) / len(storeys))


if __name__ == "__main__":
    sys.exit(main())
