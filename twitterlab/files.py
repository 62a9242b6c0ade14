"""Files that a crash leaves whole: written beside, put on disk, and only then renamed; and names that are free."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path


def replace_file(path: Path, data: bytes, *, mode: int = 0o666, part: Path | None = None) -> None:
    """Write a file whole or not at all; `sync_to_disk` of its folder makes the new name survive a power cut, too.

    `part` is what is written first, and by default always of the same name, so that what a kill left is written over;
    whoever may write at the same time as others gives one of their own. `mode` is who may read the file, as in chmod.
    """
    part = part or path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def sync_to_disk(path: Path) -> None:
    """Ask the operating system to put a file, or a directory's entries, on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def free_name(path: Path, why: str) -> Path:
    """The first of `NAME.why-1`, `NAME.why-2` and so on beside a file that nothing is called yet; the ending stays."""
    taken = {entry.name for entry in path.parent.iterdir()}
    names = (f"{path.stem}.{why}-{number}{path.suffix}" for number in count(1))
    return path.with_name(next(name for name in names if name not in taken))
