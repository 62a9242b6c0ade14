"""The command `python -m benchmarks`: its parts and their options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import __doc__ as summary
from benchmarks.common import Result, Unavailable
from twitterlab.model import TwitterlabError

PARTS = {
    "rate": "the lecture's rate on one core: how many times over stage 7 sustains it",
    "peers": "fan-out and pages beside a Valkey or Redis server",
    "stages": "a page at all seven stages, beside the same SQL by hand and SQLite",
    "growth": "what a page, a post and a delivery cost as everything grows tenfold twice",
    "limit": "fan-out beside this machine's own limit, and where the rest goes",
    "service": "the HTTP service at all seven stages, called by locust",
}


class Part(argparse.ArgumentParser):
    """A parser that gets its options when it is first used: until then their module is not imported."""

    def __init__(self, *args: Any, late: Callable[[argparse.ArgumentParser], None], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._late = [late]

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, with all options there."""
        while self._late:
            self._late.pop()(self)
        return super().parse_known_args(args, namespace)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one part; 0 when it did what it says, 2 with one line on stderr when not, 3 where a peer is missing."""
    options = parser().parse_args(argv)
    try:
        return int(options.run(options))
    except (TwitterlabError, OSError, ValueError) as error:
        print(f"python -m benchmarks {options.part}: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """All parts and their options."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description=summary)
    parts = top.add_subparsers(dest="part", required=True, metavar="PART", parser_class=Part)
    for name, purpose in PARTS.items():
        parts.add_parser(name, help=purpose, late=partial(part_options, name)).set_defaults(run=run)
    what = "draw the figures of the saved measurements, and write the page around them"
    parts.add_parser("page", help=what, late=page_options).set_defaults(run=draw)
    return top


def part_options(name: str, parser: argparse.ArgumentParser) -> None:
    """The options of all parts, and those of this one."""
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help="one JSON object, to FILE or printed")
    parser.add_argument("--quick", action="store_true", help="a small size that only shows that it runs")
    module(name).options(parser)


def page_options(parser: argparse.ArgumentParser) -> None:
    """Where the measurements are saved."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path("benchmarks"), help="default: %(default)s")


def module(name: str) -> Any:
    """The module of a part; each has `options(parser)` and `run(options) -> Result`."""
    return import_module(f"benchmarks.{name}")


def run(options: argparse.Namespace) -> int:
    """Run one part; its table, or its JSON object alone where that is asked for without a file."""
    part: Callable[[argparse.Namespace], Result] = module(options.part).run
    file = None if options.json in (None, "-") else Path(options.json)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)  # where it cannot be written, say so now
    try:
        result = part(options)
    except Unavailable as missing:
        print(f"python -m benchmarks {options.part}: {missing}", file=sys.stderr)
        return 3
    if options.json == "-":
        print(result.json())
        return 0
    print(result.text())
    if file:
        file.write_text(result.json() + "\n")
    return 0


def draw(options: argparse.Namespace) -> int:
    """Draw all figures anew from what is saved, and put the service's table on the front page."""
    from benchmarks import front, page

    page.write(options.folder)
    front.write(options.folder)
    return 0
