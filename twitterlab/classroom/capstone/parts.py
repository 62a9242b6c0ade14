"""The capstone's parts: fourteen answers of the learner, out of `my_parts/`, and ours in each gap, told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from twitterlab.classroom.check.cells import run_cell
from twitterlab.classroom.course import my_parts

Whose: TypeAlias = Literal["yours", "ours"]
Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Parts:
    """What a timeline is assembled from: a field for each exercise whose answer is a part, by the answer's name."""

    feed_sql: str
    layout: Sequence[str]
    newest: Callable[..., list[int]]
    apply_log: Callable[..., int]
    choose_replica: Callable[..., int | None]
    shard_of: Callable[[int, int], int]
    merge_newest: Callable[..., Iterator[Row]]
    feed_page: Callable[..., tuple[list[int], Any]]
    LRU: Callable[[int], Any]
    hydrate: Callable[..., list[Any]]
    deliver: Callable[..., int]
    apply_edge: Callable[..., list[tuple[int, int]]]
    hybrid_page: Callable[..., list[int]]
    push_edge: Callable[..., bool]


NAMES = tuple(field.name for field in fields(Parts))


class Loaded(NamedTuple):
    """Parts, whose each of them is, and a sentence for each of the learner's that could not be loaded."""

    parts: Parts
    whose: dict[str, Whose]
    failed: dict[str, str]


def assemble_parts(folder: Path | None) -> Loaded:
    """The learner's parts in `folder`, each run by itself in a fresh namespace, and ours for what is not there.

    A part of theirs that does not load is told by name, and ours stands in its place. `folder` None is all ours.
    """
    theirs = {name: part.source for name, part in saved_parts(folder).items() if not part.ours}
    values: dict[str, Any] = {}
    whose: dict[str, Whose] = {}
    failed: dict[str, str] = {}
    for name in NAMES:
        try:
            if name in theirs:
                values[name], whose[name] = run_part(name, theirs[name]), "yours"
                continue
        except (Exception, SystemExit) as error:
            failed[name] = f"Your {name} could not be loaded, so ours stands in its place: {error_words(name, error)}."
        values[name], whose[name] = run_part(name, my_parts.our_source(name), theirs=False), "ours"
    return Loaded(Parts(**values), whose, failed)


def saved_parts(folder: Path | None) -> Mapping[str, my_parts.Part]:
    """What lies in `my_parts/` of a course folder."""
    return {} if folder is None else my_parts.parts_in(folder)


def run_part(name: str, source: str, *, theirs: bool = True) -> Any:
    """What a part's source makes of the part's name where nothing else was run; raises what the source raises."""
    module = run_cell(source, name, part_file(name) if theirs else f"ours/{name}.py")
    if name not in vars(module):
        raise NameError(f"the file defines no {name}")
    return vars(module)[name]


def part_file(name: str) -> str:
    """How a part of the learner's is called in an error."""
    return f"{my_parts.FOLDER}/{name}.py"


def error_words(name: str, error: BaseException) -> str:
    """An error in a few words, with the part's line where that is known."""
    line = line_in(part_file(name), error)
    words = str(error.msg if isinstance(error, SyntaxError) else error)
    return f"{type(error).__name__}{f' in line {line}' if line else ''}" + (f", {words}" if words else "")


def line_in(file: str, error: BaseException) -> int | None:
    """The last line of this file that an error came through, or where its syntax is broken."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
