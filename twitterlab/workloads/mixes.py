"""Workloads: seeded streams of events; the lecture's, one with a flash crowd, BenchBase's and DeathStarBench's.

A stream depends on the graph, the arguments and the seed alone, and is valid: see `twitterlab.workloads.streams`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf, isfinite
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from twitterlab.clock import DAY_MS
from twitterlab.model import UnknownUser
from twitterlab.workloads.draws import Crowd, Lengths, Numbers, even_times, poisson_times, uniform, zipf
from twitterlab.workloads.streams import (
    DELETE,
    FEED,
    FOLLOW,
    FOLLOWERS,
    POST,
    TWEET,
    TWEETS_OF,
    UNFOLLOW,
    Event,
    People,
    Stream,
    draw_stream,
    events_of,
    replay,
)

if TYPE_CHECKING:
    from twitterlab.workloads.graph import FollowGraph

__all__ = ["Event", "Habits", "benchbase", "deathstar", "flash_crowd", "lecture", "replay"]

Mask: TypeAlias = NDArray[np.bool_]

START_MS = 1_700_000_000_000


@dataclass(frozen=True)
class Habits:
    """What the lecture says of its users, and what it leaves open: first how much, then who and when."""

    posts_per_day: float = 0.1  # by each user: 50 M a day from 500 M
    pages_per_post: float = 20.0  # 1 G pages a day for 50 M posts
    follows_per_post: float = 0.2
    unfollows_per_post: float = 0.05
    deletes_per_post: float = 0.02
    active: float = 0.4  # the share of users who read or write at all: 200 M of 500 M
    reader_skew: float = 0.5  # Zipf exponents over the active users: 0 is uniform
    writer_skew: float = 0.8
    correlation: float = 0.0  # of writing with being followed: 0 none, 1 the most followed write the most
    amplitude: float = 0.5  # of the day's cycle, as a share of the mean rate
    peak_hour: float = 20.0  # UTC

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = 1 if field.name in ("active", "correlation", "amplitude") else inf
            if not (0 <= value <= most and isfinite(value)):
                raise ValueError(f"{field.name} must be from 0 to {most}, and finite, not {value!r}")
        if not (self.posts_per_day and self.active):
            raise ValueError("posts_per_day and active must be above 0: somebody has to write")

    @property
    def shares(self) -> dict[int, float]:
        """How many of each kind for one post."""
        return {
            POST: 1.0,
            FEED: self.pages_per_post,
            FOLLOW: self.follows_per_post,
            UNFOLLOW: self.unfollows_per_post,
            DELETE: self.deletes_per_post,
        }

    def rate(self, users: int) -> float:
        """The mean number of events a millisecond."""
        return users * self.posts_per_day * sum(self.shares.values()) / DAY_MS

    def cycle(self, at_ms: Numbers) -> NDArray[np.float64]:
        """The rate at each time as a share of the peak's: `mean * (1 + amplitude * cos(hours from the peak))`."""
        day = (at_ms - round(self.peak_hour * DAY_MS / 24)) % DAY_MS / DAY_MS
        return np.asarray((1 + self.amplitude * np.cos(2 * np.pi * day)) / (1 + self.amplitude))


def people_with_habits(graph: FollowGraph, habits: Habits, rng: np.random.Generator) -> People:
    """Readers and writers are the same active users in two orders, each with its skew; readers ask for writers."""
    readers = rng.permutation(graph.users)[: max(1, round(habits.active * graph.users))]
    chance = rng.permutation(readers)
    fame = np.empty(len(chance), dtype=np.int64)
    fame[np.argsort(-graph.follower_counts[chance], kind="stable")] = np.arange(len(chance))
    score = habits.correlation * fame + (1 - habits.correlation) * np.arange(len(chance))
    writers = zipf(chance[np.argsort(score, kind="stable")], habits.writer_skew)
    return People(zipf(readers, habits.reader_skew), writers, asked=writers)


def lecture(
    graph: FollowGraph,
    events: int = 100_000,
    seed: int = 7,
    *,
    start_ms: int = START_MS,
    span_ms: int | None = None,
    lengths: Lengths | None = None,
    **habits: float,
) -> list[Event]:
    """The lecture's mix: twenty pages read for each post, a few follows, unfollows and deletes, over a day's cycle.

    `habits` are those of `Habits`, by name. The span follows from the users and their rates unless `span_ms` is given.
    """
    rng = np.random.default_rng(seed)
    stream, _ = _daily_stream(
        graph, rng, events, Habits(**habits), Crowd(0.0, 0.0, 1.0), start_ms=start_ms, span_ms=span_ms
    )
    return events_of(graph, rng, stream, lengths)


