"""The assembled timeline's shards together: who lives where, what was deleted, what each reader has seen of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from twitterlab.classroom.capstone.parts import Parts
from twitterlab.classroom.capstone.shard import Node, Shard
from twitterlab.classroom.check.exercises.newest import TweetTable
from twitterlab.model import MAX_ID, StorageError, Tweet, Users
from twitterlab.parts.store.changes import Change
from twitterlab.parts.store.sharding import fetch_lazily
from twitterlab.work import Counters
from twitterlab.workloads.graph import FollowGraph

CHUNK = 20  # rows of a stream that are asked for at once
Entry = tuple[int, int]  # a tweet's ID and its author


class Store:
    """All shards. `places` says where each user lives, `authors` whose a tweet is that was met on any way.

    `deleted` are the tombstones, `handled` the position in each shard's log that the workers have got to.
    """

    def __init__(
        self, graph: FollowGraph, parts: Parts, shards: int, replicas: int, counters: Counters, *, counting: bool
    ) -> None:
        self.parts, self.counters, self.tally = parts, counters, Counter[str]()
        self.deleted: set[int] = set()
        self.authors: dict[int, int] = {}
        self.handled = [0] * shards
        self.seen: dict[int, list[int]] = defaultdict(lambda: [0] * shards)  # by reader: of each shard's log
        self.shards: list[Shard] = []
        for number in range(shards):
            nodes = [Node(parts.layout, counters if counting else None) for _ in range(replicas + 1)]
            self.shards.append(Shard(number, nodes, parts, self.tally))
        try:
            self.places = [self.home_of(user) for user in range(graph.users)]
            self._load_nodes(*graph.edge_arrays())
        except BaseException:
            self.close()
            raise

    def _load_nodes(self, followers: Users, followees: Users) -> None:
        for shard in self.shards:
            here = [self.places[user] == shard.number for user in followers.tolist()]
            for node in (shard.leader, *shard.replicas):
                node.load_follows(followers[here], followees[here])

    def home_of(self, user: int) -> int:
        """The shard that the learner's rule gives a user."""
        number = self.parts.shard_of(user, len(self.shards))
        if number not in range(len(self.shards)):
            raise StorageError(f"shard_of({user}, {len(self.shards)}) gave {number!r}: there is no such shard")
        return number

    def commit_change(self, change: Change) -> tuple[int, int]:
        """Commit a change in its user's shard; returns that shard's number and the change's position."""
        home = self.home_of(change.user)
        self.counters.add(commits=1, shard_requests=1)
        position = self.seen[change.user][home] = self.shards[home].commit_change(change)
        return home, position

    def note_seen(self, reader: int, positions: Iterable[int]) -> None:
        """From now on this reader is shown nothing older."""
        self.seen[reader] = list(map(max, self.seen[reader], positions))

    def windows(self, reader: int, purpose: str, below: int | None = None) -> list[Window]:
        """Every shard as this reader may see it; requests are counted by their purpose."""
        return [Window(self, shard, reader, purpose, below) for shard in self.shards]

    def close(self) -> None:
        """Forget all databases."""
        for shard in self.shards:
            for node in (shard.leader, *shard.replicas):
                node.close()


class Window:
    """One shard as one reader may see it: with all that they saw before, and without what was deleted.

    Each method is one request. `below` hides every tweet from that ID on.
    """

    def __init__(self, store: Store, shard: Shard, reader: int, purpose: str, below: int | None) -> None:
        self._store, self._shard, self._reader, self._purpose = store, shard, reader, purpose
        self._below = MAX_ID if below is None else below

    def followees(self) -> tuple[list[int], int]:
        """Whom the reader follows, and up to which position of this shard's log that is so."""
        node = self._node_for_read()
        return node.followees(self._reader), node.position

    def newest(self, authors: Sequence[int], before: int | None, limit: int) -> list[int]:
        """The newest IDs of these authors, at most `limit`, below `before`: the learner's `newest` on one node."""
        store = self._store
        rows = [row for row in self._node_for_read().tweet_rows(authors) if row[1] not in store.deleted]
        store.authors.update((tweet_id, author) for author, tweet_id in rows)
        table, top = TweetTable(rows), self._below if before is None else min(before, self._below)
        ids = store.parts.newest(table, authors, None if top == MAX_ID else top, limit)
        store.tally["rows looked at"] += len(table.read)
        return ids

    def tweets(self, ids: Sequence[int]) -> list[Tweet]:
        """Those of these tweets that are here."""
        return [tweet for tweet in self._node_for_read().tweets(ids) if tweet.id not in self._store.deleted]

    def stream(self, authors: Sequence[int], before: int | None = None, chunk: int = CHUNK) -> Iterator[Entry]:
        """These authors' tweets, newest first, as far as anybody asks; so many come with each request."""

        def some(before: int | None) -> list[Entry]:
            return [(tweet_id, self._store.authors[tweet_id]) for tweet_id in self.newest(authors, before, chunk)]

        return fetch_lazily(some, before, chunk)

    def _node_for_read(self) -> Node:
        store, number = self._store, self._shard.number
        seen = store.seen[self._reader]
        node = self._shard.node_for_read(max(seen[number], store.handled[number]))
        seen[number] = max(seen[number], node.position)
        store.counters.add(shard_requests=1)
        store.tally[self._purpose] += 1
        return node
