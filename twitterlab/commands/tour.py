"""`twitterlab tour`: one workload through the stages, a row of measurements each."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from twitterlab import STAGES
from twitterlab.commands import options as shared

NUMBERS = range(1, len(STAGES) + 1)
PLOTS = (".png", ".svg", ".pdf")


def add_command(commands: Any) -> None:
    """Add the command."""
    tour = commands.add_parser("tour", help="one workload through the seven stages, a row of measurements each")
    shared.add_graph_options(tour)
    all_of_them = f"{NUMBERS[0]}-{NUMBERS[-1]}"
    tour.add_argument(
        "--stages", type=stage_numbers, default=NUMBERS, metavar=all_of_them, help="for instance 4, 2-5 or 1,6,7"
    )
    tour.add_argument(
        "--tweets", type=shared.positive, metavar="N", help="posts (default: 5 for 4 users, at most 100,000)"
    )
    tour.add_argument("--json", type=Path, metavar="FILE", help="save the measurements")
    tour.add_argument("--plot", type=Path, metavar="FILE", help="save a figure: .png, .svg or .pdf")
    tour.set_defaults(run=run_command)


def stage_numbers(value: str) -> list[int]:
    """The numbers of some stages."""
    return shared.numbers_among(NUMBERS, value)


def run_command(options: argparse.Namespace) -> int:
    """Print the table, save what is asked for; returns 1 where a page differs from that of stage 1."""
    from tqdm import tqdm

    from twitterlab.studies import tour

    if options.plot and options.plot.suffix.lower() not in PLOTS:
        raise ValueError(f"{options.plot}: unknown suffix {options.plot.suffix!r}; known are {', '.join(PLOTS)}")
    for file in filter(None, (options.json, options.plot)):
        file.touch()  # where it cannot be written, say so now
    graph = shared.chosen_graph(options)
    tweets = options.tweets or tour.default_tweets(graph)
    total = len(tour.write_script(graph, tweets, options.seed)) * len({1, *options.stages})
    with tqdm(total=total, unit=" events", disable=None, leave=False) as bar:
        result = tour.run_tour(graph, options.stages, tweets, options.seed, bar.update)
    print(tour.tour_text(result))
    if options.json:
        options.json.write_text(json.dumps(result.as_dict(), indent=1) + "\n")
    if options.plot:
        from twitterlab.figures.figure import PAGE_DPI
        from twitterlab.figures.tour import tour_figure

        tour_figure(result, times=True).savefig(options.plot, dpi=PAGE_DPI)
    return 0 if not any(row.pages_differing for row in result.stages) else 1
