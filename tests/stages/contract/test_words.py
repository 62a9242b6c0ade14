"""The words of the contract: the stages in order, their calls and settings, and the fields of what they answer."""

from __future__ import annotations

import inspect

from support.systems import GRAPH

import twitterlab as tl
from twitterlab.stages.base import Stage


def test_the_stages_are_the_seven_of_the_course_in_order() -> None:
    names = [stage.__name__ for stage in tl.STAGES]
    assert names == [
        "SingleTable",
        "FollowerIndex",
        "ReadReplicas",
        "UserShards",
        "TweetCache",
        "PrecomputedFeeds",
        "HybridFeeds",
    ]


def test_a_tweet_and_a_page_have_the_fields_of_the_contract_in_its_order() -> None:
    assert tl.Tweet._fields == ("id", "author", "text", "media", "created_at")
    assert tl.Page._fields == ("tweets", "next")
    assert tl.Lag._fields == ("name", "positions", "milliseconds")


def test_settings_have_the_same_name_and_default_wherever_they_are(stage: type[Stage]) -> None:
    wanted = {"cache_tweets": 100_000, "feed_length": 100, "active_days": 30, "threshold": 10_000, "policy": None}
    parameters = inspect.signature(stage).parameters
    assert list(parameters)[:3] == ["graph", "path", "clock"]
    assert all(p.kind is p.KEYWORD_ONLY for p in list(parameters.values())[3:])
    assert {n: p.default for n, p in parameters.items() if n in wanted} == {
        n: v for n, v in wanted.items() if n in parameters
    }
    assert parameters["counting"].default is True


def test_where_no_number_is_given_there_are_four_shards_and_two_replicas() -> None:
    with tl.ReadReplicas(GRAPH) as replicated, tl.UserShards(GRAPH) as sharded:
        assert len(replicated.lag) == 2
        assert len(sharded.position) == 4


def test_every_stage_has_every_call_of_the_protocol(stage: type[Stage]) -> None:
    calls = [name for name in vars(tl.Timeline) if not name.startswith("_")]
    assert {"post", "post_many", "delete", "follow", "unfollow", "feed", "tweets_of", "tweet", "media"} < set(calls)
    for name in calls:
        wanted, found = (inspect.signature(getattr(kind, name)) for kind in (tl.Timeline, stage))
        assert [(p.name, p.kind, p.default) for p in found.parameters.values()] == [
            (p.name, p.kind, p.default) for p in wanted.parameters.values()
        ]
