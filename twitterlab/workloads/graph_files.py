"""Reading follow graphs from files: a fast parse, and a patient one that finds the line the fast one stumbled over."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from twitterlab.model import MAX_ID, Ids, InvalidGraph

COLUMN_NAMES = ("follower", "followee")
USERS_KEY = b"twitterlab.users"  # Parquet metadata: the number of users, where the last of them have no follows
INTEGER = re.compile(r"[+-]?[0-9]+")
COMMENT = re.compile(rb"#[^\r\n]*")
HEX = re.compile(rb"0[xX]")
NumberedRows = Iterator[tuple[int, list[str]]]
ColumnPair = tuple[Any, Any]


@dataclass(frozen=True)
class Edges:
    """The two columns of a file; `where(i)` names the place of edge `i` in it, `users` is what the file itself says."""

    followers: Any
    followees: Any
    where: Callable[[int], str]
    users: int | None = None


def read_edges(path: Any) -> Edges:
    """The edges of a .parquet, .csv, .txt, .el or .gz file, unchecked but for being pairs of 64-bit integers.

    Raises InvalidGraph, with the line or row and the value, for whatever cannot be read as that.
    """
    readers = {".parquet": read_parquet, ".csv": read_csv, ".txt": read_list, ".el": read_list, ".gz": read_list}
    try:
        file = Path(path)
    except TypeError:
        raise InvalidGraph(f"{path!r} is not a path") from None
    if file.suffix.lower() not in readers:
        raise InvalidGraph(f"{file}: unknown suffix {file.suffix!r}; known are {', '.join(readers)}")
    with file_errors(file):
        edges = readers[file.suffix.lower()](file)
    if not len(edges.followers) and edges.users is None:
        raise InvalidGraph(f"{file}: the file is empty, there are no follows in it")
    return edges


@contextmanager
def file_errors(file: Path) -> Iterator[None]:
    """Turns what a missing, broken or cut file raises into InvalidGraph."""
    try:
        yield
    except FileNotFoundError:
        raise InvalidGraph(f"{file}: no such file") from None
    except EOFError:
        raise InvalidGraph(f"{file}: the gzip stream ends too early; the file was cut short") from None
    except (OSError, zlib.error, pa.ArrowException, csv.Error) as error:
        raise InvalidGraph(f"{file}: cannot be read: {error}") from error


def read_parquet(file: Path) -> Edges:
    """Columns `follower` and `followee`, or the only two, of integer type and without nulls."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as parquet:
        names = parquet.schema_arrow.names
        at = edge_columns(file, names)
        if len(set(names)) < len(names):
            raise InvalidGraph(f"{file}: two columns have the same name: {', '.join(names)}")
        table = parquet.read(columns=[names[i] for i in at])
    followers, followees = (integer_column(file, names[i], table.column(names[i])) for i in at)
    said = (table.schema.metadata or {}).get(USERS_KEY)
    return Edges(followers, followees, lambda i: f"{file}: row {i}", declared_users(file, said))


def integer_column(file: Path, name: str, column: Any) -> Any:
    """A Parquet column as a numpy array of integers, or InvalidGraph with its first value that is none."""
    if column.null_count:
        row = column.is_null().to_numpy(zero_copy_only=False).argmax()
        raise InvalidGraph(f"{file}: row {row}: {name} is null")
    if not pa.types.is_integer(column.type):
        first = f"row 0: {name} is {column[0].as_py()!r}: " if len(column) else ""
        raise InvalidGraph(f"{file}: {first}column {name} holds {column.type}, not integers")
    return column.to_numpy()


def declared_users(file: Path, said: bytes | None) -> int | None:
    """The number of users that a Parquet file's metadata declares."""
    if said is None:
        return None
    if not said.isdigit():
        raise InvalidGraph(f"{file}: metadata {USERS_KEY.decode()} is {said!r}, not a number of users")
    return int(said)


def edge_columns(file: Path, names: list[str]) -> tuple[int, int]:
    """Which two columns hold the edges: the two with the right names, or else the only two."""
    if all(name in names for name in COLUMN_NAMES):
        return names.index(COLUMN_NAMES[0]), names.index(COLUMN_NAMES[1])
    if len(names) == 2:
        return 0, 1
    raise InvalidGraph(f"{file}: columns are {', '.join(names) or 'none'}; follower and followee are needed")


