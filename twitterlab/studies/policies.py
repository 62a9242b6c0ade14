"""Push and pull compared over workloads: what each policy would have cost on four streams of events.

Each stream is cut into two halves of equal time: the first is the period before, from which a system could have learnt
who reads and who writes, and the second is judged. Follows are those of the graph throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twitterlab.parts.feeds.policy import UnitCosts, compare_policies, post_and_view_counts
from twitterlab.workloads.mixes import Event, benchbase, deathstar, flash_crowd, lecture

if TYPE_CHECKING:
    import pandas as pd

    from twitterlab.workloads.graph import FollowGraph


COLUMN_UNITS = {"threshold": "followers", "pushes": "deliveries", "pulls": "pulled authors"}


def policy_workloads(graph: FollowGraph, events: int = 100_000, seed: int = 7) -> dict[str, list[Event]]:
    """The four streams by name, of `events` each; the flash crowd gathers around the most followed user."""
    return {
        "lecture": lecture(graph, events, seed),
        "flash crowd": flash_crowd(graph, events, seed, celebrity=int(np.argmax(graph.follower_counts))),
        "BenchBase": benchbase(graph, events, seed),
        "DeathStarBench": deathstar(graph, events, seed),
    }


def time_halves(events: list[Event]) -> tuple[list[Event], list[Event]]:
    """The events before the middle of the time that they span, and the others."""
    middle = (events[0].at_ms + events[-1].at_ms) / 2 if events else 0
    before = [event for event in events if event.at_ms < middle]
    return before, events[len(before) :]


def compare_workloads(
    graph: FollowGraph, seed: int = 7, units: UnitCosts | None = None, events: int = 100_000
) -> pd.DataFrame:
    """Every policy on the second half of every workload: `compare`'s rows, and the cost over that of the best choice.

    Indexed by workload and policy; `cost` and `regret` are in `units.unit`, `over_best` is a ratio (NaN where the best
    costs nothing).
    """
    import pandas as pd

    priced = units or UnitCosts()
    tables = {}
    for name, stream in policy_workloads(graph, events, seed).items():
        before, judged = (post_and_view_counts(half, graph.users) for half in time_halves(stream))
        table = compare_policies(graph, *judged, priced, before=before)
        tables[name] = table.assign(over_best=table["cost"] / (table["cost"] - table["regret"]))
    return pd.concat(tables, names=["workload"])


def policies_table(graph: FollowGraph, seed: int = 7, units: UnitCosts | None = None, events: int = 100_000) -> str:
    """`compare_workloads` as text, with the unit of each column below its name."""
    import pandas as pd

    priced = units or UnitCosts()
    columns = {**COLUMN_UNITS, "cost": priced.unit, "regret": priced.unit, "over_best": "ratio"}
    table = compare_workloads(graph, seed, priced, events)[list(columns)].astype({"threshold": float})  # NaN where none
    table.columns = pd.MultiIndex.from_tuples((name.replace("_", " "), unit) for name, unit in columns.items())
    whole, ratio = "{:,.0f}".format, "{:.2f}".format
    text = table.to_string(formatters=[whole] * (len(columns) - 1) + [ratio], na_rep="")
    return (
        f"{graph.users:,} users, {graph.edges:,} follows, {events:,} events a workload, seed {seed}; "
        f"unit costs ({priced.unit}): push {priced.push:g}, pull {priced.pull:g}\n\n{text}\n"
    )
