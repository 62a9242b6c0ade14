"""Where the keys of tokens are kept: with a system's directory, and of what runs where `twitterlab token` finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from twitterlab.model import StorageError
from twitterlab.service.tokens import Signer


def kept_signer(folder: Path | None, now: Callable[[], int]) -> Signer:
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
def announced_key(signer: Signer, port: int) -> Iterator[None]:
    """The key lies where `twitterlab token` looks while the block runs; StorageError where another one's does."""
    file = running_file(port)
    with held_file(file):
        signer.write(file)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def running_ports() -> Sequence[int]:
    """The ports of this user's running services; what one that was killed has left does not count."""
    files = running_file(0).parent.glob("service-*.json")
    names = {file.stem.partition("-")[2]: file for file in files if not is_free(file)}
    return sorted(int(name) for name in names if name.isdigit())


@contextmanager
def held_file(file: Path) -> Iterator[None]:
    """Nobody else holds the file while the block runs; StorageError where somebody does."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(file.with_suffix(".lock"), timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise StorageError(f"another service of yours runs on the port of {file.name}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            Path(lock.lock_file).unlink()  # while it is still ours
        lock.release()


def is_free(file: Path) -> bool:
    """Whether nobody holds a file."""
    try:
        with held_file(file):
            return True
    except StorageError:
        return False
