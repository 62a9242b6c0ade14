"""The settings of stages 4 to 7: named once, shown with their defaults, and an unknown one is refused by its name."""

from __future__ import annotations

import inspect
import pydoc
from typing import Any

import pytest
from support.systems import GRAPH

import twitterlab as tl
from twitterlab.stages.base import Stage
from twitterlab.stages.settings import CacheSettings, FeedSettings, HybridSettings, UserShardSettings, defaults_in

TAKEN: dict[type[Stage], type] = {
    tl.UserShards: UserShardSettings,
    tl.TweetCache: CacheSettings,
    tl.PrecomputedFeeds: FeedSettings,
    tl.HybridFeeds: HybridSettings,
}
stages = pytest.mark.parametrize("stage", TAKEN, ids=lambda stage: stage.__name__)


@stages
def test_a_signature_shows_every_setting_with_its_type_and_default(stage: type[Stage]) -> None:
    shown = {
        name: (parameter.default, parameter.annotation)
        for name, parameter in inspect.signature(stage).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    assert {name: default for name, (default, _) in shown.items()} == defaults_in(TAKEN[stage])
    assert shown["shards"] == (None, "int | None")
    assert shown["counting"] == (True, "bool")
    if stage is tl.HybridFeeds:
        assert shown["cache"][1] == "Callable[[int], EvictionPolicy]"
        assert shown["policy"] == (None, "PushPullPolicy | None")


def test_help_names_them_too() -> None:
    text = pydoc.render_doc(tl.PrecomputedFeeds, renderer=pydoc.plaintext)
    assert "feed_length: 'int' = 100" in text
    assert "threshold: " not in text


@stages
def test_a_setting_that_a_stage_has_not_is_a_type_error_that_names_it_and_those_that_there_are(
    stage: type[Any],
) -> None:
    with pytest.raises(TypeError, match=rf"{stage.__name__} has no setting 'shard'; it has shards, shard_of, merge"):
        stage(GRAPH, shard=3)


def test_what_only_another_stage_has_is_refused() -> None:
    for stage, name in ((tl.UserShards, "cache"), (tl.TweetCache, "shard_by"), (tl.PrecomputedFeeds, "threshold")):
        with pytest.raises(TypeError, match=f"has no setting '{name}'"):
            stage(GRAPH, **{name: 3})  # type: ignore[arg-type]


@stages
def test_settings_have_names_and_no_places(stage: type[Any]) -> None:
    with pytest.raises(TypeError, match="positional"):
        stage(GRAPH, None, None, 4)
    with stage(GRAPH, shards=2) as system:
        assert len(system.tables.databases) == 2
