"""Follows in text: a fast parse, and a patient one that finds the line over which the fast one stumbled."""

from __future__ import annotations

import codecs
import csv
import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from twitterlab.model import MAX_ID, Ids, InvalidGraph
from twitterlab.workloads.graph_columns import (
    Columns,
    chosen_columns,
    how_to_choose,
    is_header,
    known_pairs_among,
    named_columns,
)

INTEGER = re.compile(r"[+-]?[0-9]+")
COMMENT = re.compile(rb"[#%][^\r\n]*")
LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n|\Z)")
HEX = re.compile(rb"0[xX]")
USERS = re.compile(r"twitterlab\.users\W*(\S*)")
NumberedRows = Iterator[tuple[int, list[str]]]
ColumnPair = tuple[Any, Any]


@dataclass(frozen=True)
class Edges:
    """The two columns of a file; `where(i)` names the place of edge `i` in it, `users` is what the file itself says."""

    followers: Any
    followees: Any
    where: Callable[[int], str]
    users: int | None = None


@dataclass(frozen=True)
class Shape:
    """What the lines of a text say before the first follow: fields a line, the two that count, and lines of heading."""

    width: int
    at: tuple[int, int]
    names: tuple[str, str] = ("follower", "followee")
    heading: int = 0  # lines up to the header, which is the last of them; 0 where there is none
    users: int | None = None


def read_csv(file: Path, columns: Columns = None) -> Edges:
    """Two columns of a CSV file; a first line without numbers is its header, and lines of `#` may stand before it."""
    shape = text_shape(file, csv_rows(file), lambda text: next(csv.reader([text]), []), columns)
    return parsed_edges(file, shape, fast_csv(file, shape), csv_rows)


def read_list(file: Path, columns: Columns = None) -> Edges:
    """Lines of integers with white space between; `#` or `%` starts a comment, as in the collections SNAP and KONECT.

    Column names may stand in the first line or in a comment before it.
    """
    shape = text_shape(file, list_rows(file), str.split, columns)
    return parsed_edges(file, shape, fast_list(file, shape), list_rows)


def text_shape(file: Path, rows: NumberedRows, split: Callable[[str], list[str]], columns: Columns) -> Shape:
    """What header, comments and first line say of a text; InvalidGraph where they do not say which columns count."""
    comments = leading_comments(file)
    users = users_in_comments(file, comments)
    line, first = next(rows, (0, []))
    if not first:
        return Shape(2, (0, 1), users=users)
    if is_header(first):
        names = [name.strip() for name in first]
        one, other = at = named_columns(file, names, columns)
        return Shape(len(names), at, (names[one], names[other]), line, users)
    titles = [[name.strip() for name in split(text)] for text in comments]
    fitting = [names for names in titles if len(names) == len(first)]
    return Shape(len(first), headless_columns(file, line, first, fitting, columns), users=users)


def headless_columns(
    file: Path, line: int, first: Sequence[str], titles: Sequence[Sequence[str]], columns: Columns
) -> tuple[int, int]:
    """The columns of a text without header: as chosen, as a comment above it names them, or the only two."""
    if columns is not None:
        asked = {name.casefold() for name in columns if isinstance(name, str)}
        named = [names for names in titles if asked <= {name.casefold() for name in names}]
        return chosen_columns(file, named[-1] if asked and named else [], len(first), columns)
    pairs = [found for names in titles if len(found := known_pairs_among(names)) == 1]
    if pairs:
        return pairs[-1][0]
    if len(first) != 2:
        raise InvalidGraph(wrong_width(file, line, first, 2) + (f"; {how_to_choose()}" if len(first) > 2 else ""))
    return 0, 1


def leading_comments(file: Path) -> list[str]:
    """The text of the comments before the first line that is none."""
    with open_text(file) as stream:
        return [line.strip().lstrip("#%").strip() for line in takewhile(is_comment, stream)]


def is_comment(line: str) -> bool:
    """Whether a line is blank or begins as a comment."""
    return not line.strip() or line.lstrip()[0] in "#%"


def users_in_comments(file: Path, comments: Sequence[str]) -> int | None:
    """The number of users that a comment declares."""
    said = [found[1] for text in comments if (found := USERS.match(text))]
    return declared_users(f"{file}: comment", said[-1].encode()) if said else None


def declared_users(place: str, said: bytes) -> int:
    """The number of users that a file itself declares; InvalidGraph where that is no number."""
    if not said.isdigit():
        raise InvalidGraph(f"{place} twitterlab.users is {said!r}, not a number of users")
    return int(said)


