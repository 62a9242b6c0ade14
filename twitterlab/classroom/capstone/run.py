"""The capstone: the learner's parts as one timeline, held to the single table, and what it costs beside ours."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from twitterlab.classroom.capstone.blame import HISTORIES, Finding, all_ours, find_failure
from twitterlab.classroom.capstone.budgets import EVENTS, LIMITS, USERS, Budgets, day_budgets
from twitterlab.classroom.capstone.parts import Loaded, Parts, assemble_parts
from twitterlab.classroom.capstone.picture import parts_picture
from twitterlab.figures.charts import bars
from twitterlab.figures.figure import Picture


@dataclass(frozen=True)
class MyTimeline:
    """The parts of a timeline, and whose each is."""

    loaded: Loaded

    @property
    def parts(self) -> Parts:
        """What a timeline is assembled from."""
        return self.loaded.parts

    @property
    def drawing(self) -> Picture:
        """Every part in its place."""
        return parts_picture(self.loaded.whose)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        failed, drawn = list(self.loaded.failed.values()), self.drawing
        words = "".join(f"<p>{html.escape(line)}</p>" for line in failed)
        return {"text/html": words + drawn.html, "text/plain": "\n".join([*failed, drawn.text])}


def my_timeline(folder: Path | None) -> MyTimeline:
    """The parts in a course folder's `my_parts/`, with ours in the gaps; None is all ours."""
    return MyTimeline(assemble_parts(folder))


@dataclass(frozen=True)
class HistoryReport:
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


def hold_to_single_table(mine: MyTimeline, histories: int = HISTORIES) -> HistoryReport:
    """Hold a timeline to the single table of stage 1, and the query of exercise 1.1 with it."""
    return HistoryReport(find_failure(mine.parts, histories), histories)


@dataclass(frozen=True)
class CostReport:
    """What one pinned day takes: theirs, ours and stage 7, by counter, and where to look if it is too much."""

    day: Budgets

    @property
    def advice(self) -> str:
        """What is over its budget, and the part that is behind it."""
        if self.day.stopped:
            return self.day.stopped
        over = ", ".join(LIMITS[counter].words for counter in self.day.over)
        if not over:
            return "Nothing is over budget."
        blame = (self.day.blame,) if isinstance(self.day.blame, str) else self.day.blame
        behind = blame or dict.fromkeys(part for counter in self.day.over for part in LIMITS[counter].parts)
        return f"Over budget: {over}. Look at {', '.join(behind)}."

    @property
    def drawing(self) -> Picture:
        """Each counter as a share of what ours takes."""
        theirs, ours = self.day.theirs, self.day.ours
        shares = {limit.words: round(100 * theirs[c] / ours[c]) for c, limit in LIMITS.items() if ours[c]}
        return bars(
            shares,
            role="reader",
            label="yours, in per cent of what ours takes",
            caption=f"{USERS} users and {EVENTS} calls. {self.advice}",
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        drawn, table = self.drawing, self.day.frame.astype("string").fillna("")
        words = f"<p>{html.escape(self.advice)}</p>"
        return {
            "text/html": f"{words}{table.to_html(border=0)}{drawn.html}",
            "text/plain": "\n".join([self.advice, table.to_string(), drawn.text]),
        }


def count_costs(mine: MyTimeline) -> CostReport:
    """Run the pinned day with these parts, with ours, and in stage 7."""
    return CostReport(day_budgets(mine.parts if "yours" in mine.loaded.whose.values() else all_ours()))
