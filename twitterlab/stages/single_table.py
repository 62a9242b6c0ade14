"""Stage 1: one table. Every read scans all of it, and every other stage is held to its answers."""

from __future__ import annotations

from collections.abc import Iterator

from twitterlab.clock import Clock
from twitterlab.model import MAX_ID, Position, Tweet
from twitterlab.parts.store.layout import WholeTable
from twitterlab.stages.base import DirectoryPath, Stage
from twitterlab.workloads.graph import FollowGraph

FEED_SQL = """
SELECT t.id, t.author, t.text, t.media, t.created_at
FROM follows f JOIN tweets t ON t.author = f.followee
WHERE f.follower = ? AND t.id < ?
ORDER BY t.id DESC LIMIT ?
"""


class SingleTable(Stage):
    """One DuckDB database without order or index: a page is one join that reads every row of both tables.

    Only tweets newer than its cursor may be skipped, many at a time, since DuckDB notes the least and the greatest ID
    of each part of a table; and where one side of the join is empty it stops early. Nothing is ever stale.
    """

    def __init__(
        self,
        graph: FollowGraph | None = None,
        path: DirectoryPath | None = None,
        clock: Clock | None = None,
        *,
        counting: bool = True,
    ) -> None:
        super().__init__(graph, path, clock, WholeTable(clustered=False), counting=counting)

    def _feed(self, reader: int, before: int | None, limit: int, at_least: Position | None) -> Iterator[Tweet]:
        (table,) = self.tables.databases
        return map(Tweet._make, table.read_rows(FEED_SQL, reader, MAX_ID if before is None else before, limit))
