"""`twitterlab policies`: what push, pull, a threshold and the per-edge rule cost."""

from __future__ import annotations

import argparse
from typing import Any

from twitterlab.commands import options as shared


def add_command(commands: Any) -> None:
    """Add the command."""
    policies = commands.add_parser("policies", help="what push, pull, a threshold and the per-edge rule cost")
    shared.add_graph_options(policies)
    policies.add_argument("--events", type=shared.positive, default=20_000, metavar="N", help="events of each workload")
    policies.add_argument("--push", type=float, default=1.0, help="the cost of one push (default %(default)s)")
    policies.add_argument("--pull", type=float, default=1.0, help="the cost of one pull (default %(default)s)")
    policies.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Print the table."""
    from twitterlab.parts.feeds.policy import UnitCosts
    from twitterlab.studies.policies import policies_table

    units = UnitCosts(push=options.push, pull=options.pull)
    print(policies_table(shared.chosen_graph(options), options.seed, units, options.events))
    return 0
