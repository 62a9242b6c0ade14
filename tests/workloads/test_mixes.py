"""Workloads: the shares, times, skew and texts of their events, and that a seed repeats them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from twitterlab.clock import DAY_MS
from twitterlab.model import UnknownUser
from twitterlab.workloads.graph import FollowGraph
from twitterlab.workloads.mixes import START_MS, Event, benchbase, deathstar, flash_crowd, lecture
from twitterlab.workloads.streams import EVENT_KINDS

GENERATORS = [lecture, flash_crowd, benchbase, deathstar]
Generator = Callable[..., list[Event]]


@pytest.fixture(scope="module")
def graph() -> FollowGraph:
    return FollowGraph.synthetic(users=2_000, mean_follows=20, seed=3)


def ring(users: int, reach: int = 3) -> FollowGraph:
    """Everybody follows the next `reach` users: a graph that no generator's change can touch."""
    followers = np.repeat(np.arange(users), reach)
    return FollowGraph.from_edges(followers, (followers + np.tile(np.arange(1, reach + 1), users)) % users, users=users)


def assert_shares(events: list[Event], weights: dict[str, float]) -> None:
    """No other kind, and each within four standard deviations of its share."""
    counts, total = Counter(event.kind for event in events), sum(weights.values())
    assert set(counts) <= set(weights)
    for kind, weight in weights.items():
        p = weight / total
        assert abs(counts[kind] - len(events) * p) <= 4 * np.sqrt(len(events) * p * (1 - p)), kind


def times(events: list[Event], kind: str | None = None) -> np.ndarray:
    return np.array([event.at_ms for event in events if kind in (None, event.kind)])


@pytest.mark.parametrize("generate", GENERATORS)
def test_the_same_seed_repeats_the_stream_and_another_does_not(generate: Generator, graph: FollowGraph) -> None:
    assert generate(graph, 3_000, 5) == generate(graph, 3_000, 5)
    assert generate(graph, 3_000, 5) != generate(graph, 3_000, 6)


def test_a_stream_is_the_same_on_every_machine() -> None:
    streams = [generate(ring(100), 2_000, 11) for generate in GENERATORS]
    digest = hashlib.sha256(repr([tuple(event) for stream in streams for event in stream]).encode()).hexdigest()
    assert digest[:16] == "80bd72772a348cc4"


def test_neither_the_global_generator_nor_its_state_matters(graph: FollowGraph) -> None:
    before = lecture(graph, 500, 1)
    np.random.seed(0)  # noqa: NPY002
    state = np.random.get_state()[1].tolist()  # type: ignore[index,union-attr]  # noqa: NPY002
    assert lecture(graph, 500, 1) == before
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index,union-attr]  # noqa: NPY002


@pytest.mark.parametrize("generate", GENERATORS)
@pytest.mark.parametrize("events", [0, 1, 4_000])
def test_a_stream_has_its_length_in_time_order_and_plain_types(
    generate: Generator, graph: FollowGraph, events: int
) -> None:
    stream = generate(graph, events, 2)
    assert len(stream) == events
    assert all(first.at_ms <= second.at_ms for first, second in pairwise(stream))
    assert all(event.at_ms >= START_MS for event in stream)
    assert {tuple(map(type, event)) for event in stream} <= {(int, str, int, int, str)}
    assert {event.kind for event in stream} <= set(EVENT_KINDS)


def test_the_lectures_mix_has_twenty_pages_for_a_post(graph: FollowGraph) -> None:
    weights = {"post": 1, "feed": 20, "follow": 0.2, "unfollow": 0.05, "delete": 0.02}
    assert_shares(lecture(graph, 50_000, 1), weights)
    assert_shares(lecture(graph, 50_000, 1, pages_per_post=3, follows_per_post=0), weights | {"feed": 3, "follow": 0})


def test_benchbase_weighs_1_1_7_90_1(graph: FollowGraph) -> None:
    weights = {"tweet": 1, "feed": 1, "followers": 7, "tweets_of": 90, "post": 1}
    assert_shares(benchbase(graph, 50_000, 1), weights)


def test_deathstar_is_60_30_10(graph: FollowGraph) -> None:
    assert_shares(deathstar(graph, 50_000, 1), {"feed": 60, "tweets_of": 30, "post": 10})


