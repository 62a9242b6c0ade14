"""The server: one system on one port of this machine, in a thread for a notebook, or until a signal for a terminal."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from twitterlab.model import StorageError
from twitterlab.service import MINUTES, PORT, RATE
from twitterlab.service.app import HEADERS, LOOPBACK, create_app
from twitterlab.service.connections import Crowd, GuardedConnection
from twitterlab.service.keys import announced_key, kept_signer
from twitterlab.service.limits import MAX_HEAD
from twitterlab.service.logs import Log
from twitterlab.service.tokens import Signer
from twitterlab.stages.base import Stage

GRACE_S = 30  # for calls under way when the service is to stop


@dataclass(frozen=True)
class Service:
    """A service that runs: where, and whose tokens it takes."""

    address: str
    signer: Signer

    def token(self, user: int, minutes: int = MINUTES) -> str:
        """A token for a user, as one gets it by signing in."""
        return self.signer.token(user, minutes)


@contextmanager
def running(system: Stage, *, port: int = 0, signer: Signer | None = None, **settings: Any) -> Iterator[Service]:
    """Serves an open system in a thread of this process until the end of the block; gives its address.

    Port 0 is any that is free; the settings are those of `create_app`. At the end every call under way is answered, and
    where there are workers, all background work is done; the system stays open.
    """
    signer = signer or Signer.new(system.clock.now)
    server = uvicorn.Server(_server_config(create_app(system, signer, **settings)))
    with listening_socket("127.0.0.1", port) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="service", daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                thread.join(0.01)
            if not server.started:
                raise RuntimeError("the service did not start")
            yield Service(address_of(listener), signer)
        finally:
            server.should_exit = True
            thread.join()


def serve(
    system: Stage,
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    folder: Path | None = None,
    demo: Mapping[int, str] | None = None,
    rate: str = RATE,
    log: Log | None = None,
) -> None:
    """Serve a system until SIGTERM or Control-C; then finish all that was accepted. Prints the address.

    The key of its tokens is kept in `folder`, so that they hold after a restart, and while it runs where
    `twitterlab token` finds it by the port.
    """
    local = host in LOOPBACK
    signer = kept_signer(folder, system.clock.now)
    app = create_app(
        system, signer, demo=demo if local else None, rate=rate, log=log, hosts=LOOPBACK if local else ["*"]
    )
    server = uvicorn.Server(_server_config(app))
    with (
        signals_end(server),
        listening_socket(host, port) as listener,
        announced_key(signer, listener.getsockname()[1]),
    ):
        print(f"{address_of(listener)}/ answers for stage {app.state.door.stage}, {type(system).__name__}", flush=True)
        server.run(sockets=[listener])


def _server_config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=partial(GuardedConnection, Crowd(), HEADERS.headers),  # type: ignore[arg-type]
        h11_max_incomplete_event_size=MAX_HEAD,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # an address is what the connection says
        timeout_graceful_shutdown=GRACE_S,
    )


@contextmanager
def listening_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens; StorageError where the port is taken."""
    try:
        listener = socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise StorageError(f"{host} port {port} cannot be listened on: {error.strerror}") from error
    with listener:
        yield listener


def address_of(listener: socket.socket) -> str:
    """The address of what listens."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


@contextmanager
def signals_end(server: uvicorn.Server) -> Iterator[None]:
    """A signal that comes before uvicorn listens to signals ends the server too.

    uvicorn stops at a signal, and sends it again when all is done; then this has nothing more to end.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
