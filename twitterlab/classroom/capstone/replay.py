"""A history replayed on three systems: the assembled timeline, the single table, and the learner's `feed_sql`.

After `drain` the timeline answers as the single table does, and at once where a page is asked to have seen everything.
Before that a page may be late; it is in order, without repeats, without what was deleted, and full.
"""

from __future__ import annotations

from contextlib import closing
from functools import lru_cache
from typing import Any, NamedTuple

from twitterlab.classroom.capstone.history import USERS, History, Step, opening_lines, page_words
from twitterlab.classroom.capstone.network import Network
from twitterlab.classroom.capstone.parts import Parts
from twitterlab.classroom.capstone.shard import Node
from twitterlab.classroom.capstone.timeline import Timeline
from twitterlab.clock import ManualClock
from twitterlab.model import MAX_ID, MAX_LIMIT, Page, Position, Tweet
from twitterlab.parts.store.changes import Change
from twitterlab.snowflake import Snowflake
from twitterlab.stages.single_table import SingleTable
from twitterlab.workloads.graph import FollowGraph


class Differs(Exception):
    """What was shown is not what is right: where, and both in words."""

    def __init__(self, where: str, expected: str, got: str) -> None:
        super().__init__(f"{where}: expected {expected}; got {got}.")


class RestartedTable(SingleTable):
    """The single table, begun anew with each history, so that every replay is the same to the bit."""

    def restart(self, graph: FollowGraph, clock: ManualClock) -> None:
        """Empty the table, load another graph, and hand out IDs from the first one on."""
        (database,) = self.tables.databases
        with database.transaction() as tx:
            tx.execute("DELETE FROM tweets; DELETE FROM follows")
        database.load_follows(*graph.edge_arrays())
        self.clock, self._ids = clock, Snowflake()


@lru_cache(1)
def single_table() -> RestartedTable:
    """The one single table that all histories are held to, one after the other."""
    return RestartedTable(FollowGraph.from_edges([], [], USERS), counting=False)


class FeedSql:
    """One pair of tables that is asked by the learner's `feed_sql`."""

    def __init__(self, graph: FollowGraph, feed_sql: str) -> None:
        self.node, self._sql = Node([]), feed_sql
        self.node.load_follows(*graph.edge_arrays())

    def close(self) -> None:
        """Give the database back."""
        self.node.close()

    def page_rows(self, reader: int, limit: int, before: int | None = None) -> list[tuple[Any, ...]]:
        """Rows of (id, author, text)."""
        asked = {"reader": reader, "before": MAX_ID if before is None else before, "limit": limit}
        return self.node.rows_of(self._sql, asked)


class Scroll(NamedTuple):
    """A reader on their way down: how long their pages are, the next cursor, and what was to come at the first page."""

    limit: int
    cursor: int
    rest: list[Tweet]


