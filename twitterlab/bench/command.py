"""The command `twitterlab bench`: its parts and their options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from twitterlab.bench.common import Result, Unavailable

PARTS = {
    "rate": "the lecture's rate on one core: how many times over stage 7 sustains it",
    "peers": "fan-out and pages beside a Valkey or Redis server",
    "stages": "a page at all seven stages, beside the same SQL by hand and SQLite",
    "growth": "what a page, a post and a delivery cost as everything grows tenfold twice",
    "limit": "fan-out beside this machine's own limit, and where the rest goes",
}


def add(commands: Any) -> None:
    """Add the command and its parts to the command line."""
    command = commands.add_parser("bench", help="how far one process goes, measured beside its peers")
    parts = command.add_subparsers(dest="part", required=True, metavar="PART")
    for name, purpose in PARTS.items():
        part = parts.add_parser(name, help=purpose)
        part.add_argument("--json", nargs="?", const="-", metavar="FILE", help="one JSON object, to FILE or printed")
        part.add_argument("--quick", action="store_true", help="a small size that only shows that it runs")
        module(name).options(part)
        part.set_defaults(run=run)
    page = parts.add_parser("page", help="draw the figures of the saved measurements, and write the page around them")
    page.add_argument("folder", nargs="?", type=Path, default=Path("benchmarks"), help="default: %(default)s")
    page.set_defaults(run=draw)


def module(name: str) -> Any:
    """The module of a part; each has `options(parser)` and `run(options) -> Result`."""
    return import_module(f"twitterlab.bench.{name}")


def run(options: argparse.Namespace) -> int:
    """Run one part; its table, or its JSON object alone where that is asked for without a file."""
    part: Callable[[argparse.Namespace], Result] = module(options.part).run
    try:
        result = part(options)
    except Unavailable as missing:
        print(f"twitterlab bench {options.part}: {missing}", file=sys.stderr)
        return 3
    if options.json == "-":
        print(result.json())
        return 0
    print(result.text())
    if options.json:
        Path(options.json).write_text(result.json() + "\n")
    return 0


def draw(options: argparse.Namespace) -> int:
    """Draw all figures anew from what is saved."""
    from twitterlab.bench.page import write

    write(options.folder)
    return 0
