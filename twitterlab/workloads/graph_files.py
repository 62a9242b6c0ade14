"""Follow graphs in files: which kinds there are, and each of them read, and written so that the same graph is read."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from twitterlab.files import replace_file
from twitterlab.model import InvalidGraph
from twitterlab.workloads.graph_columns import COLUMN_NAMES, Columns, column_pair, named_columns
from twitterlab.workloads.graph_edges import check_users, id_column
from twitterlab.workloads.graph_text import Edges, declared_users, read_csv, read_list

if TYPE_CHECKING:
    from twitterlab.workloads.graph import FollowGraph

KINDS = {".parquet": "parquet", ".csv": "csv", ".txt": "list", ".el": "list", ".csv.gz": "csv", ".gz": "list"}
NOT_PACKED = ".parquet.gz"  # Parquet packs its columns itself
USERS_KEY = "twitterlab.users"  # the number of users, where the last of them have no follows
PACKING: dict[str, Any] = {  # sorted IDs as differences: about two bytes a follow
    "compression": "zstd",
    "use_dictionary": False,
    "column_encoding": dict.fromkeys(COLUMN_NAMES, "DELTA_BINARY_PACKED"),
}


def file_kind(file: Path) -> str:
    """What a file's suffix says it holds: parquet, csv or list; InvalidGraph with the suffixes that are known."""
    name = file.name.lower()
    if not name.endswith(NOT_PACKED):
        for suffix in sorted(KINDS, key=len, reverse=True):
            if name.endswith(suffix) and len(name) > len(suffix):
                return KINDS[suffix]
    found = "".join(file.suffixes[-2:]) if name.endswith(NOT_PACKED) else file.suffix
    raise InvalidGraph(f"{file}: unknown suffix {found!r}; known are {', '.join(KINDS)}")


def path_of(path: Any) -> Path:
    """A path, or InvalidGraph."""
    try:
        return Path(path)
    except TypeError:
        raise InvalidGraph(f"{path!r} is not a path") from None


# Reading


def read_edges(path: Any, columns: Any = None) -> Edges:
    """The edges of a .parquet, .csv, .txt, .el or .gz file, unchecked but for being pairs of 64-bit integers.

    `columns` are the two that hold follower and followee, by name or counted from 0, where their names do not say so.
    Raises InvalidGraph, with the line or row and the value, for whatever cannot be read as that.
    """
    file = path_of(path)
    readers: dict[str, Callable[..., Edges]] = {"parquet": read_parquet, "csv": read_csv, "list": read_list}
    reader, chosen = readers[file_kind(file)], None if columns is None else column_pair(columns)
    with file_errors(file):
        edges = reader(file, chosen)
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


def read_parquet(file: Path, columns: Columns = None) -> Edges:
    """The two columns whose names say so, or that are chosen, of integer type and without nulls."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as parquet:
        names = parquet.schema_arrow.names
        at = named_columns(file, names, columns)
        if len(set(names)) < len(names):
            raise InvalidGraph(f"{file}: two columns have the same name: {', '.join(names)}")
        table = parquet.read(columns=[names[i] for i in at])
    where = lambda i: f"{file}: row {i}"  # noqa: E731
    followers, followees = (id_column(table.column(names[i]), names[i], where) for i in at)
    said = (table.schema.metadata or {}).get(USERS_KEY.encode())
    return Edges(followers, followees, where, None if said is None else declared_users(f"{file}: metadata", said))


# Writing


def write_edges(path: Any, graph: FollowGraph) -> None:
    """Write a graph as the kind of file that its suffix says, whole or not at all; `read_edges` reads the same graph.

    Costs the file's bytes in memory once. Raises InvalidGraph for a suffix that is not known, before anything is done.
    """
    file = path_of(path)
    kind = file_kind(file)
    data = parquet_bytes(graph) if kind == "parquet" else text_bytes(graph, kind)
    packed = file.name.lower().endswith(".gz")
    replace_file(file, gzip.compress(data, compresslevel=6, mtime=0) if packed else data)


def arrow_table(graph: FollowGraph) -> Any:
    """All follows as two Arrow columns, and the number of users beside them."""
    table = pa.table(dict(zip(COLUMN_NAMES, graph.edge_arrays(), strict=True)))
    return table.replace_schema_metadata({USERS_KEY: str(graph.users)})


def parquet_bytes(graph: FollowGraph) -> bytes:
    """A graph as Parquet; its metadata hold the number of users."""
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(arrow_table(graph), sink, **PACKING)
    return sink.getvalue()


def text_bytes(graph: FollowGraph, kind: str) -> bytes:
    """A graph as CSV with a header, or as an edge list; a comment holds the number of users.

    In a CSV, which many programs read that know no comments, it stands only where the follows do not say the number.
    """
    import pyarrow.csv as pa_csv

    separator, mark = (",", "") if kind == "csv" else ("\t", "# ")
    comment = "" if kind == "csv" and follows_say_users(graph) else f"# {USERS_KEY} {graph.users}\n"
    sink = io.BytesIO(f"{comment}{mark}{separator.join(COLUMN_NAMES)}\n".encode())
    sink.seek(0, io.SEEK_END)
    pa_csv.write_csv(arrow_table(graph), sink, pa_csv.WriteOptions(include_header=False, delimiter=separator))
    return sink.getvalue()


def follows_say_users(graph: FollowGraph) -> bool:
    """Whether a reader of the follows alone would count the users right."""
    followers, followees = (side.astype("int64") for side in graph.edge_arrays())
    try:
        return check_users(followers, followees, None) == graph.users
    except InvalidGraph:
        return False