class Replay:
    """One history; `told` becomes its story, as far as it comes, and `done` the steps of it that were done."""

    _system: Timeline

    def __init__(self, history: History) -> None:
        self.told, self.done = list(opening_lines(history)), 0
        self.names: dict[int, str] = {}
        self._history, self._follows = history, set(history.follows)
        self._live, self._dead = list[Tweet](), set[int]()
        self._scrolls: dict[int, Scroll] = {}
        self._clock = ManualClock()

    def run(self, parts: Parts) -> None:
        """All steps, and at the end all background work: Differs where something is not as it has to be."""
        history = self._history
        followers, followees = zip(*history.follows, strict=True) if history.follows else ((), ())
        graph = FollowGraph.from_edges(followers, followees, USERS)
        sizes = {"feed_length": history.length, "cache_tweets": history.length + 1}
        self._truth = single_table()
        self._truth.restart(graph, self._clock)
        with (
            closing(FeedSql(graph, parts.feed_sql)) as self._oracle,
            Timeline(
                graph, parts, self._clock, **sizes, network=Network(history.network), counting=False
            ) as self._system,
        ):
            for step in (*history.steps, Step("drain", 0, 2)):
                self.done += 1
                getattr(self, f"_{step.kind}")(step.user, step.number)  # each kind of step is a method below
                self._clock.advance(step.ms)

    # What users do

    def _post(self, author: int, number: int) -> None:
        name = f"t{len(self.names) + 1}"
        self.told.append(f"User {author} posts {name}.")
        tweet = self._truth.post(author, name)
        self.names[tweet.id] = name
        self._live.append(tweet)
        self._oracle.node.apply_change(Change(tweet.created_at, "post", author, tweet.id, name))
        got = self._system.post(author, name)
        if got != tweet:
            raise Differs("The stored tweet", str(tweet), str(got))

    def _delete(self, user: int, number: int) -> None:
        if not self._live:
            return
        tweet = self._live.pop(number % len(self._live))
        self._dead.add(tweet.id)
        self.told.append(f"User {tweet.author} deletes {self.names[tweet.id]}.")
        for system in (self._truth, self._system):
            system.delete(tweet.author, tweet.id)
        self._oracle.node.apply_change(Change(0, "delete", tweet.author, tweet.id))

    def _follow(self, follower: int, followee: int) -> None:
        self._change_edge("follow", follower, followee)

    def _unfollow(self, follower: int, followee: int) -> None:
        self._change_edge("unfollow", follower, followee)
        if scroll := self._scrolls.get(follower):
            scroll.rest[:] = [tweet for tweet in scroll.rest if tweet.author != followee]

    def _change_edge(self, kind: str, follower: int, followee: int) -> None:
        if follower == followee:
            return
        self.told.append(f"User {follower} {kind}s user {followee}.")
        for system in (self._truth, self._system):
            getattr(system, kind)(follower, followee)
        if ((follower, followee) in self._follows) != (kind == "follow"):
            self._follows ^= {(follower, followee)}
            self._oracle.node.apply_change(Change(0, kind, follower, followee))

    # What happens behind them

    def _review(self, user: int, number: int) -> None:
        self.told.append("The rates are reviewed.")
        self._system.review()

    def _work(self, user: int, number: int) -> None:
        self.told.append(f"The workers take {number + 1} message{'s' if number else ''}.")
        self._system.step(number + 1)

    # What readers see

    def _read(self, reader: int, number: int) -> None:
        """A first page; what is further down at this moment is remembered."""
        self.told.append(f"User {reader} reads a page of {number + 1}.")
        page = self._system.feed(reader, number + 1)
        self._check_page(page, reader, number + 1, None)
        self._scrolls.pop(reader, None)
        if page.next:
            self._scrolls[reader] = Scroll(
                number + 1, page.next, self._system.feed(reader, MAX_LIMIT, page.next).tweets
            )

    def _more(self, reader: int, number: int) -> None:
        """The next page: of what was to come, nothing is left out but what was deleted or unfollowed since."""
        scroll = self._scrolls.pop(reader, None)
        if scroll is None:
            return
        self.told.append(f"User {reader} scrolls on.")
        page = self._system.feed(reader, scroll.limit, scroll.cursor)
        self._check_page(page, reader, scroll.limit, scroll.cursor)
        wanted = [tweet for tweet in scroll.rest if tweet.id not in self._dead]
        due = [tweet for tweet in wanted if page.next is None or tweet.id >= page.next]
        missing = [tweet for tweet in due if tweet not in page.tweets]
        if missing:
            named = ", ".join(self.names[tweet.id] for tweet in missing)
            raise Differs(f"User {reader}'s next page", f"{named} on it, as before", page_words(page, self.names))
        if page.next:
            rest = [tweet for tweet in scroll.rest if tweet.id < page.next]
            self._scrolls[reader] = Scroll(scroll.limit, page.next, rest)

    def _exact(self, reader: int, number: int) -> None:
        """Every page, asked to have seen everything."""
        self.told.append(f"User {reader} reads pages of {number + 1} that have seen everything.")
        self._compare_pages(reader, number + 1, self._system.position)

    def _drain(self, user: int, number: int) -> None:
        """All background work; then every page of everybody, twice, so that every replica has its turn."""
        self.told.append("All background work is done.")
        self._system.drain()
        for shard in self._system.store.shards:
            if shard.parted_replicas:
                raise Differs(
                    f"Replica {shard.parted_replicas[0]} of shard {shard.number}", "its leader's rows", "others"
                )
        for reader in range(USERS):
            self._compare_pages(reader, number + 1)

    def _compare_pages(self, reader: int, limit: int, at_least: Position | None = None) -> None:
        """Every page of a reader is the single table's, and so is what `feed_sql` gives."""
        feed, before = self._truth.feed(reader, MAX_LIMIT).tweets, None
        self._compare_feed_sql(reader, limit, feed, None)
        while True:
            rest = [tweet for tweet in feed if before is None or tweet.id < before]
            expected = Page(rest[:limit], rest[limit - 1].id if len(rest) > limit else None)
            page = self._system.feed(reader, limit, before, at_least=at_least)
            if page != expected:
                below = "" if before is None else f", below {self.names[before]}"
                where = f"A page of {limit} for user {reader}{below}"
                raise Differs(where, page_words(expected, self.names), page_words(page, self.names))
            before = page.next
            if before is None:
                return

    def _compare_feed_sql(self, reader: int, limit: int, feed: list[Tweet], before: int | None) -> None:
        """The first page by `feed_sql`, and the one below it."""
        right = [(tweet.id, tweet.author, tweet.text) for tweet in feed if before is None or tweet.id < before][:limit]
        asked = self._oracle.page_rows(reader, limit, before)
        if asked != right:
            named = ", ".join(str(self.names.get(row[0], row)) for row in asked)
            raise Differs(
                f"feed_sql for user {reader}", ", ".join(row[2] for row in right) or "nothing", named or "nothing"
            )
        if before is None and len(feed) > limit:
            self._compare_feed_sql(reader, limit, feed, right[-1][0])

    def _check_page(self, page: Page, reader: int, limit: int, before: int | None) -> None:
        """What holds for every page, however late it is."""
        ids = [tweet.id for tweet in page.tweets]
        laws = {
            "the newest first, and nothing twice": ids == sorted(set(ids), reverse=True),
            f"at most {limit}": len(ids) <= limit,
            "tweets below the cursor": all(before is None or one < before for one in ids),
            "nothing that was deleted": not self._dead & set(ids),
            "tweets that were posted": set(ids) <= self.names.keys(),
            "a full page, as there is more": page.next is None or len(ids) == limit,
            "a cursor that is its last tweet": page.next is None or ids[-1:] == [page.next],
        }
        for law, holds in laws.items():
            if not holds:
                raise Differs(f"User {reader}'s page", law, page_words(page, self.names))
