"""What stands behind the contract's face: the parts of a system, and what each stage has to say for itself."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from operator import index

import numpy as np
from numpy.typing import NDArray

from twitterlab.clock import Clock
from twitterlab.model import (
    Page,
    Pages,
    Position,
    StorageError,
    SystemClosed,
    Tweet,
    Users,
    empty_pages,
)
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.database import Database
from twitterlab.parts.store.layout import Tables
from twitterlab.parts.store.media import MediaStore
from twitterlab.work import Counters


class Behind(ABC):
    """What a system has, and what is done behind each of its calls."""

    clock: Clock
    users: int
    tables: Tables
    deleted: set[int]  # the tombstones: tweet IDs that no read may show
    media_store: MediaStore
    _counters: Counters
    _closed: bool
    _closing: threading.Lock

    @abstractmethod
    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        """The tweets of a feed, newest first, from below `before`; the caller takes at most `limit` visible ones."""

    @abstractmethod
    def _tweets_of(self, author: int, before: int | None, limit: int) -> Iterator[Tweet]: ...

    @abstractmethod
    def _tweet(self, author: int, tweet_id: int) -> Tweet | None: ...

    @abstractmethod
    def _followers(self, user: int, limit: int) -> Users: ...

    @abstractmethod
    def _post(self, author: int, text: str, media: str | None, key: str | None) -> Tweet: ...

    @abstractmethod
    def _post_many(self, rows: list[tuple[int, str]]) -> list[Tweet]: ...

    @abstractmethod
    def _delete(self, database: Database, author: int, tweet: Tweet) -> None: ...

    @abstractmethod
    def _commit_follow(self, change: Change) -> None: ...

    @abstractmethod
    def _after_commit(self) -> None: ...

    @abstractmethod
    def _release_storage(self) -> None: ...

    def _ready_page(self, reader: int, limit: int) -> Page | None:
        """A page that lies ready; None where it is to be read."""
        return None

    def _ready_pages(self, readers: Users, limit: int) -> tuple[Pages, NDArray[np.bool_]]:
        """Pages that lie ready, and whose; the others' rows are to be filled."""
        return empty_pages(len(readers), limit), np.zeros(len(readers), np.bool_)

    def _step(self, n: int) -> int:
        """What `step` does; a stage without background work has nothing to do."""
        return 0

    def _drain(self) -> int:
        """What `drain` does."""
        return 0

    def _now(self) -> int:
        """The clock's time as an int, whatever kind of integer the clock gives."""
        return index(self.clock.now())

    @contextmanager
    def _while_open(self) -> Iterator[None]:
        """A call that closing interrupts says so, and not what became of its database."""
        try:
            yield
        except StorageError:
            self._check_open()
            raise

    def _check_open(self) -> None:
        if self._closed:
            raise SystemClosed(f"this {type(self).__name__} is closed: open it again to use it")
