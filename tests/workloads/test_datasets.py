"""The graphs in datasets/ are what their card says and what their recipes make; the real one is as published."""

from __future__ import annotations

import runpy
from typing import Any

import numpy as np
import pytest
from support.places import OWN, SHARED

from twitterlab.workloads.graph import FollowGraph


def recipe(name: str) -> Any:
    script = runpy.run_path(str(OWN / "make.py"))
    return next(recipe for recipe in script["RECIPES"] if recipe.name == name)


@pytest.mark.parametrize("name", ["small", "middle"])
def test_making_a_dataset_again_gives_what_is_stored_and_what_the_card_says(name: str) -> None:
    stored = FollowGraph.read(OWN / f"{name}.parquet")
    assert stored == recipe(name).graph()
    assert stored.digest() in (OWN / "README.md").read_text(encoding="utf-8")


def test_the_figures_of_the_card_are_those_of_the_small_graph() -> None:
    measured = runpy.run_path(str(OWN / "make.py"))["measure"](FollowGraph.read(OWN / "small.parquet"))
    card = (OWN / "README.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("| ")]
    small = {row[0]: row[2] for row in rows if len(row) == 4}
    assert {what: small[what] for what in measured} == measured


def test_slashdot_has_its_published_figures() -> None:
    path = SHARED / "slashdot0902.parquet"
    if not path.exists():
        pytest.skip("the Slashdot graph is not here: put slashdot0902.parquet into shared/datasets beside the project")
    graph = FollowGraph.read(path)
    assert (graph.users, graph.edges) == (82_168, 870_161)
    assert (graph.follower_counts.max(), graph.followee_counts.max()) == (2_552, 2_510)
    assert (np.median(graph.follower_counts), np.median(graph.followee_counts)) == (2, 2)
    assert (graph.followee_counts >= 20).sum() == 8_952
    assert graph.mutual_share() == pytest.approx(0.84, abs=0.005)
