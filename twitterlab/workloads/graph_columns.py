"""Which two columns of a file hold the follows: their names say it, whatever the file, or `columns=` does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from twitterlab.model import InvalidGraph, integer

# Who follows, and who is followed. A graph's direction is its meaning, so names that are not here are never guessed.
KNOWN_PAIRS = (
    ("follower", "followee"),
    ("follower", "followed"),
    ("source", "target"),
    ("source", "destination"),
    ("src", "dst"),
    ("from", "to"),
)
COLUMN_NAMES = KNOWN_PAIRS[0]
ENDING = re.compile(r"(node|user)?(ids?|s)?$")
Columns = tuple[Any, Any] | None  # as the caller chose them, each by name or by its number from 0
NUMBER = re.compile(r"\s*[+-]?\.?[0-9]")


def known_names() -> str:
    """The pairs that are known, in words."""
    return "; ".join(f"{one}, {other}" for one, other in KNOWN_PAIRS)


def plain_name(name: str) -> str:
    """A column's name as it is compared: `FromNodeId`, `from_user` and ` FROM` are all `from`."""
    letters = re.sub(r"[^a-z0-9]", "", name.casefold())
    return ENDING.sub("", letters, count=1)


def known_pairs_among(names: Sequence[str]) -> list[tuple[int, int]]:
    """Where the known pairs stand among a header's names: follower first, whatever their order in the file."""
    plain = [plain_name(name) for name in names]
    pairs = [(one, other) for one, other in KNOWN_PAIRS if one in plain and other in plain]
    return [(i, j) for one, other in pairs for i in places_of(one, plain) for j in places_of(other, plain)]


def places_of(name: str, names: Sequence[str]) -> list[int]:
    """Every place where a name stands."""
    return [i for i, one in enumerate(names) if one == name]


def named_columns(file: Path, names: Sequence[str], columns: Columns = None) -> tuple[int, int]:
    """The two columns that hold the follows, of a file whose columns have names; InvalidGraph where they do not say."""
    if columns is not None:
        return chosen_columns(file, names, len(names), columns)
    found = known_pairs_among(names)
    if len(found) == 1:
        return found[0]
    why = "more than one known pair is among them" if found else f"known pairs are {known_names()}"
    raise InvalidGraph(f"{file}: columns are {', '.join(names) or 'none'}; {why}; {how_to_choose()}")


def how_to_choose() -> str:
    """The sentence that says how to take the two columns that are meant."""
    return (
        "columns=(0, 1) takes the first as follower and the second as followee, and names may stand there, too "
        "(--columns 0,1 in a terminal)"
    )


def column_pair(columns: Any) -> tuple[Any, Any]:
    """What a caller gives as `columns=`; InvalidGraph unless it is a pair, whose order is known."""
    if not isinstance(columns, (list, tuple)) or len(columns) != 2:
        raise InvalidGraph(f"columns is {columns!r}: it is two columns, (follower, followee)")
    return columns[0], columns[1]


def chosen_columns(file: Path, names: Sequence[str], width: int, columns: tuple[Any, Any]) -> tuple[int, int]:
    """The places of the two columns that the caller names or counts from 0; InvalidGraph where they are not there."""
    one, other = (column_place(file, names, width, column) for column in columns)
    if one == other:
        raise InvalidGraph(f"columns is {columns!r}: follower and followee are the same column")
    return one, other


def column_place(file: Path, names: Sequence[str], width: int, column: Any) -> int:
    """Where one column stands: by its number from 0, or by its name, if need be whatever the case."""
    if isinstance(column, str):
        found = places_of(column, names) or places_of(column.casefold(), [name.casefold() for name in names])
        if len(found) == 1:
            return found[0]
        there = f"columns are {', '.join(names)}" if names else "its columns have no names: count them from 0"
        raise InvalidGraph(f"{file}: {'two columns are' if found else 'no column is'} called {column!r}; {there}")
    if (place := integer(column)) is None or not 0 <= place < width:
        raise InvalidGraph(f"{file}: column {column!r}: it is a name or a number from 0 to {width - 1}")
    return place


def is_header(fields: Sequence[str]) -> bool:
    """Whether a first line names columns: no field of it begins as a number does."""
    return not any(NUMBER.match(field) for field in fields)
