"""Limits: how large a tweet may be on its way, and how often one caller may call."""

from __future__ import annotations

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from twitterlab.clock import SystemClock
from twitterlab.service import RATE
from twitterlab.service.problems import TooMany

MAX_PICTURE = 5_000_000  # bytes
MAX_BODY = MAX_PICTURE + 65_536  # with the text and what multipart puts around both
MAX_JSON = 16_384  # 280 characters, each of them written as two \uXXXX, take less
MAX_CONTENT_TYPE = 256  # characters: a kind, a boundary and a charset take less
MAX_HEAD = 16_384  # bytes of a request's line and headers
HEAD_S = 10  # seconds until a request's head is there, from the connection or the answer before it
BODY_S, BODY_PAUSE_S = 120, 15  # seconds for a whole body, and without any of it
REST_S = 5  # seconds for the rest of a body that was answered before it was read
WRITE_S = 30  # seconds in which a caller reads nothing of the answer
CONNECTIONS = 1000  # at the same time; beyond that, whoever waits longest without a request makes room
CONNECTIONS_OF_ONE = 256  # of one address; a proxy is one, too


class RateLimit:
    """So many calls a caller in so long, in a window that moves; `rate` is as in 1200/minute."""

    def __init__(self, rate: str = RATE) -> None:
        self._item = parse(rate)
        if self._item.amount < 1:
            raise ValueError(f"rate {rate}: at least one call in a while, as in {RATE}")
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, caller: str) -> None:
        """Count one call; raises TooMany, with the seconds until one may be made again."""
        if not self._limiter.hit(self._item, caller):
            until = self._limiter.get_window_stats(self._item, caller).reset_time
            raise TooMany(until - SystemClock().now() / 1000, str(self._item))
