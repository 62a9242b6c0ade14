"""Connections: what is no HTTP is refused, what does not go on is ended, and nobody takes the room of all others.

uvicorn's protocol on h11, which limits what comes before a body. It has no time limit for a request's head, closes its
doors to all once enough wait in front of them, answers in plain text, and passes over what smuggles requests past a
proxy (RFC 9112, 11.2): two lengths for one body, and lines that end as no line does.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import h11
from h11._receivebuffer import ReceiveBuffer
from uvicorn.protocols.http.h11_impl import H11Protocol

from twitterlab.service import limits
from twitterlab.service.problems import MEDIA_TYPE, problem_document

BARE_LINE_END = re.compile(rb"(?<!\r)\n")
HINTS = (431, 501)  # what h11 says of a request beside that it is none


class Crowd:
    """The connections of one server, by address; those without a request in the order in which they began to wait."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._waiting: dict[str, dict[GuardedConnection, None]] = {}

    def enter(self, connection: GuardedConnection) -> bool:
        """Count a new connection; whether there is room for it, if need be of one that waits for a request."""
        mine = connection.address
        if self._counts[mine] >= limits.CONNECTIONS_OF_ONE:
            self._end_longest_waiting(mine)
        elif self._counts.total() >= limits.CONNECTIONS:
            self._end_longest_waiting(max(self._waiting, key=lambda each: len(self._waiting[each]), default=mine))
        self._counts[mine] += 1
        return self._counts[mine] <= limits.CONNECTIONS_OF_ONE and self._counts.total() <= limits.CONNECTIONS

    def leave(self, connection: GuardedConnection) -> None:
        """Count a connection no longer."""
        self.note(connection, waits=False)
        self._counts[connection.address] -= 1
        self._counts += Counter()  # keeps those above zero

    def note(self, connection: GuardedConnection, *, waits: bool) -> None:
        """Whether a connection has no request under way."""
        waiting = self._waiting.setdefault(connection.address, {})
        if waits:
            waiting.setdefault(connection)
        else:
            waiting.pop(connection, None)
        if not waiting:
            del self._waiting[connection.address]

    def _end_longest_waiting(self, address: str) -> None:
        if waiting := self._waiting.get(address):
            next(iter(waiting)).make_room()


class GuardedConnection(H11Protocol):
    """One connection, its time limits, and its place in the crowd; `headers` are those of every answer."""

    def __init__(self, crowd: Crowd, headers: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self.conn = StrictConnection(h11.SERVER, self.config.h11_max_incomplete_event_size or limits.MAX_HEAD)
        self.address = ""
        self._crowd, self._headers = crowd, headers
        self._is_counted = False
        self._deadline: asyncio.TimerHandle | None = None  # for what is waited for now
        self._awaited: object = False  # what that is: that it ends, or the state in which it is; False: nothing
        self._reading: asyncio.TimerHandle | None = None  # for a caller who reads nothing

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, and wait for its first request; refused where there is no room."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        has_room = self._crowd.enter(self)
        self._is_counted = True
        if has_room:
            self._await_next()
        else:
            self._refuse(503, "there are too many connections: come again")

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._leave()
        super().connection_lost(exc)

    def make_room(self) -> None:
        """Give up a connection that has no request under way, at once."""
        self._leave()
        self.transport.abort()

    def handle_events(self) -> None:
        """Handle what has come, and wait for what is to come next."""
        super().handle_events()
        self._await_next()

    def on_response_complete(self) -> None:
        """An answer is sent: wait for the next request."""
        super().on_response_complete()
        self._await_next()

    def pause_writing(self) -> None:
        """The caller reads nothing: that may last for a while."""
        super().pause_writing()
        self._reading = self.loop.call_later(limits.WRITE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The caller reads on."""
        _cancel(self._reading)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; called while the error that says why is handled."""
        status = getattr(sys.exc_info()[1], "error_status_hint", 400)
        self._refuse(status if status in HINTS else 400, "that is no request as HTTP defines it")

    def timeout_keep_alive_handler(self) -> None:
        """No request has come after the last one."""
        super().timeout_keep_alive_handler()
        self._await_next()

    def _await_next(self) -> None:
        """Give what must come next its time: a head, the rest of a body that was answered, that the last is read.

        A body that is read has its time in the app, as has the answer.
        """
        if not self._is_counted:
            return
        is_answered = self.cycle is None or self.cycle.response_complete
        awaited = self.transport.is_closing() or (is_answered and (self.cycle, self.conn.their_state))
        if awaited == self._awaited:
            return
        self._awaited = awaited
        _cancel(self._deadline)
        self._crowd.note(self, waits=awaited is not False)
        if awaited is True:
            self._deadline = self.loop.call_later(limits.WRITE_S, self.transport.abort)
        elif awaited:
            is_head = self.conn.their_state is h11.IDLE
            self._deadline = self.loop.call_later(limits.HEAD_S if is_head else limits.REST_S, self._time_is_up)

    def _time_is_up(self) -> None:
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._refuse(408, "the head of the request did not come to its end in time")
        else:
            self._end()

    def _end(self) -> None:
        self.transport.close()
        self._await_next()

    def _leave(self) -> None:
        if self._is_counted:
            self._is_counted = False
            self._crowd.leave(self)
        _cancel(self._deadline)
        _cancel(self._reading)

    def _refuse(self, status: int, detail: str) -> None:
        """Answer with a problem and end the connection; where another answer has begun, only end it."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = problem_document(status, detail)
            own = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Connection": "close"}
            headers = [*self._headers.items(), *own.items()]
            head = h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase)
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self._end()


class StrictConnection(h11.Connection):
    """One that leaves no doubt where a request ends."""

    def __init__(self, role: Any, most: int) -> None:
        super().__init__(role, most)
        self._receive_buffer = StrictLines()

    def next_event(self) -> Any:
        """The next event; raises RemoteProtocolError where a body has two lengths, or one that its version has not."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            names = {name for name, _ in event.headers}
            if b"transfer-encoding" in names and (b"content-length" in names or event.http_version < b"1.1"):
                raise h11.RemoteProtocolError("the body has two lengths")
        return event


class StrictLines(ReceiveBuffer):
    """What has been received; every line of a head ends with CR and LF."""

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """The lines of a head, None while it has no end; raises LocalProtocolError at a bare LF."""
        end = self._data.find(b"\r\n\r\n")
        if BARE_LINE_END.search(self._data, 0, len(self._data) if end < 0 else end):
            raise h11.LocalProtocolError("a line ends without CR")
        return super().maybe_extract_lines()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
