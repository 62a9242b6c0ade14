"""The command `python -m benchmarks`: its parts and their options."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks import __doc__ as summary
from benchmarks.common import PARTS, Failed, Result, Unavailable, install_command, sizes_of
from twitterlab.model import TwitterlabError

PROGRAM = "python -m benchmarks"
PAGE = "draw the figures of the saved measurements, and write the page around them"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one part; 0 when it did what it says, 2 with one line on stderr when not, 3 where a peer is missing."""
    words = list(sys.argv[1:] if argv is None else argv)
    part = parser().parse_args(words[:1]).part
    try:
        if part == "page":
            folder = page_parser().parse_args(words[1:]).folder
            import_module("benchmarks.page").write_page(folder)
        else:
            run_part(part, words[1:])
    except (Unavailable, Failed, TwitterlabError, OSError, ValueError) as error:
        print(f"{PROGRAM} {part}: {error}", file=sys.stderr)
        return 3 if isinstance(error, Unavailable) else 2
    return 0


def parser() -> ArgumentParser:
    """Which part; the help lists all of them."""
    lines = [f"  {name:9} {part.question}" for name, part in PARTS.items()] + [f"  {'page':9} {PAGE}"]
    parts = "\n".join(["parts, each with --help of its own:", *lines])
    top = ArgumentParser(PROGRAM, description=summary, epilog=parts, formatter_class=RawDescriptionHelpFormatter)
    top.add_argument("part", choices=[*PARTS, "page"], metavar="PART")
    return top


def part_parser(name: str) -> ArgumentParser:
    """The options of all parts, and the sizes of this one."""
    part = ArgumentParser(f"{PROGRAM} {name}", description=PARTS[name].question)
    part.add_argument("--json", nargs="?", const="-", metavar="FILE", help="one JSON object, to FILE or printed")
    part.add_argument("--quick", action="store_true", help="a small size that only shows that it runs")
    for option, (default, _, purpose) in PARTS[name].sizes.items():
        text = f"{purpose} (default {default:,})"
        part.add_argument(f"--{option.replace('_', '-')}", type=type(default), metavar="N", help=text)
    return part


def page_parser() -> ArgumentParser:
    """Where the measurements are saved."""
    page = ArgumentParser(f"{PROGRAM} page", description=PAGE)
    page.add_argument("folder", nargs="?", type=Path, default=Path("benchmarks"), help="default: %(default)s")
    return page


def run_part(name: str, words: Sequence[str]) -> None:
    """Run one part; print its tables, or its JSON object alone where that is asked for without a file."""
    options = part_parser(name).parse_args(words)
    file = None if options.json in (None, "-") else Path(options.json)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)  # where it cannot be written, say so now
    try:
        module = import_module(f"benchmarks.{name}")
    except ImportError as missing:
        raise Unavailable(f"{missing.name} is not installed: {install_command(name)}") from None
    given = {option: value for option, value in vars(options).items() if value is not None}
    result: Result = module.run(sizes_of(name, **given))
    print(result.json() if options.json == "-" else result.text())
    if file:
        file.write_text(result.json() + "\n", encoding="utf-8")