def test_the_span_follows_from_users_and_rates(graph: FollowGraph) -> None:
    a_day = 2_000 * (2.1 + 0.1 * 0.27)  # pages and posts of each user, and the rarer events
    span = np.ptp(times(lecture(graph, 30_000, 1)))
    assert span == pytest.approx(DAY_MS * 30_000 / a_day, rel=0.001)
    assert np.ptp(times(lecture(graph, 30_000, 1, posts_per_day=0.2))) == pytest.approx(span / 2, rel=0.001)
    assert np.ptp(times(lecture(graph, 30_000, 1, span_ms=60_000))) < 60_000


def test_arrivals_follow_the_days_cycle_and_peak_in_the_evening(graph: FollowGraph) -> None:
    at = times(lecture(graph, 48_000, 1, span_ms=2 * DAY_MS))
    hours = np.bincount((at % DAY_MS * 24 // DAY_MS), minlength=24)
    middle = np.arange(24) + 0.5
    expected = 2_000 * (1 + 0.5 * np.cos((middle - 20) / 24 * 2 * np.pi) * np.sinc(1 / 24))
    assert stats.chisquare(hours, expected).pvalue > 1e-4
    assert int(hours.argmax()) in (18, 19, 20, 21)
    assert int(hours.argmin()) in (6, 7, 8, 9)
    assert hours[18:22].sum() / hours[6:10].sum() == pytest.approx(2.9, abs=0.3)


def test_without_amplitude_the_day_is_flat(graph: FollowGraph) -> None:
    at = times(lecture(graph, 24_000, 1, span_ms=DAY_MS, amplitude=0))
    assert stats.chisquare(np.bincount(at % DAY_MS * 24 // DAY_MS, minlength=24)).pvalue > 1e-4


@pytest.mark.parametrize("factor", [10.0, 2.5])
@pytest.mark.parametrize("kind", ["feed", "post"])
def test_a_flash_crowd_multiplies_reads_and_posts(graph: FollowGraph, factor: float, kind: str) -> None:
    stream = flash_crowd(graph, 60_000, 1, start=0.3, length=0.1, factor=factor, amplitude=0, span_ms=1_000_000)
    at = times(stream, kind) - START_MS
    inside = int(((at >= 300_000) & (at < 400_000)).sum())
    share = 0.1 * factor / (0.1 * factor + 0.9)
    assert abs(inside - len(at) * share) < 4 * np.sqrt(len(at) * share * (1 - share))


def test_outside_the_crowd_the_rate_is_the_lectures(graph: FollowGraph) -> None:
    calm = lecture(graph, 30_000, 1, amplitude=0)
    crowd = flash_crowd(graph, 30_000, 1, start=0.5, length=0.05, amplitude=0)
    minute_calm, minute_crowd = (len(s) / np.ptp(times(s)) for s in (calm, crowd))
    assert minute_crowd == pytest.approx(minute_calm * (1 + 9 * 0.05), rel=0.01)


def test_a_celebrity_stands_at_the_centre_of_the_crowd(graph: FollowGraph) -> None:
    span = {"start": 0.5, "length": 0.1, "span_ms": 1_000_000}
    plain, stream = flash_crowd(graph, 20_000, 1, **span), flash_crowd(graph, 20_000, 1, **span, celebrity=17)
    visits = [event for event in stream if event.kind == "tweets_of"]
    readers = sum(1 for event in plain if event.kind == "feed" and 500_000 <= event.at_ms - START_MS < 600_000)
    assert {event.other for event in visits} == {17}
    assert len(visits) == pytest.approx(readers / 2, abs=4 * np.sqrt(readers) / 2)
    assert all(500_000 <= event.at_ms - START_MS < 600_000 for event in visits)
    posts = Counter(event.user for event in stream if event.kind == "post")
    assert 10 <= posts[17] <= 12  # ten in the crowd, and what user 17 writes anyway


def test_readers_and_writers_are_skewed_separately(graph: FollowGraph) -> None:
    def top_share(stream: list[Event], kind: str) -> float:
        counts = sorted(Counter(e.user for e in stream if e.kind == kind).values(), reverse=True)
        return sum(counts[:8]) / sum(counts)  # 1% of the 800 active users

    skewed = lecture(graph, 100_000, 1, reader_skew=0.2, writer_skew=1.2, pages_per_post=1)
    swapped = lecture(graph, 100_000, 1, reader_skew=1.2, writer_skew=0.2, pages_per_post=1)
    for stream, even, uneven in ((skewed, "feed", "post"), (swapped, "post", "feed")):
        assert top_share(stream, even) < 0.06
        assert top_share(stream, uneven) > 0.4


def test_the_head_of_a_skew_is_zipfs(graph: FollowGraph) -> None:
    stream = lecture(graph, 100_000, 1, writer_skew=1.0, pages_per_post=0, follows_per_post=0, active=1)
    counts = sorted(Counter(e.user for e in stream if e.kind == "post").values(), reverse=True)
    harmonic = (1 / np.arange(1, 2_001)).sum()
    expected = sum(counts) / harmonic / np.arange(1, 6)
    assert np.all(np.abs(np.array(counts[:5]) - expected) < 4 * np.sqrt(expected))


def test_without_skew_everybody_is_as_likely(graph: FollowGraph) -> None:
    stream = deathstar(graph, 60_000, 1)
    counts = Counter(event.user for event in stream if event.kind == "feed")
    assert stats.chisquare([counts[user] for user in range(2_000)]).pvalue > 1e-4


def test_writing_can_go_with_being_followed(graph: FollowGraph) -> None:
    def correlation(value: float) -> float:
        posts = np.zeros(graph.users)
        for event in lecture(graph, 60_000, 1, correlation=value, pages_per_post=0, active=1):
            posts[event.user] += event.kind == "post"
        return float(stats.spearmanr(posts, graph.follower_counts).statistic)

    assert abs(correlation(0)) < 0.1
    assert correlation(0.6) > 0.3
    assert correlation(0.6) < correlation(1)
    assert correlation(1) > 0.8


def test_only_the_active_read_and_write(graph: FollowGraph) -> None:
    callers = {e.user for e in lecture(graph, 60_000, 1, unfollows_per_post=0)}
    assert len(callers) == pytest.approx(800, abs=8)


def test_texts_have_plausible_lengths(graph: FollowGraph) -> None:
    texts = [e.text for e in lecture(graph, 20_000, 1, pages_per_post=0)]
    lengths = np.array([len(text) for text in texts if text])
    assert (lengths.min(), lengths.max()) >= (4, 280)
    assert lengths.max() == 280
    assert 60 < lengths.mean() < 120
    assert 0.02 < (lengths == 280).mean() < 0.04
    assert all(text == text.strip() and text.isascii() for text in texts)


def test_lengths_are_drawn_from_a_histogram(graph: FollowGraph) -> None:
    stream = lecture(graph, 20_000, 1, pages_per_post=0, lengths=[(1, 3), (140, 1), (280, 0)])
    counts = Counter(len(e.text) for e in stream if e.kind == "post")
    assert set(counts) == {1, 140}
    assert counts[1] / counts.total() == pytest.approx(0.75, abs=0.02)
    assert {len(e.text) for e in deathstar(graph, 1_000, 1) if e.text} == {256}


@pytest.mark.parametrize("lengths", [[(0, 1)], [(281, 1)], [(10, 0)], [(10, -1), (11, 2)]])
def test_impossible_lengths_are_refused(graph: FollowGraph, lengths: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="lengths are pairs"):
        lecture(graph, 100, 1, lengths=lengths)


@pytest.mark.parametrize(
    ("habits", "error"),
    [
        ({"pages_per_post": -1}, ValueError),
        ({"pages_per_post": float("inf")}, ValueError),
        ({"amplitude": 1.5}, ValueError),
        ({"active": 0}, ValueError),
        ({"posts_per_day": 0}, ValueError),
        ({"tweets_per_lunch": 1}, TypeError),
    ],
)
def test_impossible_habits_are_refused(graph: FollowGraph, habits: dict[str, float], error: type[Exception]) -> None:
    with pytest.raises(error):
        lecture(graph, 100, 1, **habits)


@pytest.mark.parametrize("crowd", [{"start": 0.9, "length": 0.2}, {"start": -0.1}, {"factor": 0}, {"length": -0.1}])
def test_impossible_crowds_are_refused(graph: FollowGraph, crowd: dict[str, float]) -> None:
    for span in ({}, {"span_ms": 1_000}):
        with pytest.raises(ValueError, match="crowd"):
            flash_crowd(graph, 100, 1, **crowd, **span)


def test_a_celebrity_must_be_a_user(graph: FollowGraph) -> None:
    with pytest.raises(UnknownUser, match="2000"):
        flash_crowd(graph, 100, 1, celebrity=2_000)
