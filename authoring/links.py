"""Relative links in Markdown files and notebooks lead somewhere: `python -m authoring.links`.

rumdl does the looking, and needs no network: it leaves the web's addresses alone. It finds missing files, and headings
and anchors that no document has, by the names that GitHub gives them. It does not read raw HTML, so
`tests/authoring/test_links.py` looks at `<a href>` and `<img src>` for it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
COMMAND = (
    *("check", "--stdin-batch", "--isolated", "--no-cache", "--output-format", "json-lines"),
    *("--enable", "MD051,MD057", "--config", 'MD057.absolute-links = "warn"'),
)


def main() -> int:
    """Print each link that leads nowhere; returns 1 where there is one, else 0."""
    texts = documents_below(ROOT)
    broken = broken_links(texts, ROOT)
    print(*broken, f"{len(texts)} documents, {len(broken)} links that lead nowhere", sep="\n")
    return 1 if broken else 0


def documents_below(root: Path) -> dict[str, str]:
    """The Markdown of each .md file and notebook below `root`, by its path there; hidden folders are passed over."""
    paths = (path for ending in ("md", "ipynb") for path in sorted(root.rglob(f"*.{ending}")))
    named = ((path.relative_to(root), path) for path in paths)
    return {
        name.as_posix(): markdown_of(path) for name, path in named if not any(p.startswith(".") for p in name.parts)
    }


def markdown_of(path: Path) -> str:
    """A document's Markdown: of a notebook that of its Markdown cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = nbformat.reads(text, as_version=4).cells  # type: ignore[no-untyped-call]
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def broken_links(texts: Mapping[str, str], root: Path) -> list[str]:
    """The links among `texts`, documents by their paths below `root`, that lead nowhere: a line each.

    Raises RuntimeError where rumdl is not installed, or fails at something else than a link.
    """
    rumdl = shutil.which("rumdl", path=sysconfig.get_path("scripts"))
    if rumdl is None:
        raise RuntimeError("rumdl looks at the links: pip install -e '.[dev]' -c constraints.txt")
    batch = "".join(f"{name}\0{text}\0" for name, text in texts.items())
    done = subprocess.run([rumdl, *COMMAND], input=batch, cwd=root, capture_output=True, encoding="utf-8", check=False)
    if done.returncode not in (0, 1) or done.stderr.strip():
        raise RuntimeError(f"rumdl failed: {done.stderr.strip() or done.returncode}")
    return [f"{found['file']}: {found['message']}" for found in map(json.loads, done.stdout.splitlines())]


if __name__ == "__main__":
    sys.exit(main())
