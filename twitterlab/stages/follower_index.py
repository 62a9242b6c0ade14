"""Stage 2: the same table, laid out and indexed by follower. A feed is a range query."""

from __future__ import annotations

from collections.abc import Iterator

from twitterlab.clock import Clock
from twitterlab.model import Position, Tweet
from twitterlab.parts.store.layout import WholeTable
from twitterlab.stages.base import DirectoryPath, Stage
from twitterlab.workloads.graph import FollowGraph


class FollowerIndex(Stage):
    """One database in which `follows` lies by follower and `tweets` is found by author and by ID.

    A page reads the reader's own follows and all tweets of these followees, and nothing else, however many tweets
    others write. Nothing is ever stale.
    """

    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        *,
        counting: bool = True,
    ) -> None:
        super().__init__(graph, path, clock, WholeTable(clustered=True), counting=counting)

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        (table,) = self.tables.databases
        return map(Tweet._make, table.newest_of(table.followees(reader), before, limit))
