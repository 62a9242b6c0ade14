"""The capstone: the learner's parts as one timeline, held to the single table, and what it costs beside ours."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from twitterlab.classroom.assembly import Loaded, Parts, assemble
from twitterlab.classroom.assembly_budgets import EVENTS, USERS, measure
from twitterlab.classroom.assembly_check import HISTORIES, Finding, all_ours, hold
from twitterlab.classroom.capstone_picture import picture
from twitterlab.classroom.charts import bars
from twitterlab.classroom.figures import Shown

SLACK = 1.2  # times what ours costs: another rule for shards meets other users together
COUNTED = {  # what is compared, and the parts behind it
    "rows looked at": ("rows looked at to find tweets", "newest"),
    "shard_requests": ("shard requests", "feed_page, hydrate"),
    "leader reads": ("reads by leaders", "choose_replica"),
    "merged": ("tweets merged", "hybrid_page, merge_newest"),
    "cache_misses": ("tweets that the cache lacked", "LRU, hydrate"),
    "tweets kept": ("most tweets in the cache", "LRU"),
    "longest": ("longest feed", "deliver, apply_edge"),
    "cost": ("deliveries, and pulls at their price", "push_edge"),
    "movers": ("users who move when a shard is added", "shard_of"),
}


@dataclass(frozen=True)
class Whose:
    """The parts of a timeline, and whose each is."""

    loaded: Loaded

    @property
    def parts(self) -> Parts:
        """What a timeline is assembled from."""
        return self.loaded.parts

    @property
    def drawing(self) -> Shown:
        """Every part in its place."""
        return picture(self.loaded.whose)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        failed, drawn = list(self.loaded.failed.values()), self.drawing
        words = "".join(f"<p>{html.escape(line)}</p>" for line in failed)
        return {"text/html": words + drawn.html, "text/plain": "\n".join([*failed, drawn.text])}


def my_timeline(folder: Path | None) -> Whose:
    """The parts in a course folder's `my_parts/`, with ours in the gaps; None is all ours."""
    return Whose(assemble(folder))


@dataclass(frozen=True)
class Held:
    """What random histories showed of a timeline: the smallest that goes wrong, or that none does."""

    finding: Finding | None
    histories: int

    @property
    def right(self) -> bool:
        """Whether all pages were the single table's."""
        return self.finding is None

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        if self.finding is not None:
            return self.finding._repr_mimebundle_()
        said = f"{self.histories} random histories: every page is the single table's."
        return {"text/html": f"<p><b>Right.</b> {said}</p>", "text/plain": f"Right. {said}"}


def held(mine: Whose, histories: int = HISTORIES) -> Held:
    """Hold a timeline to the single table of stage 1, and the query of exercise 1.1 with it."""
    return Held(hold(mine.parts, histories), histories)


@dataclass(frozen=True)
class Costs:
    """What one pinned day takes: theirs and ours, by counter."""

    theirs: Mapping[str, int]
    ours: Mapping[str, int]

    def budget(self, counter: str) -> int:
        """The most that a counter may be: what ours takes, and a fifth more."""
        return round(SLACK * self.ours[counter])

    @property
    def over(self) -> list[str]:
        """The counters that are above their budgets."""
        return [counter for counter in COUNTED if self.theirs[counter] > self.budget(counter)]

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        drawn = self.drawing
        said = [
            f"{name}: {self.theirs[c]:,}, at most {self.budget(c):,} ({parts})" for c, (name, parts) in COUNTED.items()
        ]
        rows = "".join(self.row(counter) for counter in COUNTED)
        head = "".join(f'<th scope="col">{name}</th>' for name in ("counted", "yours", "ours", "budget", "parts"))
        return {
            "text/html": f"<table><tr>{head}</tr>{rows}</table>{drawn.html}",
            "text/plain": "\n".join([*said, drawn.text]),
        }

    def row(self, counter: str) -> str:
        """One counter as a row of a table."""
        name, parts = COUNTED[counter]
        over = " (over)" if counter in self.over else ""
        numbers = (f"{self.theirs[counter]:,}{over}", f"{self.ours[counter]:,}", f"{self.budget(counter):,}")
        cells = "".join(f'<td style="text-align:right">{number}</td>' for number in numbers)
        return f'<tr><th scope="row" style="text-align:left">{name}</th>{cells}<td>{parts}</td></tr>'

    @property
    def drawing(self) -> Shown:
        """Each counter as a share of what ours takes."""
        shares = {COUNTED[c][0]: 100 * self.theirs[c] / self.ours[c] for c in COUNTED if self.ours[c]}
        dear = (
            f"Over budget: {', '.join(COUNTED[c][0] for c in self.over)}." if self.over else "Nothing is over budget."
        )
        return bars(
            {name: round(share) for name, share in shares.items()},
            role=["reader"] * len(shares),
            label="yours, in per cent of what ours takes",
            caption=f"{USERS} users and {EVENTS} calls, counted. {dear}",
        )


def costs(mine: Whose) -> Costs:
    """Run the pinned day with these parts and with ours."""
    ours = measure(all_ours())
    return Costs(measure(mine.parts) if "yours" in mine.loaded.whose.values() else ours, ours)