def read_csv(file: Path) -> Edges:
    """Two columns of a CSV file; a first line of two integers is taken as data, any other as header."""
    line, header = next(csv_rows(file), (0, []))
    if not header:
        raise InvalidGraph(f"{file}: the file is empty")
    names = [cell.strip() for cell in header]
    at, headless = edge_columns(file, names), len(names) == 2 and all(map(INTEGER.fullmatch, names))
    skip = 0 if headless else 1
    rows = lambda: islice(csv_rows(file), skip, None)  # noqa: E731
    columns = fast_csv(file, len(names), at, 0 if headless else line)
    return parsed_edges(file, columns, rows, len(names), at)


def fast_csv(file: Path, width: int, at: tuple[int, int], skip: int) -> ColumnPair | None:
    """The two columns by Arrow's reader, or None where it does not see clean integers; it reads 0x10 as one."""
    if HEX.search(file.read_bytes()):
        return None
    import pyarrow.csv as pa_csv

    names = [str(i) for i in range(width)]
    wanted = [names[i] for i in at]
    try:
        table = pa_csv.read_csv(
            file,
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows=skip),
            convert_options=pa_csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.int64())
            ),
        )
    except pa.ArrowInvalid:
        return None
    if any(column.null_count for column in table.columns):
        return None
    return table.column(0).to_numpy(), table.column(1).to_numpy()


def csv_rows(file: Path) -> NumberedRows:
    """Line number and fields of every row of a CSV file that is not blank."""
    with open(file, encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.reader(stream)
        yield from ((reader.line_num, row) for row in reader if row)


def read_list(file: Path) -> Edges:
    """Lines of two integers with white space between; `#` starts a comment, as in the collection of SNAP."""
    return parsed_edges(file, fast_list(file), lambda: list_rows(file), 2, (0, 1))


def fast_list(file: Path) -> ColumnPair | None:
    """The two columns by the reader of pandas, or None where it does not see two clean integers a line.

    That reader takes 2.0 and 1e0 for integers, so it is shown only what consists of digits, signs and white space.
    """
    with open_list(file, "rb") as stream:
        plain = COMMENT.sub(b"", stream.read())
    if plain.translate(None, b"0123456789+- \t\r\n"):
        return None
    import pandas as pd  # a third of a second, so only where a list is read

    try:
        frame = pd.read_csv(BytesIO(plain), sep=r"\s+", header=None, dtype=np.int64, engine="c")
    except (ValueError, OverflowError):
        return None
    return (frame[0].to_numpy(), frame[1].to_numpy()) if frame.shape[1] == 2 else None


def list_rows(file: Path) -> NumberedRows:
    """Line number and fields of every line that is more than white space and comment."""
    with open_list(file) as stream:
        split = ((number, line.split("#", 1)[0].split()) for number, line in enumerate(stream, 1))
        yield from ((number, fields) for number, fields in split if fields)


def open_list(file: Path, mode: str = "rt") -> Any:
    """A text file or a compressed one, for reading."""
    door: Any = gzip.open if file.suffix.lower() == ".gz" else open
    return door(file, mode) if mode == "rb" else door(file, mode, encoding="utf-8-sig", errors="replace")


def parsed_edges(
    file: Path, columns: ColumnPair | None, rows: Callable[[], NumberedRows], width: int, at: tuple[int, int]
) -> Edges:
    """The columns of the fast parse, or what the patient one finds: edges or the first line that is none."""
    followers, followees = parse_patiently(file, rows(), width, at) if columns is None else columns
    return Edges(followers, followees, lambda i: f"{file}: line {next(islice(rows(), i, None))[0]}")


def parse_patiently(file: Path, rows: NumberedRows, width: int, at: tuple[int, int]) -> tuple[Ids, Ids]:
    """Both columns, parsed cell by cell; costs about a microsecond a row, and knows where it is."""
    found: tuple[list[int], list[int]] = ([], [])
    for line, fields in rows:
        if len(fields) != width:
            raise InvalidGraph(f"{file}: line {line}: {len(fields)} fields where {width} are expected: {fields}")
        for column, i in zip(found, at, strict=True):
            column.append(cell_as_integer(f"{file}: line {line}", fields[i]))
    return np.array(found[0], np.int64), np.array(found[1], np.int64)


def cell_as_integer(where: str, text: str) -> int:
    """One cell as an integer of at most 63 bits."""
    if not INTEGER.fullmatch(text.strip()):
        raise InvalidGraph(f"{where}: {text!r} is not an integer")
    if len(text.strip().lstrip("+-0")) > 19 or abs(int(text)) > MAX_ID:
        raise InvalidGraph(f"{where}: {text.strip()} does not fit 63 bits")
    return int(text)
