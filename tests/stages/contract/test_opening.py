"""Opening and closing at every stage: nothing is lost by closing, and a closed system refuses every call."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from support.systems import GRAPH, small

import twitterlab as tl
from twitterlab.stages.base import Stage

CALLS: dict[str, tuple[Any, ...]] = {
    "post": (1, "late"),
    "post_many": ([(1, "late")],),
    "delete": (1, 1),
    "follow": (1, 3),
    "unfollow": (0, 1),
    "feed": (0,),
    "feed_many": ([0],),
    "tweets_of": (1,),
    "tweet": (1, 1),
    "media": ("0" * 64,),
    "followers": (1,),
    "follows": (0, 1),
    "own_work": (),
    "step": (),
    "drain": (),
    "add_shard": (),
    "lose_leader": (),
    "what_survived": ((0, 0),),
}


def test_leaving_the_with_block_closes_and_closing_twice_is_closing_once(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        assert system.post(1, "one").id
    system.close()
    system.close()
    with small(stage, tmp_path, graph=None) as again:
        assert again.tweets_of(1).tweets or stage is tl.ReadReplicas


def test_an_error_inside_the_with_block_comes_out_and_closes(stage: type[Stage], tmp_path: Path) -> None:
    with pytest.raises(KeyError), small(stage, tmp_path):
        raise KeyError
    with small(stage, tmp_path, graph=None):
        pass


def test_close_does_not_drain_and_nothing_is_lost_by_it(stage: type[Stage], tmp_path: Path) -> None:
    with small(stage, tmp_path) as system:
        tweets = [system.post(1, "a"), system.post(3, "b")]
        waiting = sum(lag.positions for lag in system.lag)
    with small(stage, tmp_path, graph=None) as system:
        assert sum(lag.positions for lag in system.lag) == waiting
        assert system.drain() == waiting
        assert system.feed(0).tweets == tweets[::-1]


def test_every_public_call_after_close_is_systemclosed(stage: type[Stage]) -> None:
    system = small(stage)
    system.post(1, "one")
    at = system.position
    system.close()
    public = {name for name, value in inspect.getmembers(stage, inspect.isfunction) if not name.startswith("_")}
    assert public <= set(CALLS) | {"close"}, "a public call that this test does not know"
    for name in public - {"close"}:
        with pytest.raises(tl.SystemClosed, match=stage.__name__):
            getattr(system, name)(*CALLS[name])
    with pytest.raises(tl.SystemClosed):
        system.feed(0, at_least=at)
    for name in ("lag", "bytes_held"):
        with pytest.raises(tl.SystemClosed):
            getattr(system, name)
    assert system.work.commits >= 1  # what was done can still be told
    assert system.position == at


def test_a_closed_system_refuses_before_it_looks_at_what_it_was_given(stage: type[Stage]) -> None:
    system = small(stage)
    system.close()
    for call in (lambda: system.post(-1, ""), lambda: system.feed("x", 0, 0), lambda: system.post_many(None)):
        with pytest.raises(tl.SystemClosed):
            call()


def test_a_new_system_in_memory_needs_a_graph(stage: type[Stage]) -> None:
    with pytest.raises(tl.InvalidGraph, match="graph"):
        stage()
    with pytest.raises(tl.InvalidGraph, match="FollowGraph"):
        stage(GRAPH.to_networkx())  # type: ignore[arg-type]


def test_a_graph_without_follows_or_with_one_user_is_a_system(stage: type[Stage]) -> None:
    for users in (1, 3):
        with small(stage, graph=tl.FollowGraph.from_edges([], [], users)) as system:
            tweet = system.post(users - 1, "alone")
            system.drain()
            assert system.feed(0) == tl.Page([], None)
            assert system.tweets_of(users - 1).tweets == [tweet]


def test_a_system_in_memory_shares_nothing_with_another(stage: type[Stage]) -> None:
    with small(stage) as one, small(stage) as other:
        key = one.post(1, "mine", b"picture").media
        one.drain()
        other.drain()
        assert other.feed(0).tweets == []
        with pytest.raises(tl.UnknownMedia):
            other.media(key)


def test_a_system_that_lost_a_leader_opens_again_as_it_was_asked_for(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with tl.ReadReplicas(tl.FollowGraph.from_edges([0], [1], 2), "here", replicas=2) as system:
        monkeypatch.chdir("/")
        system.lose_leader()
    with tl.ReadReplicas(None, tmp_path / "here", replicas=2) as system:
        assert len(system.tables.replicas) == 1
    with pytest.raises(tl.StorageError):
        tl.ReadReplicas(None, tmp_path / "here", replicas=3)
