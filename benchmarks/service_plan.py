"""What the callers of the service are to do: the lecture's stream, which is the same at every stage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from twitterlab.workloads.graph import FollowGraph

PAGES_PER_POST = 20.0  # the lecture's
PAGES_A_VISIT = 4 / 3  # a first page, and after each page with a chance of a quarter the next older one
POSTS_AND_VISITS: dict[str, Any] = {
    "pages_per_post": PAGES_PER_POST / PAGES_A_VISIT,
    "follows_per_post": 0.0,
    "unfollows_per_post": 0.0,
    "deletes_per_post": 0.0,
}

Action = tuple[int, str, int]  # user, text of a post or empty, pages of a visit or 0


def actions(graph: FollowGraph, count: int, seed: int) -> list[Action]:
    """So many posts and visits of the lecture's readers and writers; a visit is a first page and maybe older ones.

    Readers and writers have `Habits`' skews; a reader with few tweets to see turns fewer pages than the visit has.
    """
    from twitterlab.workloads.mixes import lecture

    events = lecture(graph, count, seed, **POSTS_AND_VISITS)
    pages = np.random.default_rng(seed).geometric(1 / PAGES_A_VISIT, count).tolist()
    return [
        (event.user, event.text, 0) if event.kind == "post" else (event.user, "", turned)
        for event, turned in zip(events, pages, strict=True)
    ]


def write_plan(file: Path, actions: list[Action], token: Callable[[int], str]) -> None:
    """Write what the callers do, and a token for each of them, where only this user can read it."""
    file.touch(mode=0o600)
    tokens = {user: token(user) for user in sorted({user for user, *_ in actions})}
    file.write_text(json.dumps({"actions": actions, "tokens": tokens}), encoding="utf-8")


def write_graph(graph: FollowGraph, file: Path) -> None:
    """Write the graph as `twitterlab serve --graph` reads it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from twitterlab.workloads.graph_files import USERS_KEY

    table = pa.table(dict(zip(("follower", "followee"), graph.edge_arrays(), strict=True)))
    pq.write_table(table.replace_schema_metadata({USERS_KEY: str(graph.users)}), file)
