"""`twitterlab estimate`: the lecture's capacity figures, from their givens."""

from __future__ import annotations

import argparse
from typing import Any


def add_command(commands: Any) -> None:
    """Add the command."""
    estimate = commands.add_parser("estimate", help="the lecture's capacity figures, from their givens")
    estimate.set_defaults(run=run_command)


def run_command(options: argparse.Namespace) -> int:
    """Print the table."""
    from twitterlab.studies.estimate import estimate_table

    print(estimate_table().to_string())
    return 0
