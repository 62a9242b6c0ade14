"""Snowflake IDs: 41 bits of milliseconds, 10 of machine (here 0), 12 of sequence (Twitter, 2010)."""

from __future__ import annotations

import threading

from twitterlab.model import MAX_ID, StorageError

EPOCH_MS = 1_288_834_974_657
TIME_SHIFT = 22
SEQUENCE_BITS = 12
SEQUENCE_MAX = (1 << SEQUENCE_BITS) - 1


class Snowflake:
    """Hands out IDs that strictly increase and never wait, whatever the clock does.

    `last` is the highest ID ever handed out (0: none); it changes under `_lock`. Where the sequence of a millisecond is
    exhausted, or the clock stands behind the last ID, the last millisecond + 1 is used.
    """

    def __init__(self, last: int = 0) -> None:
        self.last = last
        self._lock = threading.Lock()

    def next(self, now_ms: int) -> int:
        """The next ID for a post at `now_ms` (integer Unix milliseconds); a StorageError past the 41 bits, in 2080."""
        with self._lock:
            found = id_after(self.last, now_ms)
            if found > MAX_ID:
                raise StorageError(f"the clock shows {now_ms}: IDs end at {milliseconds_of(MAX_ID)} Unix milliseconds")
            self.last = found
            return found


def id_after(last: int, now_ms: int) -> int:
    """The ID that comes after `last` when the clock shows `now_ms`."""
    now, then = max(now_ms - EPOCH_MS, 0), last >> TIME_SHIFT
    if now > then:
        return now << TIME_SHIFT
    if now == then and last & SEQUENCE_MAX < SEQUENCE_MAX:
        return last + 1
    return (then + 1) << TIME_SHIFT


def milliseconds_of(tweet_id: int) -> int:
    """The Unix milliseconds inside an ID."""
    return (tweet_id >> TIME_SHIFT) + EPOCH_MS
