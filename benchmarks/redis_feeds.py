"""The peer's home timelines: on a Valkey or Redis server, the way the public designs keep them.

A feed is a sorted set by tweet ID (Stream-Framework: ZADD, then trim by rank) or a list (retwis: LPUSH, then LTRIM);
celebrities are not fanned out but merged by whoever reads (Krikorian, "Timelines at Scale", 2013). A score is a double
and cannot hold a Snowflake ID exactly, but rounding keeps the order, and equal scores are ordered by member, which is
the order of IDs since all have 19 digits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from benchmarks.valkey import Server

if TYPE_CHECKING:
    from twitterlab.model import Ids, Page, Tweet, Users
    from twitterlab.workloads.graph import FollowGraph

T = TypeVar("T")
Pushed = Sequence[tuple[int, list[int]]]  # a tweet's ID and who takes it

LENGTH = 100  # entries of a feed
COMMANDS = 1_000  # of a pipeline, at least, unless it is the last
SCRIPTED = 5_000  # followers of a script's call at most, and of a pipeline of such calls at least
SORTED_SET, LIST = "z", "l"
KINDS = (SORTED_SET, LIST, "sz", "sl")  # a namespace of feeds for each way; by a script those with an s
ZADD = f"""
for i = 1, #KEYS do
  redis.call('ZADD', KEYS[i], ARGV[1], ARGV[1])
  redis.call('ZREMRANGEBYRANK', KEYS[i], 0, {-LENGTH - 1})
end"""
LPUSH = f"""
for i = 1, #KEYS do
  redis.call('LPUSH', KEYS[i], ARGV[1])
  redis.call('LTRIM', KEYS[i], 0, {LENGTH - 1})
