"""Where the keys of tokens are kept: with a system's directory, and of what runs where `twitterlab token` finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from twitterlab.service.tokens import Signer


def kept(folder: Path | None, now: Callable[[], int]) -> Signer:
    """The signer of a directory, made where there is none yet; without a directory a new one."""
    if folder is None:
        return Signer.new(now)
    file = key_file(folder)
    if not file.exists():
        Signer.new(now).write(file)
    return Signer.read(file, now)


def key_file(folder: Path) -> Path:
    """Where a system's directory keeps the key of its service's tokens."""
    return folder / "service" / "key.json"


def running_file(port: int) -> Path:
    """Where a running service leaves its key: in a folder of this user's that only they can read."""
    return platformdirs.user_state_path("twitterlab") / f"service-{port}.json"


@contextmanager
def announced(signer: Signer, port: int) -> Iterator[None]:
    """The key lies where `twitterlab token` looks while the block runs."""
    file = running_file(port)
    signer.write(file)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            file.unlink()


def ports() -> Sequence[int]:
    """The ports of this user's running services."""
    files = running_file(0).parent.glob("service-*.json")
    return sorted(int(file.stem.partition("-")[2]) for file in files)