def fast_csv(file: Path, shape: Shape) -> ColumnPair | None:
    """The two columns by Arrow's reader, or None where it does not see clean integers; it reads 0x10 as one."""
    data = below_heading(read_bytes(file), shape.heading or count_leading_comments(file))
    if HEX.search(data):
        return None
    import pyarrow.csv as pa_csv

    names = [str(i) for i in range(shape.width)]
    wanted = [names[i] for i in shape.at]
    types = dict.fromkeys(wanted, pa.int64())
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(column_names=names),
            convert_options=pa_csv.ConvertOptions(include_columns=wanted, column_types=types),
        )
    except pa.ArrowInvalid:
        return None
    if any(column.null_count for column in table.columns):
        return None
    return table.column(0).to_numpy(), table.column(1).to_numpy()


def fast_list(file: Path, shape: Shape) -> ColumnPair | None:
    """The two columns by the reader of pandas, or None where it does not see as many clean integers in each line.

    That reader takes 2.0 and 1e0 for integers, so it is shown only what consists of digits, signs and white space.
    """
    plain = COMMENT.sub(b"", below_heading(read_bytes(file), shape.heading))
    if plain.translate(None, b"0123456789+- \t\r\n"):
        return None
    import pandas as pd  # a third of a second, so only where a list is read

    try:
        frame = pd.read_csv(BytesIO(plain), sep=r"\s+", header=None, dtype=np.int64, engine="c")
    except (ValueError, OverflowError):
        return None
    one, other = shape.at
    return (frame[one].to_numpy(), frame[other].to_numpy()) if frame.shape[1] == shape.width else None


def csv_rows(file: Path) -> NumberedRows:
    """Line number and fields of every row of a CSV file that is not blank, comments before the first left out."""
    above = count_leading_comments(file)
    with open_text(file, newline="") as stream:
        reader = csv.reader(islice(stream, above, None))
        yield from ((above + reader.line_num, row) for row in reader if row)


def count_leading_comments(file: Path) -> int:
    """How many lines there are before the first that is no comment."""
    return len(leading_comments(file))


def list_rows(file: Path) -> NumberedRows:
    """Line number and fields of every line that is more than white space and comment."""
    with open_text(file) as stream:
        split = ((number, re.split("[#%]", line, maxsplit=1)[0].split()) for number, line in enumerate(stream, 1))
        yield from ((number, fields) for number, fields in split if fields)


def open_text(file: Path, newline: str | None = None) -> Any:
    """A text file or a compressed one, for reading."""
    door: Any = gzip.open if file.suffix.lower() == ".gz" else open
    return door(file, "rt", encoding="utf-8-sig", errors="replace", newline=newline)


def read_bytes(file: Path) -> bytes:
    """All of a text file or a compressed one, without the mark of UTF-8."""
    data = file.read_bytes()
    return (gzip.decompress(data) if file.suffix.lower() == ".gz" else data).removeprefix(codecs.BOM_UTF8)


def below_heading(data: bytes, lines: int) -> bytes:
    """What stands below the first lines."""
    end = 0
    for _ in range(lines):
        end = LINE.match(data, end).end()  # type: ignore[union-attr]  # it matches an empty line, too
    return data[end:] if end else data


def parsed_edges(
    file: Path, shape: Shape, columns: ColumnPair | None, rows_of: Callable[[Path], NumberedRows]
) -> Edges:
    """The columns of the fast parse, or what the patient one finds: edges or the first line that is none."""

    def rows() -> NumberedRows:
        return islice(rows_of(file), 1 if shape.heading else 0, None)

    followers, followees = parse_patiently(file, rows(), shape) if columns is None else columns
    return Edges(followers, followees, lambda i: f"{file}: line {next(islice(rows(), i, None))[0]}", shape.users)


def parse_patiently(file: Path, rows: NumberedRows, shape: Shape) -> tuple[Ids, Ids]:
    """Both columns, parsed cell by cell; costs about a microsecond a row, and knows where it is."""
    found: tuple[list[int], list[int]] = ([], [])
    for line, fields in rows:
        if len(fields) != shape.width:
            raise InvalidGraph(wrong_width(file, line, fields, shape.width))
        for column, i, name in zip(found, shape.at, shape.names, strict=True):
            column.append(cell_as_integer(f"{file}: line {line}", name, fields[i]))
    return np.array(found[0], np.int64), np.array(found[1], np.int64)


def wrong_width(file: Path, line: int, fields: Sequence[str], width: int) -> str:
    """What is said of a line with more or fewer fields than there should be."""
    return f"{file}: line {line}: {len(fields)} fields where {width} are expected: {fields}"


def cell_as_integer(where: str, name: str, text: str) -> int:
    """One cell as an integer of at most 63 bits."""
    if not text.strip():
        raise InvalidGraph(f"{where}: {name} is empty, a missing value")
    if not INTEGER.fullmatch(text.strip()):
        raise InvalidGraph(f"{where}: {text!r} is not an integer")
    if len(text.strip().lstrip("+-0")) > 19 or abs(int(text)) > MAX_ID:
        raise InvalidGraph(f"{where}: {text.strip()} does not fit 63 bits")
    return int(text)