end"""


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
        self._feeds = {kind: [self._name(f"feed:{kind}:{user}") for user in range(graph.users)] for kind in KINDS}
        self._timelines = {u: self._name(f"timeline:{u}") for u in np.flatnonzero(self._celebrity).tolist()}
        self._tweet = self._name("tweet:")
        self._stored: list[bytes] = []
        self._scripts = {"sz": server.best.script_load(ZADD), "sl": server.best.script_load(LPUSH)}

    @property
    def ways(self) -> dict[str, Way]:
        """Each way of delivering, by a short name."""
        public, best = self.server.public_kind, self.server.best_kind
        return {
            "zadd": Way("pipelined ZADD and ZREMRANGEBYRANK", public, self.zadd_and_trim),
            "lpush": Way("pipelined LPUSH and LTRIM", public, self.lpush_and_trim),
            "script_zadd": Way("a Lua script a tweet: ZADD and ZREMRANGEBYRANK", best, partial(self.by_script, "sz")),
            "script_lpush": Way("a Lua script a tweet: LPUSH and LTRIM", best, partial(self.by_script, "sl")),
        }

    # Delivering

    def zadd_and_trim(self, pushed: Pushed) -> None:
        """Two commands a delivery, into sorted sets, in pipelines of whole tweets."""
        feeds, pipe = self._feeds[SORTED_SET], self.server.public.pipeline(transaction=False)
        for tweet_id, readers in pushed:
            for reader in readers:
                pipe.zadd(feeds[reader], {tweet_id: tweet_id})
                pipe.zremrangebyrank(feeds[reader], 0, -LENGTH - 1)
            if len(pipe) >= COMMANDS:
                pipe.execute()
        pipe.execute()

    def lpush_and_trim(self, pushed: Pushed) -> None:
        """Two commands a delivery, into lists, in pipelines of whole tweets."""
        feeds, pipe = self._feeds[LIST], self.server.public.pipeline(transaction=False)
        for tweet_id, readers in pushed:
            for reader in readers:
                pipe.lpush(feeds[reader], tweet_id)
                pipe.ltrim(feeds[reader], 0, LENGTH - 1)
            if len(pipe) >= COMMANDS:
                pipe.execute()
        pipe.execute()

    def by_script(self, kind: str, pushed: Pushed) -> None:
        """One command a tweet: a script on the server goes through its readers."""
        feeds, script, pipe = self._feeds[kind], self._scripts[kind], self.server.best.pipeline(transaction=False)
        waiting = 0
        for tweet_id, readers in pushed:
            for part in parts(readers, SCRIPTED):
                pipe.evalsha(script, len(part), *[feeds[reader] for reader in part], tweet_id)
                waiting += len(part)
            if waiting >= SCRIPTED:
                pipe.execute()
                waiting = 0
        pipe.execute()

    # Reading

    def reads(self, reader: int) -> dict[str, Callable[[], Page]]:
        """How a reader's page may be had: over each kind of connection that there is."""
        server = self.server
        clients = {server.public_kind: server.public, server.best_kind: server.best}
        return {kind: partial(self.page, client, reader) for kind, client in clients.items()}

    def page(self, client: Any, reader: int, limit: int = 20) -> Page:
        """A page, in two round trips: the feed with the followed celebrities' timelines, and then the tweets."""
        from twitterlab.model import Page

        pipe = client.pipeline(transaction=False)
        for name in self._sources(reader):
            pipe.zrevrange(name, 0, limit)
        newest = merged(pipe.execute(), limit + 1)
        following = int(newest[limit - 1]) if len(newest) > limit else None
        return Page(self._tweets(client, newest[:limit]), following)

    def pages(self, readers: Sequence[int], limit: int = 20) -> list[list[Tweet]]:
        """The pages of many readers over the best connection, in the same two round trips for all of them."""
        pipe = self.server.best.pipeline(transaction=False)
        sources = [self._sources(reader) for reader in readers]
        for names in sources:
            for name in names:
                pipe.zrevrange(name, 0, limit)
        found = iter(pipe.execute())
        keys = [merged(list(islice(found, len(names))), limit) for names in sources]
        tweets = iter(self._tweets(self.server.best, [key for page in keys for key in page]))
        return [list(islice(tweets, len(page))) for page in keys]

    def alike(self, reader: int) -> bool:
        """Whether all ways of delivering have left the same feed."""
        pipe = self.server.best.pipeline(transaction=False)
        for kind in KINDS:
            read = pipe.zrevrange if kind.endswith(SORTED_SET) else pipe.lrange
            read(self._feeds[kind][reader], 0, -1)
        first, *others = pipe.execute()
        return len(first) <= LENGTH and all(other == first for other in others)

    def _sources(self, reader: int) -> list[bytes]:
        """The reader's feed, and the timelines of the celebrities that they follow."""
        followees = self.graph.followees(reader)
        celebrities = followees[self._celebrity[followees]].tolist()
        return [self._feeds[SORTED_SET][reader], *(self._timelines[author] for author in celebrities)]

    def _tweets(self, client: Any, keys: list[bytes]) -> list[Tweet]:
        from twitterlab.model import Tweet

        texts = client.mget([self._tweet + key for key in keys]) if keys else []
        return [Tweet._make(row) for row in json.loads(b"[%b]" % b",".join(texts))]

    # What is not timed

    def store(self, tweets: Iterable[Tweet]) -> None:
        """Store tweets, oldest first, and put those of celebrities into their authors' timelines."""
        pipe = self.server.best.pipeline(transaction=False)
        for tweet in tweets:
            self._stored.append(self._tweet + str(tweet.id).encode())
            pipe.set(self._stored[-1], json.dumps(tweet))
            if name := self._timelines.get(tweet.author):
                pipe.zadd(name, {tweet.id: tweet.id})
                pipe.zremrangebyrank(name, 0, -LENGTH - 1)
        pipe.execute()

    def fill(self, feeds: Iterable[tuple[int, list[int]]]) -> None:
        """Give users the feeds, oldest first, that a history has left them: the same in every namespace."""
        pipe = self.server.best.pipeline(transaction=False)
        for user, ids in feeds:
            by_score, in_order, *scripted = (self._feeds[kind][user] for kind in KINDS)
            pipe.zadd(by_score, dict(zip(ids, ids, strict=True)))
            pipe.lpush(in_order, *ids)
            for filled, other in zip((by_score, in_order), scripted, strict=True):
                pipe.copy(filled, other)
            if len(pipe) >= COMMANDS:
                pipe.execute()
        pipe.execute()

    def clear(self) -> None:
        """Delete every key that was written here, where the server goes on after us."""
        names = [*self._timelines.values(), *self._stored, *(name for feeds in self._feeds.values() for name in feeds)]
        for some in [] if self.server.own else parts(names, COMMANDS):
            self.server.best.unlink(*some)

    def _name(self, key: str) -> bytes:
        return f"{self.server.prefix}{key}".encode()


def merged(ranges: list[list[bytes]], limit: int) -> list[bytes]:
    """The newest IDs of some lists, each newest first."""
    return list(islice(merge(*ranges, reverse=True), limit))


def parts(items: list[T], size: int) -> Iterator[list[T]]:
    """A list in pieces of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def newest_of(readers: Users, tweet_ids: Ids) -> Iterator[tuple[int, list[int]]]:
    """Of deliveries (reader, tweet ID) in the order of time each reader's last `LENGTH` IDs, oldest first."""
    order = np.argsort(readers, kind="stable")
    users, starts = np.unique(readers[order], return_index=True)
    ends = np.append(starts[1:], len(order))
    for user, start, end in zip(users.tolist(), starts.tolist(), ends.tolist(), strict=True):
        yield user, tweet_ids[order[max(start, end - LENGTH) : end]].tolist()
