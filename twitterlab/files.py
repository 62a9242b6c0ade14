"""Files that a crash leaves whole: written beside, put on disk, and only then renamed to what they replace."""

from __future__ import annotations

import os
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
