"""The table of the service on the front page, between two comments there, from what is saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.page import machine_of, markdown, read

if TYPE_CHECKING:
    from benchmarks.charts import Saved

BEGIN, END = "<!-- service: made by python -m benchmarks page -->\n", "\n<!-- service ends -->"
COLUMNS = ("stage", "class", "requests/s", "page p50 ms", "page p99 ms", "rows a page")


def write(folder: Path) -> None:
    """Put the table of `folder` into the README.md beside it; nothing where either has no place for it."""
    page, saved = folder.resolve().parent / "README.md", read(folder / "service.json")
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    if saved is not None and BEGIN in text and END in text:
        page.write_text(replaced(text, saved), encoding="utf-8")


def replaced(text: str, saved: Saved) -> str:
    """The text with this table in the place of the one before."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table(saved)}\n{END}{rest.partition(END)[2]}"


def table(saved: Saved) -> str:
    """The table, and below it the machine and the command."""
    (rows,) = saved["tables"].values()
    shown = [{name: row[name] for name in COLUMNS} for row in rows]
    return f"{markdown(shown)}\n\n<sub>{machine_of(saved)}; `{saved['settings']['command']}`</sub>"
