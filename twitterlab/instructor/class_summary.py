"""A class at a glance, from a folder of the files that its learners exported: `twitterlab summary FOLDER`.

A learner is a file. A learner is *stuck* at an exercise that was tried and is not right yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype
from tabulate import tabulate

from twitterlab.classroom.course.contents import CourseError
from twitterlab.classroom.course.exercise_texts import all_texts
from twitterlab.classroom.course.progress import FILE
from twitterlab.classroom.course.progress_export import Export, parse_export, printable_line
from twitterlab.classroom.course.progress_records import NotProgress

SHOWN = 3  # misconceptions an exercise
ASIDE = (".before-", ".broken-")  # in the names of copies that were set aside


@dataclass(frozen=True)
class Summary:
    """Three tables, and a line for each file that could not be read."""

    exercises: pd.DataFrame  # the median is of the tries of those who began
    misconceptions: pd.DataFrame  # of each exercise those that most learners met
    learners: pd.DataFrame
    unreadable: list[str]

    def as_json(self) -> str:
        """All numbers as JSON."""
        tables = {"exercises": self.exercises, "misconceptions": self.misconceptions, "learners": self.learners}
        told = {name: json.loads(table.to_json(orient="records")) for name, table in tables.items()}
        return json.dumps({**told, "unreadable": self.unreadable}, indent=1)

    def __str__(self) -> str:
        stuck = [", ".join(keys) or "-" for keys in self.learners["stuck"]]
        parts = [
            f"Learners: {len(self.learners)}, exercises: {len(self.exercises)}",
            table_lines(self.exercises),
            table_lines(self.misconceptions) if len(self.misconceptions) else "No misconception was met.",
            table_lines(self.learners.assign(stuck=stuck).rename(columns={"stuck": "stuck at"})),
        ]
        return "\n\n".join(parts + [f"Not read: {'; '.join(self.unreadable)}"] * bool(self.unreadable))


def summarise(folder: Path) -> Summary:
    """The class whose files are in a folder, or one level below; where there is none, a CourseError."""
    learners: list[tuple[str, Export]] = []
    unreadable = []
    for path in learner_files(folder):
        try:
            export = parse_export(path)
            learners.append((export.name or learner_name(path, folder), export))
        except (NotProgress, OSError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            unreadable.append(f"{printable_line(path.relative_to(folder).as_posix())} ({said})")
    if not learners:
        unread = f"; not read: {'; '.join(unreadable)}" if unreadable else ""
        raise CourseError(f"no progress in {folder}: a learner makes a file with twitterlab progress --export{unread}")
    learners.sort(key=lambda learner: learner[0].casefold())
    return Summary(
        exercise_table(answer_rows(learners)), misconception_table(learners), learner_table(learners), unreadable
    )


def learner_files(folder: Path) -> Iterator[Path]:
    """The files that may be a learner's, in the order of their names; hidden and set aside ones are none."""
    for path in sorted([*folder.glob("*.json"), *folder.glob("*/*.json")]):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and not any(word in path.name for word in ASIDE):
            yield path


def learner_name(path: Path, folder: Path) -> str:
    """A learner's name after their file; `anna/progress.json` is anna's."""
    return printable_line(path.parent.name if path.name == FILE and path.parent != folder else path.stem)


def answer_rows(learners: list[tuple[str, Export]]) -> pd.DataFrame:
    """A row for each learner and exercise; the tries of who did not begin are missing."""
    rows = []
    for number, (_, export) in enumerate(learners):
        for key in all_texts():
            record = export.progress.of(key)
            stuck = record.tries > 0 and not record.right
            rows.append((number, key, record.right, stuck, record.tries_needed or None))
    return pd.DataFrame(rows, columns=["learner", "exercise", "right", "stuck", "tries"]).astype({"tries": float})


def exercise_table(rows: pd.DataFrame) -> pd.DataFrame:
    """How the class fares with each exercise."""
    asked = rows.groupby("exercise", sort=False)
    table = asked[["right", "stuck"]].sum().astype(int)
    table["not_begun"] = asked.size() - table["right"] - table["stuck"]
    table["median_tries"] = asked["tries"].median()
    table.insert(0, "title", [all_texts()[key].title for key in table.index])
    return table.reset_index()


def misconception_table(learners: list[tuple[str, Export]]) -> pd.DataFrame:
    """The misconceptions that most learners met, in words, at most SHOWN an exercise."""
    rows = [
        (place, key, misconception_words(key, why), times)
        for _, export in learners
        for place, key in enumerate(all_texts())
        for why, times in export.progress.of(key).misconceptions.items()
    ]
    table = pd.DataFrame(rows, columns=["place", "exercise", "misconception", "times"])
    asked = table.groupby(["place", "exercise", "misconception"])["times"]
    counts = asked.agg(learners="size", times="sum").reset_index()
    order = counts.sort_values(
        ["place", "learners", "times", "misconception"], ascending=[True, False, False, True], kind="stable"
    )
    return order.groupby("place").head(SHOWN).drop(columns="place").reset_index(drop=True)


def misconception_words(key: str, why: str) -> str:
    """A misconception in words; one that the course no longer knows keeps its key."""
    known = all_texts()[key].wrong
    return known[why].misconception if why in known else printable_line(why)


def learner_table(learners: list[tuple[str, Export]]) -> pd.DataFrame:
    """A row for each learner: how many exercises are right, and where they are stuck."""
    rows: list[dict[str, Any]] = []
    for name, export in learners:
        records = {key: export.progress.of(key) for key in all_texts()}
        right = sum(record.right for record in records.values())
        stuck = [key for key, record in records.items() if record.tries and not record.right]
        rows.append({"name": name, "right": right, "stuck": stuck})
    return pd.DataFrame(rows)


def table_lines(table: pd.DataFrame) -> str:
    """A table as text: words to the left, numbers to the right, a dash where there is none."""
    words = [place for place, name in enumerate(table) if not is_numeric_dtype(table[name])]
    shown = table.astype(object).where(table.notna(), None)
    heads = [str(name).replace("_", " ") for name in table]
    return tabulate(shown.to_numpy().tolist(), heads, tablefmt="plain", missingval="-", disable_numparse=words)
