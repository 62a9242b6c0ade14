"""Where the time of a drain and of a page goes, by function: samples of the stack that pyinstrument takes.

Only functions of twitterlab have a row. What numpy or DuckDB does counts for the function that called it.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from pyinstrument import Profiler
from pyinstrument.frame import Frame

import twitterlab
from benchmarks.common import Result, Table, on_one_core
from benchmarks.load import Load
from benchmarks.rate import LIMIT, post_history
from twitterlab import FollowGraph, HybridFeeds

HOME = Path(twitterlab.__file__).parent
INTERVAL_S = 0.0005  # from one sample to the next
SHARE = "% of the time"
LEAST, OTHERS = 2.0, "all others"  # functions with less per cent of the time stand together


def run(size: Namespace) -> Result:
    """Let a system drain and answer pages, and look every half millisecond where it is."""
    draining, reading = Profiler(interval=INTERVAL_S), Profiler(interval=INTERVAL_S)
    graph = FollowGraph.synthetic(size.users, size.follows, size.seed)
    load = Load(graph, size.threshold, size.seed)
    cached = size.history + size.turns * size.posts
    with on_one_core(), HybridFeeds(graph, threshold=size.threshold, cache_tweets=cached, counting=False) as system:
        post_history(system, load, size.history)
        for _ in range(size.turns):
            system.post_many(load.posts(size.posts))
            readers = load.readers(size.pages).tolist()
            with draining:
                system.drain()
            with reading:
                for reader in readers:
                    system.feed(reader, LIMIT)
    sessions: dict[str, Any] = {"a drain": draining.last_session, "a page": reading.last_session}
    tables = {title: function_rows(session.root_frame()) for title, session in sessions.items()}
    figures = {f"samples_of_{title[2:]}": session.sample_count for title, session in sessions.items()}
    return Result.here("profile", vars(size), figures, tables)


def function_rows(root: Frame) -> Table:
    """A row for each function that takes a fiftieth of the time or more, the longest first; the others stand last."""
    seconds = pd.DataFrame(function_times(root), columns=["function", "s"]).groupby("function")["s"].sum()
    shares = (100 * seconds / seconds.sum()).drop(OTHERS, errors="ignore").sort_values(ascending=False)
    long = {f"`{name}`": share for name, share in shares.items() if share >= LEAST}
    return [{"function": name, SHARE: share} for name, share in {**long, OTHERS: 100 - sum(long.values())}.items()]


def function_times(frame: Frame, owner: str = OTHERS) -> Iterator[tuple[str, float]]:
    """The seconds of a frame and of all that it calls, each under the function of ours that it is, or is called by."""
    file = Path(frame.file_path or "")
    if HOME in file.parents and not frame.function.startswith("<"):  # a comprehension is part of what it stands in
        owner = f"{file.stem}: {frame.class_name + '.' if frame.class_name else ''}{frame.function}"
    yield owner, frame.time - sum(child.time for child in frame.children)
    for child in frame.children:
        yield from function_times(child, owner)