def flash_crowd(
    graph: FollowGraph,
    events: int = 100_000,
    seed: int = 7,
    *,
    start: float = 0.5,
    length: float = 0.05,
    factor: float = 10.0,
    celebrity: int | None = None,
    celebrity_posts: int = 10,
    focus: float = 0.5,
    start_ms: int = START_MS,
    span_ms: int | None = None,
    lengths: Lengths | None = None,
    **habits: float,
) -> list[Event]:
    """The lecture's mix at `factor` times the rate for a while, reads and posts both.

    The crowd comes at `start` and stays for `length`, both shares of the span. At its centre may stand a `celebrity`:
    `celebrity_posts` of its posts, evenly chosen from the first on, are theirs, and a share `focus` of its readers asks
    for the celebrity's tweets instead of the own feed.
    """
    rng, crowd = np.random.default_rng(seed), Crowd(start, length, factor)
    stream, crowded = _daily_stream(graph, rng, events, Habits(**habits), crowd, start_ms=start_ms, span_ms=span_ms)
    if celebrity is not None:
        if not 0 <= celebrity < graph.users:
            raise UnknownUser(f"the celebrity {celebrity!r} is not one of the users 0 to {graph.users - 1}")
        _gather_crowd(stream, crowded, celebrity, celebrity_posts, rng.random(events) < focus)
    return events_of(graph, rng, stream, lengths)


def _daily_stream(
    graph: FollowGraph,
    rng: np.random.Generator,
    events: int,
    habits: Habits,
    crowd: Crowd,
    *,
    start_ms: int,
    span_ms: int | None,
) -> tuple[Stream, Mask]:
    """The lecture's stream, and which of its events fall into the crowd."""
    if span_ms is None:
        span_ms = max(1, round(events / habits.rate(graph.users) / crowd.stretch))
    offsets = poisson_times(rng, events, span_ms, crowd, lambda at: habits.cycle(start_ms + at))
    first, end = crowd.window(span_ms)
    stream = draw_stream(rng, start_ms + offsets, habits.shares, people_with_habits(graph, habits, rng))
    return stream, (offsets >= first) & (offsets < end)


def _gather_crowd(stream: Stream, crowded: Mask, celebrity: int, celebrity_posts: int, curious: Mask) -> None:
    """Let the celebrity write some of the crowd's posts, and its curious readers ask for the celebrity's tweets."""
    posts = np.flatnonzero(crowded & (stream.kind == POST))
    count = min(celebrity_posts, len(posts))
    stream.user[posts[np.arange(count) * len(posts) // max(1, count)]] = celebrity
    visits = crowded & curious & (stream.kind == FEED)
    stream.kind[visits], stream.other[visits] = TWEETS_OF, celebrity


def benchbase(
    graph: FollowGraph,
    events: int = 100_000,
    seed: int = 7,
    *,
    rate: float = 1_000.0,
    skew: float = 0.99,
    start_ms: int = START_MS,
    lengths: Lengths | None = None,
) -> list[Event]:
    """BenchBase's Twitter mix at an even `rate` a second: 1 tweet, 1 feed, 7 followers, 90 tweets of a user, 1 post.

    As there, callers and the users asked for are uniform, and authors scrambled Zipfian with exponent 0.99. Its authors
    tweeted before the run; here the stream's own tweets are all there is, and the first one asked for becomes a post.
    BenchBase (github.com/cmu-db/benchbase): sample_twitter_config.xml, TwitterWorker.java, TwitterLoader.java.
    """
    rng = np.random.default_rng(seed)
    shares = {TWEET: 1.0, FEED: 1.0, FOLLOWERS: 7.0, TWEETS_OF: 90.0, POST: 1.0}
    anybody, writers = uniform(graph.users), zipf(rng.permutation(graph.users), skew)
    stream = draw_stream(rng, even_times(events, rate, start_ms), shares, People(anybody, writers, anybody))
    return events_of(graph, rng, stream, lengths)


def deathstar(
    graph: FollowGraph,
    events: int = 100_000,
    seed: int = 7,
    *,
    rate: float = 1_000.0,
    start_ms: int = START_MS,
    lengths: Lengths | None = ((256, 1),),
) -> list[Event]:
    """DeathStarBench's mixed workload at an even `rate` a second: 60% feeds, 30% tweets of a user, 10% posts.

    As there, every user is as likely as any other, and a text has 256 characters (its mentions, links and media are
    left out). Gan et al., ASPLOS 2019; socialNetwork/wrk2/scripts/social-network/mixed-workload.lua.
    """
    rng = np.random.default_rng(seed)
    shares = {FEED: 0.60, TWEETS_OF: 0.30, POST: 0.10}
    anybody = uniform(graph.users)
    stream = draw_stream(rng, even_times(events, rate, start_ms), shares, People(anybody, anybody, anybody))
    return events_of(graph, rng, stream, lengths)
